import type { Admin, Kafka } from 'kafkajs'
import { toMessageLogError } from './errors.ts'
import type { MessageLogAdmin, PartitionLag, TopicSpec } from './message-log.ts'

export const createKafkaAdmin = (kafka: Kafka): MessageLogAdmin => {
  const withAdmin = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
    const admin = kafka.admin()
    try {
      await admin.connect()
      return await work(admin)
    } catch (error) {
      throw toMessageLogError(error)
    } finally {
      await admin.disconnect().catch(() => undefined)
    }
  }
  return {
    createTopics: (topics) => withAdmin((admin) => createMissing(admin, topics)),
    existingTopics: async (topics) => {
      const existing = new Set(await withAdmin((admin) => admin.listTopics()))
      return topics.filter((topic) => existing.has(topic))
    },
    groupLag: (groupId, topics) => withAdmin((admin) => groupLag(admin, groupId, topics)),
  }
}

const createMissing = async (admin: Admin, topics: readonly TopicSpec[]): Promise<string[]> => {
  const existing = new Set(await admin.listTopics())
  const missing = topics.filter(({ topic }) => !existing.has(topic))
  if (missing.length === 0) return []
  // Answers false if somebody else made one of the topics first, which is as good.
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map(({ topic, partitions, replicationFactor, config = {} }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    })),
  })
  return missing.map(({ topic }) => topic)
}

const groupLag = async (
  admin: Admin,
  groupId: string,
  topics: readonly string[],
): Promise<PartitionLag[]> => {
  const committed = await admin.fetchOffsets({ groupId, topics: [...topics] })
  const perTopic = await Promise.all(
    committed.map(async ({ topic, partitions }) => {
      const ends = new Map(
        (await admin.fetchTopicOffsets(topic)).map((end) => [end.partition, end]),
      )
      return partitions.map(({ partition, offset }): PartitionLag => {
        const { high, low } = ends.get(partition) ?? { high: '0', low: '0' }
        const end = Number(high)
        const position = Number(offset) < 0 ? Number(low) : Number(offset)
        return { topic, partition, committed: position, end, lag: Math.max(0, end - position) }
      })
    }),
  )
  return perTopic.flat()
}
