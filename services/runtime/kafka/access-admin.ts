import { pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  ClientQuotaMatchTypes,
  Connection,
  ResourcePatternTypes,
  ResourceTypes,
  ScramMechanisms,
  alterUserScramCredentialsV0,
  describeUserScramCredentialsV0,
  type Acl,
  type ClientQuotaKey,
} from '@platformatic/kafka'
import type { AccessRule, ByteRates, KafkaAccess } from '#core/kafka/access.ts'
import { explained } from './access-errors.ts'
import type { KafkaSecurity } from './client.ts'

/**
 * Access rules, byte rates and passwords at the brokers. A repeated call changes nothing more.
 * Rejects with the broker's error. It has a client of its own, because kafkajs can set neither
 * rates nor passwords.
 */
export type KafkaAccessAdmin = {
  read(): Promise<KafkaAccess>
  addRules(rules: readonly AccessRule[]): Promise<void>
  removeRules(rules: readonly AccessRule[]): Promise<void>
  /** A rate that is not named is removed. */
  setRates(principal: string, rates: Partial<ByteRates>): Promise<void>
  /**
   * The broker does not get the password itself (RFC 5802). Open connections stay until they
   * authenticate again.
   */
  setPassword(user: string, password: string): Promise<void>
  removeUser(user: string): Promise<void>
  /** Gives a topic more partitions. Rejects if it has that many already. */
  setPartitions(topic: string, count: number): Promise<void>
  close(): Promise<void>
}

export type AccessAdminOptions = {
  readonly brokers: readonly string[]
  readonly security: KafkaSecurity
}

const requestTimeoutMs = 10_000
/**
 * Iterations of PBKDF2: the least that RFC 7677 names, and Kafka's default. The passwords are 256
 * random bits, which need no stretching.
 */
const iterations = 4096
const rateKeys = {
  producer: 'producer_byte_rate',
  consumer: 'consumer_byte_rate',
} as const satisfies Record<keyof ByteRates, ClientQuotaKey>
const rateNames = ['producer', 'consumer'] as const

export const createKafkaAccessAdmin = ({
  brokers,
  security,
}: AccessAdminOptions): KafkaAccessAdmin => {
  const options = {
    connectTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    ...(security.ssl !== undefined && { tls: security.ssl === true ? {} : { ...security.ssl } }),
  }
  const admin = new Admin({
    clientId: 'switchboard-admin',
    bootstrapBrokers: [...brokers],
    retries: 2,
    ...options,
  })

  const withBroker = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    const { brokers: known } = await admin.metadata({ topics: [] })
    const [broker] = known.values()
    const connection = new Connection('switchboard-admin', options)
    connection.on('error', () => undefined) // the request under way rejects too
    try {
      await connection.connect(broker!.host, broker!.port)
      return await work(connection)
    } finally {
      await connection.close()
    }
  }
  const alterUsers = (
    ...changes: alterUserScramCredentialsV0.AlterUserScramCredentialsRequest
  ): Promise<unknown> =>
    withBroker((connection) => alterUserScramCredentialsV0.api.async(connection, ...changes))

  return explained({
    read: async () => ({
      rules: await readRules(admin),
      rates: await readRates(admin),
      users: await withBroker(readUsers),
    }),
    addRules: async (rules) =>
      rules.length === 0 ? undefined : admin.createAcls({ creations: rules.map(toAcl) }),
    removeRules: async (rules) =>
      rules.length === 0 ? undefined : void (await admin.deleteAcls({ filters: rules.map(toAcl) })),
    setRates: async (principal, rates) => {
      const ops = rateNames.map((name) => rateChange(name, rates[name]))
      const entities = [{ entityType: 'user' as const, entityName: principal }]
      await admin.alterClientQuotas({ entries: [{ entities, ops }] })
    },
    setPassword: async (user, password) =>
      void (await alterUsers([], [{ name: user, ...(await scramOf(password)) }])),
    removeUser: async (user) =>
      void (await alterUsers([{ name: user, mechanism: ScramMechanisms.SCRAM_SHA_512 }], [])),
    setPartitions: (topic, count) => admin.createPartitions({ topics: [{ name: topic, count }] }),
    close: () => admin.close(),
  })
}

const stretch = promisify(pbkdf2)

const scramOf = async (password: string) => {
  const salt = randomBytes(32)
  const saltedPassword = await stretch(password, salt, iterations, 64, 'sha512')
  return { mechanism: ScramMechanisms.SCRAM_SHA_512, iterations, salt, saltedPassword }
}

const rateChange = (name: keyof ByteRates, value: number | undefined) =>
  value === undefined
    ? { key: rateKeys[name], remove: true as const }
    : { key: rateKeys[name], value, remove: false as const }

const readRules = async (admin: Admin): Promise<AccessRule[]> =>
  (await admin.describeAcls({ filter: anyRule })).flatMap(
    ({ resourceType, resourceName, resourcePatternType, acls }) =>
      acls.map((acl): AccessRule => ({
        principal: acl.principal.replace(/^User:/, ''),
        permission: labelOf(AclPermissionTypes, acl.permissionType),
        operation: labelOf(AclOperations, acl.operation),
        resource: labelOf(ResourceTypes, resourceType),
        pattern: labelOf(ResourcePatternTypes, resourcePatternType),
        name: resourceName,
        host: acl.host,
      })),
  )

const readUsers = async (connection: Connection): Promise<Set<string>> => {
  const { results } = await describeUserScramCredentialsV0.api.async(connection, null)
  return new Set(
    results
      .filter((r) => r.credentialInfos.some((c) => c.mechanism === ScramMechanisms.SCRAM_SHA_512))
      .map((r) => r.user),
  )
}

const readRates = async (admin: Admin): Promise<Map<string, Partial<ByteRates>>> => {
  const entries = await admin.describeClientQuotas({
    components: [{ entityType: 'user', matchType: ClientQuotaMatchTypes.ANY }],
    strict: true,
  })
  return new Map(
    entries.flatMap(({ entity, values }) => {
      const name = entity[0]?.entityName
      const rates = Object.fromEntries(
        rateNames.flatMap((rate) =>
          values.filter((v) => v.key === rateKeys[rate]).map((v) => [rate, v.value]),
        ),
      )
      return typeof name === 'string' && Object.keys(rates).length > 0 ? [[name, rates]] : []
    }),
  )
}

const anyRule = {
  resourceType: ResourceTypes.ANY,
  resourceName: null,
  resourcePatternType: ResourcePatternTypes.ANY,
  principal: null,
  host: null,
  operation: AclOperations.ANY,
  permissionType: AclPermissionTypes.ANY,
}

const toAcl = (rule: AccessRule): Acl => ({
  resourceType: valueOf(ResourceTypes, rule.resource),
  resourceName: rule.name,
  resourcePatternType: valueOf(ResourcePatternTypes, rule.pattern),
  principal: `User:${rule.principal}`,
  host: rule.host,
  operation: valueOf(AclOperations, rule.operation),
  permissionType: valueOf(AclPermissionTypes, rule.permission),
})

const labelOf = (enumeration: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(enumeration)
    .find((label) => enumeration[label] === value)
    ?.toLowerCase() ?? String(value)

const valueOf = <T extends number>(enumeration: Readonly<Record<string, T>>, label: string): T => {
  const value = enumeration[label.toUpperCase()]
  if (value === undefined) throw new TypeError(`Kafka has no ${label}`)
  return value
}
