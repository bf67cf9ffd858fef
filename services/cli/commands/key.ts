import { Option, type Command } from 'commander'
import { thumbprint } from '#core/signing/keys.ts'
import { keyPurposes } from '#core/registry/registry.ts'
import { loadSigner } from '#runtime/keys/signer.ts'
import {
  askConsole,
  part,
  proposeAt,
  utcTime,
  withConsoleChange,
  withConsolePlace,
  type ConsoleChange,
  type ConsoleOptions,
} from '../places/console-change.ts'
import type { Io } from '../io.ts'
import { writeNewKey } from '../input/key-file.ts'
import { jsonLine } from '../output/printable.ts'
import {
  askNonce,
  countersign,
  enrolment,
  proofOf,
  publicJwk,
  type KeyEnrolment,
  type KeySubject,
  type KeyTimes,
} from './key-enrolment.ts'

type Proving = KeySubject & { readonly key: string; readonly nonce: string }
type Countersigning = KeySubject & KeyTimes & { readonly with: string; readonly file: string }
type Revocation = ConsoleChange & {
  readonly reason: 'superseded' | 'compromised'
  readonly since?: string
  readonly overlapHours?: string
}

const example = `
Example, where the country reaches the console with its NCB's token:
  $ npx switchboard key make --out notice.jwk
  $ npx switchboard key enrol --participant LA --key notice.jwk --countersign-with ncb.jwk \\
      --why "rotation of 2027" --token-file ncb.token

Example, where it does not: the hub asks for a nonce, the country proves and countersigns, the hub
enrols.
  $ npx switchboard key nonce --participant LA
  $ npx switchboard key prove --participant LA --key notice.jwk --nonce N > proof
  $ npx switchboard key countersign --participant LA --file notice.public.jwk --with ncb.jwk \\
      > countersignature
  $ npx switchboard key enrol --participant LA --file notice.public.jwk --proof proof \\
      --countersignature countersignature --why "handed over in person"`

const ofSubject = (command: Command): Command =>
  command
    .requiredOption('--participant <id>', 'whose key it is; "hub" for the hub\'s own')
    .addOption(new Option('--purpose <purpose>').choices(keyPurposes).default('notice'))
const withValidity = (command: Command): Command =>
  command
    .addOption(
      new Option('--valid-from <time>', 'when it begins (default: when it is approved)').argParser(
        utcTime,
      ),
    )
    .addOption(new Option('--valid-to <time>', 'when it ends (default: never)').argParser(utcTime))

/**
 * The commands of keys, for a country and for the hub. They are the same below `switchboard` and
 * `switchboard admin`.
 */
export const addKey = (parent: Command, io: Io): void => {
  const key = parent
    .command('key')
    .description('Make, prove, countersign, enrol and revoke signing keys.')
    .addHelpText('after', example)
  addMake(key, io)
  addNonce(key, io)
  addProve(key, io)
  addCountersign(key, io)
  addEnrol(key, io)
  addRevoke(key, io)
  addShow(key, io)
  addLogged(key, io)
}

const addMake = (key: Command, io: Io): void => {
  key
    .command('make')
    .alias('generate')
    .description(
      'Make an Ed25519 key pair: the private JWK into a file of mode 0600, the public JWK on ' +
        'stdout.',
    )
    .requiredOption('--out <file>', 'where to; a file that is there is never overwritten')
    .action(async ({ out }: { out: string }) => io.out(JSON.stringify(await writeNewKey(out))))
}

const addNonce = (key: Command, io: Io): void => {
  withConsolePlace(
    key
      .command('nonce')
      .description('Ask the hub for a nonce to prove a key with; good once, within 10 minutes.'),
  )
    .requiredOption('--participant <id>', 'whose key it will be')
    .action(
      async ({ participant, ...options }: ConsoleOptions & { readonly participant: string }) =>
        io.out((await askNonce(io, options, participant)).nonce),
    )
}

const addProve = (key: Command, io: Io): void => {
  ofSubject(
    key
      .command('prove')
      .description(
        'Sign a nonce of the hub with the key itself: a proof of possession, on stdout.',
      ),
  )
    .requiredOption('--key <file>', 'the private JWK')
    .requiredOption('--nonce <text>', 'as the hub gave it')
    .action(async ({ key: file, nonce, participant, purpose }: Proving) =>
      io.out(await proofOf(await loadSigner(file), { nonce, participant, purpose })),
    )
}

