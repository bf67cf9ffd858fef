import { startMember, type Member, type MemberDeps } from './member.ts'
import type { ConsumeOptions, Consumption } from './message-log.ts'

type Deps = Pick<MemberDeps, 'makeClient' | 'admin' | 'log'>

/**
 * A place in a group over changing sets of topics. Each set has its own kafkajs consumer, since a
 * consumer cannot give up a topic.
 */
export const consumeKafka = async (deps: Deps, options: ConsumeOptions): Promise<Consumption> => {
  const stopping = Promise.withResolvers<void>()
  const onCrash = once(options.onCrash)
  let progressAt = performance.now()
  const onProgress = (): void => {
    progressAt = performance.now()
  }
  const start = (topics: readonly string[], before: () => Promise<void>): Promise<Member> =>
    startMember(
      { ...deps, stopping: stopping.promise, onProgress },
      { ...options, topics, onCrash },
      before,
    )
  let member: Member | undefined = await start(options.topics, async () => undefined)
  const inTurn = queueOf()
  return {
    restart: (topics) =>
      inTurn(async () => {
        const old = member
        if (old !== undefined) member = await start(topics, () => old.stop())
      }),
    stop: () => {
      stopping.resolve()
      return inTurn(async () => {
        const old = member
        member = undefined
        await old?.stop()
      })
    },
    get lastProgressAt() {
      return progressAt
    },
  }
}

/** Runs works one after the other, in the order of arrival. */
const queueOf = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
}

const once = (work: (error: unknown) => void): ((error: unknown) => void) => {
  let done = false
  return (error) => {
    if (done) return
    done = true
    work(error)
  }
}
