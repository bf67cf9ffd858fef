import type { MessageLogAdmin } from './message-log.ts'

export type TopicSettings = {
  readonly partitions: number
  readonly replicationFactor: number
  /** Kafka is transport: the databases at both ends are the truth. */
  readonly retentionMs: number
}

/**
 * One partition each: order is promised per notice id only, and more partitions cost more than they
 * give.
 */
export const defaultTopicSettings: TopicSettings = {
  partitions: 1,
  replicationFactor: 1,
  retentionMs: 7 * 24 * 3600 * 1000,
}

export type TopicPlan = {
  readonly existing: readonly string[]
  readonly missing: readonly string[]
}

/** What `applyTopics` would do. */
export const planTopics = async (
  admin: MessageLogAdmin,
  wanted: readonly string[],
): Promise<TopicPlan> => {
  const existing = await admin.existingTopics(wanted)
  return { existing, missing: wanted.filter((topic) => !existing.includes(topic)) }
}

/**
 * Creates the topics that are missing and leaves those that are there as they are; answers what it
 * created. A consumer waits about 3 s before it subscribes to a topic just created. Calling it
 * again creates nothing.
 */
export const applyTopics = async (
  admin: MessageLogAdmin,
  wanted: readonly string[],
  settings: TopicSettings = defaultTopicSettings,
): Promise<string[]> => {
  const { missing } = await planTopics(admin, wanted)
  const { partitions, replicationFactor, retentionMs } = settings
  return admin.createTopics(
    missing.map((topic) => ({
      topic,
      partitions,
      replicationFactor,
      config: { 'retention.ms': String(retentionMs) },
    })),
  )
}
