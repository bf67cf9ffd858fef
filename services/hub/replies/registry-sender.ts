import type { Logger } from 'pino'
import type { Signer } from '#core/signing/keys.ts'
import { covers, type Registry } from '#core/registry/registry.ts'
import { registryMessage, type OwnChanges } from '#core/registry/message.ts'
import { signReply } from '#core/signing/reply.ts'
import { repliesTopic } from '#core/kafka/topics.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import type { MessageLog } from '#runtime/kafka/message-log.ts'

export type RegistrySender = { readonly send: () => void; readonly close: () => Promise<void> }

/**
 * After so long it is tried again where it did not arrive: a topic, or our user at Kafka, may just
 * be being made.
 */
const retryMs = 2_000

/**
 * Sends every participant that runs a gateway its view of the registry, with what was changed of
 * its own and by whom: at the start, on each change, and now and then, since topics keep little.
 * Each hub process does; a gateway keeps the highest version and drops what it has. Where it does
 * not arrive it is tried again within seconds: a gateway takes no notice before it has one.
 */
export const createRegistrySender = (deps: {
  messages: MessageLog
  registry: () => Registry
  /** What was changed of a participant's own. */
  changesOf: (participant: string) => Promise<OwnChanges>
  signer: Signer
  everyMs: number
  log: Logger
}): RegistrySender => {
  /** The version that each was sent last. */
  const sent = new Map<string, number>()
  let underWay: Promise<void> | undefined
  let again = false
  let retry: NodeJS.Timeout | undefined
  let closed = false

  const sendTo = async (registry: Registry, participant: string): Promise<void> => {
    const signed = await signReply(
      registryMessage(registry, participant, nowMicros(), await deps.changesOf(participant)),
      deps.signer,
    )
    await deps.messages.publish(repliesTopic(participant), [
      { key: 'registry', value: Buffer.from(signed) },
    ])
    sent.set(participant, registry.version)
  }
  const sendWhereMissing = async (): Promise<void> => {
    const registry = deps.registry()
    const missing = [...registry.participants.values()].filter(
      (p) => p.type !== 'corporate-partner' && sent.get(p.id) !== registry.version,
    )
    const existing = new Set(
      await deps.messages.admin.existingTopics(missing.map((p) => repliesTopic(p.id))),
    )
    await Promise.all(
      missing.filter((p) => existing.has(repliesTopic(p.id))).map((p) => sendTo(registry, p.id)),
    )
    if (missing.some((p) => covers(p.admitted, nowMicros()) && !existing.has(repliesTopic(p.id))))
      retryLater()
  }
  const retryLater = (): void => {
    clearTimeout(retry)
    if (!closed) retry = setTimeout(run, retryMs)
  }
  const run = (): void => {
    again = true
    underWay ??= (async () => {
      while (again && !closed) {
        again = false
        await sendWhereMissing().catch((error: unknown) => {
          deps.log.warn({ err: error }, 'registry not sent; it is tried again')
          retryLater()
        })
      }
    })().finally(() => (underWay = undefined))
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
