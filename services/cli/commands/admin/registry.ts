import { InvalidArgumentError, type Command } from 'commander'
import type { RegistryFile } from '#core/registry/file.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import {
  addToRegistry,
  withChangeOptions,
  withDatabase,
  withDatabaseOption,
  type ChangeOptions,
  type DatabaseOptions,
} from '../../places/admin-database.ts'
import {
  askConsole,
  part,
  withConsolePlace,
  type ConsoleOptions,
} from '../../places/console-change.ts'
import type { Io } from '../../io.ts'
import { parseJson } from '../../input/json-input.ts'
import { jsonLine, jsonText } from '../../output/printable.ts'
import { registryText } from '../../output/registry-text.ts'

const format = `
FILE is JSON; every list may be left out, and what it does not name stays as it is:
  { "participants": [{ "id": "TH", "type": "member", "name": "Thailand" },
                     { "id": "EXCHANGE-1", "type": "corporate-partner", "name": "…",
                       "attachedTo": "TH" }],
    "agencies": [{ "id": "TH-CCIB", "participant": "TH", "name": "…", "rights": ["read", "submit"],
                   "purposes": ["asset-recovery"], "roles": [] }],
    "groups": [{ "id": "ASEAN", "name": "…", "members": ["TH"] }],
    "keys": [{ "owner": "TH", "purpose": "notice",
               "jwk": { "kty": "OKP", "crv": "Ed25519", "x": "…" } }],
    "clients": [{ "id": "TH-CCIB-feed", "agency": "TH-CCIB", "purpose": "criminal-investigation",
                  "secret": "…" }] }
A client without secret, secretHash and jwks gets a secret, printed once. The same file again
changes nothing.

It fills an empty registry, where there is nobody yet who could agree ("bootstrap" in who). From the
first participant on two persons decide at the console; --offline is for whoever owns the database
when nobody can ("offline" in who).`

type Events = { readonly changes: readonly object[]; readonly next: string; readonly end: boolean }

const version = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('a version is a whole number')
  return Number(text)
}

export const addRegistry = (admin: Command, io: Io): void => {
  const registry = admin
    .command('registry')
    .description('Show the registry, or import a file into it.')
  withDatabaseOption(
    registry.command('show').description('Print the registry as JSON, without secrets.'),
  )
    .option('--version <n>', 'as it was at this version', version)
    .action(async ({ version: wanted, ...options }: DatabaseOptions & { version?: number }) => {
      io.out(
        jsonText(registryText(await withDatabase(options, (pool) => loadRegistry(pool, wanted)))),
      )
    })
  withConsolePlace(
    registry
      .command('changes')
      .description(
        'Every change with who, when and why, a line each, oldest first; asked of the console.',
      ),
  )
    .option('--after <version>', 'only what came after it', '0')
    .action(async ({ after: first, ...options }: ConsoleOptions & { readonly after: string }) => {
      for (let after = first, end = false; !end;) {
        const page = await askConsole<Events>(io, options, {
          path: `/v1/registry/changes?limit=500&after=${part(after)}`,
        })
        for (const change of page.changes) io.out(jsonLine(change))
        ;({ next: after, end } = page)
      }
    })
  withChangeOptions(
    registry
      .command('import')
      .argument('<file>', '- is stdin')
      .description('Bring the registry to what a file says, as one version.'),
  )
    .option(
      '--offline',
      'change a registry that has participants without a second person, on record as such',
    )
    .addHelpText('after', format)
    .action(async (file: string, options: ChangeOptions & { readonly offline?: true }) => {
      const { registry, secrets } = await addToRegistry(
        options,
        parseJson(await io.read(file), file) as RegistryFile,
      )
      for (const [clientId, clientSecret] of Object.entries(secrets))
        io.out(JSON.stringify({ clientId, clientSecret }))
      io.err(`registry version ${registry.version} is in force`)
    })
}
