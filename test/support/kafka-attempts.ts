import {
  alterClientQuotasV1,
  alterPartitionReassignmentsV0,
  alterUserScramCredentialsV0,
  Connection,
  createAclsV3,
  createPartitionsV3,
  createTopicsV7,
  deleteAclsV3,
  deleteGroupsV2,
  deleteRecordsV2,
  deleteTopicsV6,
  describeAclsV3,
  describeClientQuotasV1,
  describeConfigsV4,
  describeGroupsV5,
  describeLogDirsV4,
  describeProducersV0,
  describeTransactionsV0,
  describeUserScramCredentialsV0,
  fetchV12,
  findCoordinatorV4,
  findErrorBy,
  incrementalAlterConfigsV1,
  initProducerIdV4,
  joinGroupV9,
  leaveGroupV5,
  listOffsetsV7,
  metadataV12,
  offsetCommitV8,
  offsetDeleteV0,
  offsetFetchV8,
  produceV9,
  txnOffsetCommitV3,
  unregisterBrokerV0,
  updateFeaturesV1,
} from '@platformatic/kafka'
import type { KafkaSecurity } from '#runtime/kafka/client.ts'

/**
 * Sends requests as a program of its own would, without asking first whether it may: the broker
 * alone answers.
 */
type Attempt = (connection: Connection, name: string) => Promise<unknown>

const timeoutMs = 5_000
const acl = {
  resourceType: 2,
  resourceName: 'submitted.TH',
  resourcePatternType: 3,
  principal: 'User:gateway-TH',
  host: '*',
  operation: 2,
  permissionType: 3,
} as const
const topicConfig = (topic: string) => ({
  resourceType: 2 as const,
  resourceName: topic,
  configs: [{ name: 'retention.ms', configOperation: 0 as const, value: '1000' }],
})
const position = { partitionIndex: 0, committedOffset: 1n, committedLeaderEpoch: -1 }

export const topicAttempts = {
  describe: (c, topic) => metadataV12.api.async(c, [topic]),
  produce: async (c, topic) =>
    produceV9.api.async(c, -1, timeoutMs, [{ topic, partition: 0, value: Buffer.from('x') }]),
  consume: (c, topic) =>
    fetchV12.api.async(
      c,
      100,
      0,
      1024,
      0,
      0,
      -1,
      [
        {
          topicId: topic,
          partitions: [
            {
              partition: 0,
              currentLeaderEpoch: -1,
              fetchOffset: 0n,
              lastFetchedEpoch: -1,
              partitionMaxBytes: 1024,
            },
          ],
        },
      ],
      [],
      '',
    ),
  'ask for offsets': (c, topic) =>
    listOffsetsV7.api.async(c, -1, 0, [
      { name: topic, partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1n }] },
    ]),
  create: (c, topic) =>
    createTopicsV7.api.async(
      c,
      [
        {
          name: `${topic}.more`,
          numPartitions: 1,
          replicationFactor: 1,
          assignments: [],
          configs: [],
        },
      ],
      timeoutMs,
      false,
    ),
  delete: (c, topic) => deleteTopicsV6.api.async(c, [{ name: topic }], timeoutMs),
  'add partitions': (c, topic) =>
    createPartitionsV3.api.async(c, [{ name: topic, count: 2, assignments: [] }], timeoutMs, false),
  'delete records': (c, topic) =>
    deleteRecordsV2.api.async(
      c,
      [{ name: topic, partitions: [{ partitionIndex: 0, offset: -1n }] }],
      timeoutMs,
    ),
  'read settings': (c, topic) =>
    describeConfigsV4.api.async(c, [
      { resourceType: 2, resourceName: topic, configurationKeys: [] },
    ]),
  'change settings': (c, topic) =>
    incrementalAlterConfigsV1.api.async(c, [topicConfig(topic)], false),
  'ask who produces': (c, topic) =>
    describeProducersV0.api.async(c, [{ name: topic, partitionIndexes: [0] }]),
} as const satisfies Record<string, Attempt>

export const groupAttempts = {
  'find its coordinator': (c, group) => findCoordinatorV4.api.async(c, 0, [group]),
  join: (c, group) =>
    joinGroupV9.api.async(c, group, 10_000, 10_000, '', null, 'consumer', [{ name: 'range' }]),
  describe: (c, group) => describeGroupsV5.api.async(c, [group], false),
  'read offsets': (c, group) =>
    offsetFetchV8.api.async(c, [{ groupId: group, memberEpoch: -1, topics: null }], false),
  'commit offsets': (c, group) =>
    offsetCommitV8.api.async(c, group, -1, '', null, [
      { name: 'replies.TH', partitions: [position] },
    ]),
  'delete offsets': (c, group) =>
    offsetDeleteV0.api.async(c, group, [
      { name: 'replies.TH', partitions: [{ partitionIndex: 0 }] },
    ]),
  'remove a member': (c, group) =>
    leaveGroupV5.api.async(c, group, [{ memberId: 'x', groupInstanceId: null }]),
  delete: (c, group) => deleteGroupsV2.api.async(c, [group]),
} as const satisfies Record<string, Attempt>