const addCountersign = (key: Command, io: Io): void => {
  withValidity(
    ofSubject(
      key
        .command('countersign')
        .description("Sign a key with the NCB's own: the countersignature, on stdout."),
    ),
  )
    .requiredOption('--file <file>', 'the public JWK; - is stdin')
    .requiredOption('--with <file>', "the private JWK of the NCB's key")
    .action(async ({ file, with: ncbKey, ...of }: Countersigning) =>
      io.out(await countersign(await publicJwk(io, file), of, ncbKey)),
    )
}

const addEnrol = (key: Command, io: Io): void => {
  withValidity(
    ofSubject(
      withConsoleChange(
        key
          .command('enrol')
          .description(
            'Propose a key, with a proof of possession and, for a country, the ' +
              'countersignature of its NCB.',
          ),
      ),
    ),
  )
    .option(
      '--key <file>',
      'the private JWK, where it is at hand: it is proved here, and does not leave',
    )
    .option('--file <file>', 'else the public JWK; - is stdin')
    .option('--proof <file>', 'and the proof')
    .option('--countersign-with <file>', "the private JWK of the NCB's key, where it is at hand")
    .option('--countersignature <file>', 'else the countersignature')
    .addHelpText('after', example)
    .action(async (options: KeyEnrolment) => {
      const body = await enrolment(io, options)
      await proposeAt(io, options, `key ${thumbprint(body.jwk)} of ${options.participant}`, {
        path: '/v1/keys',
        body,
      })
    })
}

const addRevoke = (key: Command, io: Io): void => {
  withConsoleChange(
    key
      .command('revoke')
      .argument('<kid>')
      .description(
        'Revoke a key: compromised at once and within 5 seconds everywhere, superseded with a ' +
          'second person.',
      ),
  )
    .addOption(
      new Option(
        '--reason <reason>',
        'superseded: another has taken its place; compromised: nothing of it is logged any ' +
          'more, whatever its time',
      )
        .choices(['superseded', 'compromised'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--since <time>',
        'of a compromised key: since when it may have been in other hands',
      ).argParser(utcTime),
    )
    .option(
      '--overlap-hours <n>',
      'of a superseded key: how long what it has signed may still come in (default: 168)',
    )
    .action(async (kid: string, { reason, since, overlapHours, ...options }: Revocation) => {
      const overlap = overlapHours === undefined ? {} : { overlapHours: Number(overlapHours) }
      await proposeAt(io, options, `the revocation of key ${kid} as ${reason}`, {
        path: `/v1/keys/${part(kid)}/revoke`,
        body: { reason, ...(since !== undefined && { suspectedSince: since }), ...overlap },
      })
    })
}

const addShow = (key: Command, io: Io): void => {
  withConsolePlace(
    key
      .command('show')
      .argument('<kid>')
      .description('One key, with its validity and countersignature.'),
  ).action(async (kid: string, options: ConsoleOptions) =>
    io.out(jsonLine(await askConsole(io, options, { path: `/v1/keys/${part(kid)}` }))),
  )
}

const addLogged = (key: Command, io: Io): void => {
  withConsolePlace(
    key
      .command('logged')
      .argument('<kid>')
      .description(
        'What was logged with signatures of a key, a line each: since it may have been in ' +
          'other hands, or --since.',
      ),
  )
    .addOption(new Option('--since <time>').argParser(utcTime))
    .action(
      async (kid: string, { since, ...options }: ConsoleOptions & { readonly since?: string }) => {
        const query = since === undefined ? '' : `&since=${since}`
        for (let after = '', end = false; !end;) {
          const page = await askConsole<{ notices: object[]; next: string; end: boolean }>(
            io,
            options,
            { path: `/v1/keys/${part(kid)}/logged?limit=500${after}${query}` },
          )
          for (const notice of page.notices) io.out(jsonLine(notice))
          after = `&after=${page.next}`
          end = page.end
        }
      },
    )
}
