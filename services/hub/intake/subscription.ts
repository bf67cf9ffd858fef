import type { Logger } from 'pino'
import { intakeGroup } from '#core/kafka/access.ts'
import type { Micros, Registry } from '#core/registry/registry.ts'
import { submissionTopicsOf } from '#core/kafka/topics.ts'
import type { Consumption, InRecord, MessageLog } from '#runtime/kafka/message-log.ts'
import { pause } from '#runtime/process/pause.ts'

/**
 * Kafka needs about this long after a topic is made. A group that joins earlier rejoins dozens of
 * times.
 */
const settleMs = 3000

/**
 * The partitions of a killed process wait this long. It is the least that a broker allows by
 * default.
 */
const sessionTimeoutMs = 6000

export type Subscription = {
  readonly close: () => Promise<void>
  readonly topics: () => readonly string[]
  readonly missing: () => readonly string[]
}

type SubscriptionDeps = {
  messages: MessageLog
  registry: () => Registry
  now: () => Micros
  /** Whether this process may take anything in. If not, it leaves the group to the others. */
  mayTakeIn: () => boolean
  onRecords: (records: readonly InRecord[]) => Promise<void>
  onCrash: (error: unknown) => void
  onTopics: (count: number) => void
  pollMs: number
  /**
   * The most that one fetch takes from one participant, in bytes. The next fetch, of all
   * participants, waits until these records are worked.
   */
  fetchMaxBytes: number
  log: Logger
}

/**
 * Keeps the intake group on the topics of every participant that may submit. A pattern subscription
 * does not see a topic that is made later. So every hub process stops, subscribes and runs again
 * when the registry changes or a missing topic appears.
 */
export const subscribeIntake = (deps: SubscriptionDeps): Subscription => {
  const { messages, log } = deps
  let topics: string[] = []
  let missing: string[] = []
  let consumption: Consumption | undefined
  let underWay: Promise<void> | undefined
  const closing = new AbortController()

  const leave = async (): Promise<void> => {
    await consumption?.stop()
    consumption = undefined
    topics = []
    deps.onTopics(0)
  }
  const apply = async (): Promise<void> => {
    if (!deps.mayTakeIn()) return leave()
    const { existing: next, lacking } = await findTopics(deps)
    if (lacking.length > 0 && lacking.join() !== missing.join())
      log.warn({ topics: lacking }, 'topics missing; make them with: switchboard admin kafka apply')
    missing = lacking
    if (next.join() === topics.join() || next.length === 0) return
    if (consumption) await pause(settleMs, closing.signal)
    if (closing.signal.aborted) return
    if (consumption) await consumption.restart(next)
    else
      consumption = await messages.consume({
        groupId: intakeGroup,
        topics: next,
        onRecords: deps.onRecords,
        onCrash: deps.onCrash,
        sessionTimeoutMs,
        maxBytesPerPartition: deps.fetchMaxBytes,
      })
    topics = next
    deps.onTopics(next.length)
    log.info({ topics: next }, 'intake subscribed')
  }
  const check = (): void => {
    underWay ??= apply()
      .catch((error: unknown) => log.error({ err: error }, 'topics not subscribed; tried again'))
      .finally(() => (underWay = undefined))
  }
  check()
  const timer = setInterval(check, deps.pollMs)
  return {
    topics: () => topics,
    missing: () => missing,
    close: async () => {
      closing.abort()
      clearInterval(timer)
      await underWay
      await consumption?.stop()
    },
  }
}

/** The wanted topics: those that exist, and those that are missing. */
const findTopics = async ({
  messages,
  registry,
  now,
}: SubscriptionDeps): Promise<{ existing: string[]; lacking: string[] }> => {
  const wanted = submissionTopicsOf(registry(), now())
  const found = new Set(await messages.admin.existingTopics(wanted))
  return {
    existing: wanted.filter((t) => found.has(t)),
    lacking: wanted.filter((t) => !found.has(t)),
  }
}
