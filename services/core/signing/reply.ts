import { verify, type KeyObject } from 'node:crypto'
import type {
  DeliveriesMessage,
  RegistryMessage,
  ReceiptsMessage,
  ToldMessage,
} from '../generated/types.ts'
import { readJws, signingInput } from './jws.ts'
import type { Signer } from './keys.ts'
import { accept, refuse, type Checked } from '../refusal.ts'
import { checkReply } from '../schema/check.ts'
import { readStrict } from '../json/strict-json.ts'

/*
 * The hub's replies on `replies.<P>`: typed messages with one signature each (compact JWS, typ
 * reply+jwt). They have a type and a key of their own, so a reply never passes for a notice, nor a
 * notice for a reply.
 */
const replyTyp = 'reply+jwt'
export type ReplyMessage = ReceiptsMessage | RegistryMessage | DeliveriesMessage | ToldMessage
export type Receipt = ReceiptsMessage['receipts'][number]

export const signReply = async (message: ReplyMessage, signer: Signer): Promise<string> => {
  const input = signingInput(replyTyp, signer.kid, JSON.stringify(message))
  return `${input}.${Buffer.from(await signer.sign(Buffer.from(input))).toString('base64url')}`
}

/** Reads a reply that is meant for `audience`. `hubKeys` are the trusted reply keys by kid. */
export const readReply = (
  bytes: Uint8Array,
  hubKeys: ReadonlyMap<string, KeyObject>,
  audience: string,
): Checked<ReplyMessage> => {
  const jws = readJws(Buffer.from(bytes).toString('latin1'), replyTyp, {
    header: 'reply/not-readable',
    shape: 'reply/not-readable',
  })
  if (!jws.ok) return jws
  const key = hubKeys.get(jws.value.kid)
  if (key === undefined || !verify(null, Buffer.from(jws.value.input), key, jws.value.signature))
    return refuse('reply/bad-signature')
  const read = readStrict(jws.value.payload, { maxBytes: 16 * 1024 * 1024, maxDepth: 16 })
  if (!read.ok) return refuse('reply/not-readable', read.refusal.pointer, read.refusal.code)
  const checked = checkReply(read.value)
  if (!checked.ok) return checked
  return checked.value.aud === audience
    ? accept(checked.value)
    : refuse('reply/not-readable', '/aud')
}