export const transactionAttempts = {
  'find its coordinator': (c, id) => findCoordinatorV4.api.async(c, 1, [id]),
  begin: (c, id) => initProducerIdV4.api.async(c, id, 10_000, -1n, -1),
  describe: (c, id) => describeTransactionsV0.api.async(c, [id]),
  'commit offsets': (c, id) =>
    txnOffsetCommitV3.api.async(c, id, 'gateway-TH', 1n, 0, -1, '', null, [
      { name: 'replies.TH', partitions: [{ ...position, committedMetadata: null }] },
    ]),
} as const satisfies Record<string, Attempt>

export const clusterAttempts = {
  'read access rules': (c) =>
    describeAclsV3.api.async(c, {
      ...acl,
      resourceType: 1,
      resourceName: null,
      principal: null,
      host: null,
      operation: 1,
      permissionType: 1,
      resourcePatternType: 1,
    }),
  'give itself access': (c) => createAclsV3.api.async(c, [acl]),
  'remove access rules': (c) => deleteAclsV3.api.async(c, [acl]),
  'read byte rates': (c) =>
    describeClientQuotasV1.api.async(c, [{ entityType: 'user', matchType: 2 }], true),
  'raise its byte rate': (c) =>
    alterClientQuotasV1.api.async(
      c,
      [
        {
          entities: [{ entityType: 'user', entityName: 'gateway-TH' }],
          ops: [{ key: 'producer_byte_rate', value: 1e9, remove: false }],
        },
      ],
      false,
    ),
  'read users': (c) => describeUserScramCredentialsV0.api.async(c, [{ name: 'hub' }]),
  'change a password': (c) =>
    alterUserScramCredentialsV0.api.async(
      c,
      [],
      [
        {
          name: 'hub',
          mechanism: 2,
          iterations: 4096,
          salt: Buffer.alloc(32),
          saltedPassword: Buffer.alloc(64),
        },
      ],
    ),
  'read settings of the broker': (c) =>
    describeConfigsV4.api.async(c, [{ resourceType: 4, resourceName: '1', configurationKeys: [] }]),
  'look at disks': (c) => describeLogDirsV4.api.async(c, null),
  'move partitions': (c) =>
    alterPartitionReassignmentsV0.api.async(c, timeoutMs, false, [
      { name: 'submitted.TH', partitions: [{ partitionIndex: 0, replicas: [1] }] },
    ]),
  'change features': (c) =>
    updateFeaturesV1.api.async(
      c,
      timeoutMs,
      [{ feature: 'metadata.version', maxVersionLevel: 1, upgradeType: 1 }],
      true,
    ),
  'remove a broker': (c) => unregisterBrokerV0.api.async(c, 1),
} as const satisfies Record<string, Attempt>

/** A connection to a broker, with the given security. */
export const connectTo = async (broker: string, security: KafkaSecurity): Promise<Connection> => {
  const [host = '', port] = broker.split(':')
  const { ssl, sasl } = security
  const password = sasl as { username: string; password: string } | undefined
  const connection = new Connection('attempts', {
    connectTimeout: timeoutMs,
    requestTimeout: 20_000,
    ...(ssl !== undefined && ssl !== true && { tls: { ...ssl } }),
    ...(password && {
      sasl: {
        mechanism: 'SCRAM-SHA-512',
        username: password.username,
        password: password.password,
      },
    }),
  })
  connection.on('error', () => undefined) // whoever awaits an answer hears of it
  await connection.connect(host, Number(port))
  return connection
}

const refusals = [
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
]

/** The code by which the broker refused for lack of a right, or else what happened. */
export const outcomeOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    const answer = await attempt
    return refusedInside(answer) ?? 'done'
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return (
      refusals.find((code) => findErrorBy(error, 'apiId', code) !== null) ??
      refusedInside((error as { response?: unknown }).response) ??
      `failed: ${messages(error).join(': ')}`
    )
  }
}

const messages = (error: unknown): string[] =>
  error instanceof Error ? [error.message, ...messages(error.cause)] : []

/** Some answers carry the refusal in a member beside their content. */
const refusedInside = (answer: unknown): string | undefined => {
  const codes: Record<number, string> = {
    29: 'TOPIC_AUTHORIZATION_FAILED',
    30: 'GROUP_AUTHORIZATION_FAILED',
    31: 'CLUSTER_AUTHORIZATION_FAILED',
    53: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  }
  if (typeof answer !== 'object' || answer === null) return undefined
  const own = codes[(answer as { errorCode?: number }).errorCode ?? 0]
  return (
    own ??
    Object.values(answer)
      .map(refusedInside)
      .find((code) => code !== undefined)
  )
}

export const isRefusal = (outcome: string): boolean => refusals.includes(outcome)
