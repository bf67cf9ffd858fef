import { chmod, chown, cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { gatewayPrincipal, hubPrincipal } from '#core/kafka/access.ts'
import type { RegistryFile } from '#core/registry/file.ts'
import { makeDemoKeys, registryKeys, type DemoKeys } from '../local/demo/keys.ts'
import {
  clientPurpose,
  demoAgencies,
  demoGroups,
  demoParticipants,
  demoPurposes,
  type DemoGateway,
} from '../local/demo/registry.ts'
import { adminPrincipal, brokerPrincipal } from '../local/kafka/secured.ts'
import { secretFile } from '../local/demo/key-files.ts'
import { gatewayRoles, hubRoles } from '../local/postgres/roles.ts'
import { projectFolder } from '../local/project.ts'
import { makeCertificates, type Certificates } from '../tls/certificates.ts'

/**
 * Makes the secrets that docker-compose.yml reads from `deploy/secrets`: a folder for each service
 * with what it needs and nothing more, and `private` with what they were made from. Existing files
 * stay, so it can run again; certificates are made again a month before they end. In production
 * each country makes its own secrets and hands over public parts only (deploy/README.md).
 */
export const composedGateways = ['TH', 'KH'] as const satisfies readonly DemoGateway[]

const lower = (p: string): string => p.toLowerCase()
const local = ['localhost', '127.0.0.1']
const folder = resolve(projectFolder, 'deploy/secrets')
const own = join(folder, 'private')

/** The name by which gateways elsewhere find Kafka, as in docker-compose.yml. */
const kafkaHost = process.env['KAFKA_HOST'] ? [process.env['KAFKA_HOST']] : []

const certificateWishes = [
  { name: brokerPrincipal, hosts: ['kafka', ...kafkaHost, ...local] },
  { name: adminPrincipal, hosts: [] },
  ...composedGateways.map((p) => ({
    name: gatewayPrincipal(p),
    hosts: [`gateway-${lower(p)}`, ...local],
  })),
  ...['feeds', 'console'].map((name) => ({ name, hosts: [name, ...local] })),
]

/** The files of a service by name: the text, or the file to copy. */
type Files = Readonly<Record<string, { readonly text: string } | { readonly file: string }>>

const put = async (service: string, files: Files): Promise<void> => {
  const place = join(folder, service)
  await mkdir(place, { recursive: true, mode: 0o700 })
  for (const [name, content] of Object.entries(files)) {
    if ('file' in content) await cp(content.file, join(place, name))
    else await writeFile(join(place, name), content.text)
    await chmod(join(place, name), 0o600)
  }
}

const secret = async (name: string): Promise<string> => (await secretFile(own, name)).text

const databaseUrl = async (
  host: string,
  user: string,
  database: string,
): Promise<{ text: string }> => ({
  text: `postgres://${user}:${await secret(`${host}-${user}`)}@${host}:5432/${database}`,
})
const gatewayUrl = (p: string, user: string): Promise<{ text: string }> =>
  databaseUrl(`postgres-${lower(p)}`, user, 'switchboard_gateway')
const hubUrl = (user: string): Promise<{ text: string }> =>
  databaseUrl('postgres', user, 'switchboard_hub')
/** The folder in which `admin kafka apply` and `admin kafka password` keep the passwords. */
const kafkaPasswords = join(folder, 'admin/kafka-passwords')
const kafkaPassword = async (user: string): Promise<{ text: string }> => ({
  text: (await secretFile(kafkaPasswords, user)).text,
})
const listener = ({ files }: Certificates, name: string): Files => ({
  'tls.pem': { file: files(name).cert },
  'tls.key': { file: files(name).key },
})

const registryFile = (keys: DemoKeys): RegistryFile => ({
  participants: demoParticipants,
  agencies: demoAgencies.map((a) => ({ ...a, roles: [], purposes: demoPurposes(a.id) })),
  groups: demoGroups,
  keys: registryKeys(keys).map(({ owner, purpose, jwk }) => ({ owner, purpose, jwk })),
  clients: keys.clients.map(({ id, agency, secretHash }) => ({
    id,
    agency,
    secretHash,
    purpose: clientPurpose(agency),
  })),
})

export const makeSecrets = async (): Promise<void> => {
  await mkdir(own, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const certificates = await makeCertificates(join(own, 'tls'), certificateWishes)
  const keys = await makeDemoKeys(join(own, 'keys'))
  const ca = { 'ca.pem': { file: certificates.ca } }
  const users = [
    hubPrincipal,
    ...demoParticipants
      .filter((p) => p.type !== 'corporate-partner')
      .map((p) => gatewayPrincipal(p.id)),
  ]
  await put('kafka', {
    ...ca,
    'keystore.pem': { file: certificates.files(brokerPrincipal).keystore },
  })
  await put('postgres', {
    'postgres-password': { text: await secret('postgres-postgres') },
    ...Object.fromEntries(
      await Promise.all(
        [hubRoles.owner, ...hubRoles.logins].map(
          async (user) => [`${user}-password`, { text: await secret(`postgres-${user}`) }] as const,
        ),
      ),
    ),
  })
  await put('hub', {
    ...ca,
    'database-url': await hubUrl('hub'),
    'kafka-password': await kafkaPassword(hubPrincipal),
    'reply.jwk': { file: keys.reply.file },
    match: { file: keys.matchFile },
  })
  await put('migrate', { 'database-url': await hubUrl(hubRoles.owner) })
  await put('feeds', {
    ...listener(certificates, 'feeds'),
    'database-url': await hubUrl('feeds'),
    'access.jwk': { file: keys.access.file },
    cursor: { file: keys.cursorFile },
  })
  await put('console', {
    ...listener(certificates, 'console'),
    'database-url': await hubUrl('console'),
    'session.jwk': { text: JSON.stringify(keys.session.jwk) },
  })
  for (const p of composedGateways) await putGateway(p, certificates, keys)
  const admin = certificates.files(adminPrincipal)
  await put('admin', {
    ...ca,
    'admin.pem': { file: admin.cert },
    'admin.key': { file: admin.key },
    'database-url': await hubUrl(hubRoles.owner),
    'registry.json': { text: JSON.stringify(registryFile(keys), undefined, 2) },
  })
  await Promise.all(users.map(kafkaPassword))
  await giveToOperator()
}

const putGateway = async (
  p: (typeof composedGateways)[number],
  certificates: Certificates,
  keys: DemoKeys,
): Promise<void> => {
  const name = `gateway-${lower(p)}`
  const {
    owner,
    logins: [login],
  } = gatewayRoles()
  await put(name, {
    ...listener(certificates, gatewayPrincipal(p)),
    'ca.pem': { file: certificates.ca },
    'database-url': await gatewayUrl(p, login!),
    'kafka-password': await kafkaPassword(gatewayPrincipal(p)),
    'notice.jwk': { file: keys.notice[p].file },
    'hub.jwks': { file: keys.hubJwks },
    'national.jwks': { file: keys.issuer[p].jwks },
  })
  await put(`migrate-${lower(p)}`, { 'database-url': await gatewayUrl(p, owner) })
  await put(`postgres-${lower(p)}`, {
    'postgres-password': { text: await secret(`postgres-${lower(p)}-gateway`) },
    [`${owner}-password`]: { text: await secret(`postgres-${lower(p)}-${owner}`) },
    [`${login}-password`]: { text: await secret(`postgres-${lower(p)}-${login}`) },
  })
}

/**
 * The administrator's container runs as the user who made the secrets, because it also writes some:
 * it could not reach another user's files.
 */
const giveToOperator = async (): Promise<void> => {
  const [uid, gid] = [process.getuid?.() ?? 1000, process.getgid?.() ?? 1000]
  const file = resolve(projectFolder, '.env')
  const before = await readFile(file, 'utf8').catch(() => '')
  const kept = before
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('SWITCHBOARD_OPERATOR='))
  await writeFile(file, [...kept, `SWITCHBOARD_OPERATOR=${uid}:${gid}`, ''].join('\n'))
  await chown(folder, uid, gid)
}

if (import.meta.main) {
  await makeSecrets()
  console.log('secrets are in deploy/secrets')
  console.log('the authority of all certificates is deploy/secrets/private/tls/ca.pem')
  console.log('next: docker compose up -d --wait && npm run containers:seed')
}
