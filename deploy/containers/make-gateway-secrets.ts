import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { gatewayPrincipal } from '#core/kafka/access.ts'
import { keyFile, secretFile } from '../local/demo/key-files.ts'
import { gatewayRoles } from '../local/postgres/roles.ts'
import { makeCertificates } from '../tls/certificates.ts'

const help = `usage: npm run containers:gateway -- --participant LA --host gateway.police.la.example
  [--out deploy/secrets/own-gateway]

On the machine of a country: makes what its own gateway needs (docker compose --profile
gateway-only), but for what the hub hands over. Private keys made here never leave it.
  OUT/gateway/notice.jwk            the notice key
  OUT/ncb/ncb.jwk                   the NCB's key, which signs the others: take it to the NCB
  OUT/gateway/tls.pem, tls.key      certificate of a development CA for HOST; put your own there
  OUT/gateway/database-url          with a password of OUT/gateway-postgres: of a role that
                                    owns nothing
  OUT/gateway-migrate/database-url  the same, of the role that owns the tables and migrates them
  OUT/hand-over/notice.public.jwk   for the hub, where the country does not reach its console
Still to be put into OUT/gateway: ca.pem, hub.jwks and kafka-password, from the hub;
national.jwks, of your token issuer.
What is there already stays.`

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

/** The URL of a role, in a file of the folder. The server gets the password beside its own. */
const putDatabaseUrl = async (out: string, folder: string, role: string): Promise<void> => {
  const { text: password } = await secretFile(resolve(out, 'gateway-postgres'), `${role}-password`)
  await mkdir(resolve(out, folder), { recursive: true, mode: 0o700 })
  await writeFile(
    resolve(out, folder, 'database-url'),
    `postgres://${role}:${password}@gateway-postgres:5432/switchboard_gateway`,
    { mode: 0o600 },
  )
}

const main = async (): Promise<void> => {
  const {
    values: { participant, host, out, help: asked },
  } = parseArgs({
    options: {
      participant: { type: 'string' },
      host: { type: 'string' },
      out: { type: 'string', default: 'deploy/secrets/own-gateway' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (asked) return console.log(help)
  if (participant === undefined || host === undefined) throw new Error(help)
  const [gateway, handOver] = [resolve(out, 'gateway'), resolve(out, 'hand-over')]
  const { jwk, kid } = await keyFile(gateway, 'notice')
  const ncb = await keyFile(resolve(out, 'ncb'), 'ncb')
  await mkdir(handOver, { recursive: true, mode: 0o700 })
  await writeFile(resolve(handOver, 'notice.public.jwk'), `${JSON.stringify({ ...jwk, kid })}\n`)
  const name = gatewayPrincipal(participant)
  const { files } = await makeCertificates(resolve(out, 'tls'), [
    { name, hosts: [host, 'localhost', '127.0.0.1'] },
  ])
  await writeFile(resolve(gateway, 'tls.pem'), await readFile(files(name).cert))
  await writeFile(resolve(gateway, 'tls.key'), await readFile(files(name).key), { mode: 0o600 })
  const {
    owner,
    logins: [login],
  } = gatewayRoles()
  await secretFile(resolve(out, 'gateway-postgres'), 'postgres-password')
  await putDatabaseUrl(out, 'gateway', login!)
  await putDatabaseUrl(out, 'gateway-migrate', owner)
  const missing = (
    await Promise.all(
      ['ca.pem', 'hub.jwks', 'kafka-password', 'national.jwks'].map(async (file) =>
        (await exists(resolve(gateway, file))) ? [] : [file],
      ),
    )
  ).flat()
  console.log(
    `the key of ${participant}'s NCB is ${ncb.kid}, that of its ` +
      `gateway ${kid}; enrol them as deploy/README.md says`,
  )
  if (missing.length > 0) console.log(`still to be put into ${out}/gateway: ${missing.join(', ')}`)
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
