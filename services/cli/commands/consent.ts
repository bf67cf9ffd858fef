import { Option, type Command } from 'commander'
import type { Io } from '../io.ts'
import { commaList } from '../input/lists.ts'
import { feedsPlace, withFeeds, type PlaceOptions } from '../places/places.ts'
import { jsonLine } from '../output/printable.ts'
import { postJson } from '../places/post-json.ts'
import { pagesOf } from '../places/pages.ts'

type Options = PlaceOptions & { readonly feeds?: string; readonly reason: string }

export const addConsent = (program: Command, io: Io): void => {
  const consent = program
    .command('consent')
    .description("H2: ask a notice's originator whether it may be passed on, and answer.")
  addAsk(consent, io)
  addAnswer(consent, io)
  addList(consent, io)
}

const addAsk = (consent: Command, io: Io): void => {
  withFeeds(
    consent
      .command('ask')
      .argument('<notice>', 'its id')
      .description('Ask whether a notice may be passed on.'),
  )
    .addOption(
      new Option('--to <list>', 'participants or agencies')
        .argParser(commaList)
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'why')
    .option('--issuer <participant>', 'where several use the same id: whose notice')
    .addHelpText(
      'after',
      '\nExample:\n  $ npx switchboard consent ask 0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11 --as ' +
        'KH-ACD --to VN-C06 --reason "the account is in their country"',
    )
    .action(
      async (
        notice: string,
        {
          to,
          reason,
          issuer,
          ...options
        }: Options & { readonly to: string[]; readonly issuer?: string },
      ) => {
        const query = issuer === undefined ? '' : `?issuer=${encodeURIComponent(issuer)}`
        await postJson(
          await feedsPlace(options),
          `/v1/notices/${encodeURIComponent(notice)}/consent-requests${query}`,
          { to, reason },
          io,
        )
      },
    )
}

const addAnswer = (consent: Command, io: Io): void => {
  withFeeds(
    consent
      .command('answer')
      .argument('<request>', 'its id')
      .description('Grant or refuse consent, once, as the originator.'),
  )
    .addOption(
      new Option('--answer <word>', 'what is answered')
        .choices(['granted', 'refused'])
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'why')
    .option('--until <time>', 'RFC 3339 in UTC: until when it is granted')
    .addHelpText(
      'after',
      '\nExample:\n  $ npx switchboard consent answer 0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11 ' +
        '--as TH-CCIB --answer granted --reason "agreed by phone"',
    )
    .action(
      async (
        id: string,
        {
          answer,
          reason,
          until,
          ...options
        }: Options & { readonly answer: string; readonly until?: string },
      ) => {
        await postJson(
          await feedsPlace(options),
          `/v1/consent-requests/${encodeURIComponent(id)}/answer`,
          { answer, reason, ...(until !== undefined && { until }) },
          io,
        )
      },
    )
}

const addList = (consent: Command, io: Io): void => {
  withFeeds(
    consent
      .command('list')
      .description('Print what the agency asked and is asked, a JSON line each.'),
  )
    .addHelpText(
      'after',
      "\nExample:\n  $ npx switchboard consent list --as TH-CCIB | jq -c 'select(.status == " +
        '"waiting")\'',
    )
    .action(async (options: PlaceOptions & { readonly feeds?: string }) => {
      for await (const request of pagesOf(
        await feedsPlace(options),
        '/v1/consent-requests',
        'requests',
        io,
      ))
        io.out(jsonLine(request))
    })
}
