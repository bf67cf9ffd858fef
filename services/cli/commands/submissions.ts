import { Option, type Command } from 'commander'
import type { Io } from '../io.ts'
import { feedsPlace, withFeeds, type PlaceOptions } from '../places/places.ts'
import { jsonLine } from '../output/printable.ts'
import { postBytes, postJson } from '../places/post-json.ts'
import { pagesOf } from '../places/pages.ts'

type Options = PlaceOptions & { readonly feeds?: string }
type Decision = Options & {
  readonly decision: string
  readonly notice?: string
  readonly reason: string
}

export const addSubmissions = (program: Command, io: Io): void => {
  const submissions = program
    .command('submissions')
    .description(
      'What corporate partners submit, and what the NCB they are attached to makes of it.',
    )
  addSubmit(submissions, io)
  addList(submissions, io)
  addDecide(submissions, io)
}

const addSubmit = (submissions: Command, io: Io): void => {
  withFeeds(
    submissions
      .command('submit')
      .argument('<file>', 'one notice without handling.release, as JSON; - is stdin')
      .description('Submit as a corporate partner.'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  $ npx switchboard submissions submit wallet.json --as EXCHANGE-1',
    )
    .action(async (file: string, options: Options) =>
      postBytes(await feedsPlace(options), '/v1/submissions', await io.read(file), io),
    )
}

const addList = (submissions: Command, io: Io): void => {
  withFeeds(
    submissions
      .command('list')
      .description(
        'Print submissions, a JSON line each: of a partner its own, of an NCB those that wait.',
      ),
  )
    .addOption(
      new Option('--status <word>', 'which').choices(['waiting', 'issued', 'declined', 'all']),
    )
    .addHelpText('after', '\nExample:\n  $ npx switchboard submissions list --as TH-CCIB')
    .action(async ({ status, ...options }: Options & { readonly status?: string }) => {
      const query: Record<string, string> = status === undefined ? {} : { status }
      for await (const submission of pagesOf(
        await feedsPlace(options),
        '/v1/submissions',
        'submissions',
        io,
        query,
      ))
        io.out(jsonLine(submission))
    })
}

const addDecide = (submissions: Command, io: Io): void => {
  withFeeds(
    submissions
      .command('decide')
      .argument('<submission>', 'its id')
      .description('Say, once, as the NCB, what became of a submission.'),
  )
    .addOption(
      new Option('--decision <word>', 'what was decided')
        .choices(['issued', 'declined'])
        .makeOptionMandatory(),
    )
    .option('--notice <id>', 'the notice that was issued of it')
    .requiredOption('--reason <text>', 'why, for the partner')
    .addHelpText(
      'after',
      '\nExample:\n  $ npx switchboard submissions decide ' +
        '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11 --as TH-CCIB --decision declined --reason "known ' +
        'already"',
    )
    .action(async (id: string, { decision, notice, reason, ...options }: Decision) => {
      const body = { decision, reason, ...(notice !== undefined && { noticeId: notice }) }
      await postJson(
        await feedsPlace(options),
        `/v1/submissions/${encodeURIComponent(id)}/decide`,
        body,
        io,
      )
    })
}
