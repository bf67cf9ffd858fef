import { covers, type Registry } from '#core/registry/registry.ts'
import { registryMessage, type OwnChanges } from '#core/registry/message.ts'
import { hasTopics, repliesTopic } from '#core/kafka/topics.ts'
import type { Log } from '#runtime/process/log.ts'
import { sendReply, type SendReplyDeps } from './send-reply.ts'

type RegistrySenderDeps = SendReplyDeps & {
  readonly registry: () => Registry
  /** The changes of a participant's own rows. */
  readonly changesOf: (participant: string) => Promise<OwnChanges>
  readonly everyMs: number
  readonly log: Log
}

export type RegistrySender = { readonly send: () => void; readonly close: () => Promise<void> }

/**
 * A message that did not arrive is sent again after this time: its topic, or the hub's user at
 * Kafka, may be in the making.
 */
const retryMs = 2_000

/**
 * Sends each participant with a gateway its view of the registry, with the changes of its own rows
 * and who made them: at the start, on each change, and now and then, since topics keep records for
 * a short time. Every hub process sends. A gateway keeps the highest version and drops the others.
 * A message that does not arrive is sent again within seconds, because a gateway takes no notice
 * before it has a registry.
 */
export const createRegistrySender = (deps: RegistrySenderDeps): RegistrySender => {
  /** The version that each participant was sent last. */
  const sent = new Map<string, number>()
  let underWay: Promise<void> | undefined
  let again = false
  let retry: NodeJS.Timeout | undefined
  let closed = false

  const retryLater = (): void => {
    clearTimeout(retry)
    if (!closed) retry = setTimeout(run, retryMs)
  }
  const sendUntilDone = async (): Promise<void> => {
    while (again && !closed) {
      again = false
      try {
        if (await sendWhereMissing(deps, sent)) retryLater()
      } catch (error) {
        deps.log.warn({ err: error }, 'registry not sent; it is tried again')
        retryLater()
      }
    }
  }
  const run = (): void => {
    again = true
    underWay ??= sendUntilDone().finally(() => (underWay = undefined))
  }
  const timer = setInterval(() => {
    sent.clear()
    run()
  }, deps.everyMs)
  run()
  return {
    send: run,
    close: async () => {
      closed = true
      clearInterval(timer)
      clearTimeout(retry)
      await underWay
    },
  }
}

/** Resolves with whether an admitted participant has no topic yet. */
const sendWhereMissing = async (
  deps: RegistrySenderDeps,
  sent: Map<string, number>,
): Promise<boolean> => {
  const registry = deps.registry()
  const missing = [...registry.participants.values()].filter(
    (p) => hasTopics(p) && sent.get(p.id) !== registry.version,
  )
  const topics = missing.map(({ id }) => repliesTopic(id))
  const existing = new Set(await deps.messages.admin.existingTopics(topics))
  const hasTopic = ({ id }: { readonly id: string }): boolean => existing.has(repliesTopic(id))
  await Promise.all(
    missing.filter(hasTopic).map(async ({ id }) => {
      const changes = await deps.changesOf(id)
      await sendReply(registryMessage(registry, id, deps.now(), changes), 'registry', deps)
      sent.set(id, registry.version)
    }),
  )
  return missing.some((p) => covers(p.admitted, deps.now()) && !hasTopic(p))
}
