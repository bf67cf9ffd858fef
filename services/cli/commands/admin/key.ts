import { Option, type Command } from 'commander'
import type { KeyPurpose, PublicJwk, Registry } from '#core/registry.ts'
import { revokeKey } from '#core/registry-change.ts'
import { thumbprint } from '#core/keys.ts'
import { addToRegistry, changeExisting, tellVersion, withChangeOptions, type ChangeOptions } from '../../admin-database.ts'
import type { Io } from '../../io.ts'
import { writeNewKey } from '../../key-file.ts'
import { parseJson } from '../../json-input.ts'

const example = `
Example, on the gateway's machine, then on the hub's:
  $ npx switchboard admin key generate --out notice.jwk > notice.public.jwk
  $ npx switchboard admin key enrol --participant TH --file notice.public.jwk --why "first key, handed over in person"`

type Enrolment = ChangeOptions & { readonly participant: string; readonly purpose: KeyPurpose; readonly file: string }
type Revocation = ChangeOptions & { readonly reason: 'superseded' | 'compromised' }

export const addKey = (admin: Command, io: Io): void => {
  const key = admin.command('key').description('Make, enrol and revoke signing keys.')
  key.command('generate')
    .description('Make an Ed25519 key pair: the private JWK into a file of mode 0600, the public JWK on stdout.')
    .requiredOption('--out <file>', 'where to; a file that is there is never overwritten')
    .addHelpText('after', example)
    .action(async ({ out }: { out: string }) => io.out(JSON.stringify(await writeNewKey(out))))
  withChangeOptions(key.command('enrol').description('Enrol a public key. A key once enrolled is never enrolled for another.'))
    .requiredOption('--participant <id>', 'whose key it is; "hub" for the hub\'s own')
    .addOption(new Option('--purpose <purpose>').choices(['notice', 'witness', 'reply', 'checkpoint']).default('notice'))
    .requiredOption('--file <file>', 'the public JWK; - is stdin')
    .addHelpText('after', example)
    .action(async ({ participant: owner, purpose, file, ...options }: Enrolment) => {
      const jwk = parseJson(await io.read(file), file) as PublicJwk
      const { registry } = await addToRegistry(options, { keys: [{ owner, purpose, jwk }] })
      tellVersion(io, `key ${thumbprint(jwk)} of ${owner} is enrolled`, registry)
    })
  withChangeOptions(key.command('revoke').argument('<kid>').description('Revoke a key, within 5 seconds and for ever.'))
    .addOption(new Option('--reason <reason>', 'superseded: what it signed before stays good; compromised: nothing of it is logged any more')
      .choices(['superseded', 'compromised']).makeOptionMandatory())
    .action(async (kid: string, { reason, ...options }: Revocation) => {
      tellVersion(io, `key ${kid} is revoked as ${reason}`, await changeExisting(options, notActive(kid), revokeKey(kid, reason)))
    })
}

const notActive = (kid: string) => (registry: Registry): string | undefined => {
  const held = registry.keys.get(kid)
  if (held === undefined) return `there is no key ${kid}; see: switchboard admin registry show`
  return held.status === 'active' ? undefined : `the key is revoked already, as ${held.status}`
}
