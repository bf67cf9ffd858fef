import { repliesTopic } from '#core/kafka/topics.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { Signer } from '#core/signing/keys.ts'
import { signReply, type ReplyMessage } from '#core/signing/reply.ts'
import type { MessageLog } from '#runtime/kafka/message-log.ts'

/**
 * Signs replies with the hub's reply key and publishes them. `now` throws where no time is sure.
 */
export type SendReplyDeps = {
  readonly messages: MessageLog
  readonly signer: Signer
  readonly now: () => Micros
}

/** Publishes one signed message to the gateway of `message.aud`. Rejects as `publish` does. */
export const sendReply = async (
  message: ReplyMessage,
  key: string,
  { messages, signer }: Omit<SendReplyDeps, 'now'>,
): Promise<void> => {
  const signed = await signReply(message, signer)
  await messages.publish(repliesTopic(message.aud), [{ key, value: Buffer.from(signed) }])
}

/** The members that every message of the hub begins with. */
export const replyTo = <T extends string>(participant: string, type: T, now: Micros) => ({
  iss: 'hub' as const,
  aud: participant,
  type,
  iat: Math.floor(now / 1_000_000),
})
