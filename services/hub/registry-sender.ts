import type { Logger } from 'pino'
import type { Signer } from '#core/keys.ts'
import type { Registry } from '#core/registry.ts'
import { registryMessage } from '#core/registry-message.ts'
import { signReply } from '#core/reply.ts'
import { repliesTopic } from '#core/topics.ts'
import { nowMicros } from '#runtime/clock.ts'
import type { MessageLog } from '#runtime/message-log.ts'

export type RegistrySender = { readonly send: () => void; readonly close: () => Promise<void> }

/**
 * Sends every participant that runs a gateway its view of the registry: at the start, on each change, and now and then,
 * since topics keep little. Each hub process does; a gateway keeps the highest version and drops what it has.
 */
export const createRegistrySender = (deps: {
  messages: MessageLog
  registry: () => Registry
  signer: Signer
  everyMs: number
  log: Logger
}): RegistrySender => {
  let underWay: Promise<void> | undefined
  let again = false
  const sendTo = async (registry: Registry, participant: string): Promise<void> => {
    const signed = await signReply(registryMessage(registry, participant, nowMicros()), deps.signer)
    await deps.messages.publish(repliesTopic(participant), [{ key: 'registry', value: Buffer.from(signed) }])
  }
  const sendAll = async (): Promise<void> => {
    const registry = deps.registry()
    const topics = [...registry.participants.values()].filter((p) => p.type !== 'corporate-partner').map((p) => p.id)
    const existing = new Set(await deps.messages.admin.existingTopics(topics.map(repliesTopic)))
    await Promise.all(topics.filter((p) => existing.has(repliesTopic(p))).map((p) => sendTo(registry, p)))
  }
  const send = (): void => {
    again = true
    underWay ??= (async () => {
      while (again) {
        again = false
        await sendAll().catch((error: unknown) => deps.log.warn({ err: error }, 'registry not sent; it is sent again later'))
      }
    })().finally(() => (underWay = undefined))
  }
  const timer = setInterval(send, deps.everyMs)
  send()
  return {
    send,
    close: async () => {
      clearInterval(timer)
      await underWay
    },
  }
}
