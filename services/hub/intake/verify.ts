import { verify, type KeyObject } from 'node:crypto'
import { hubAudience } from '#core/envelope/envelope.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { isGoodKey, type Key } from '#core/registry/registry.ts'
import type { CheckContext } from './check-context.ts'

type Signed = { readonly kid: string; readonly input: string; readonly signature: Buffer }

/**
 * Reads what a participant sent: its form, then its signature, and only then what it says. `split`
 * is what was sent, taken apart.
 */
export const openSigned = async <Split extends Signed, Open>(
  split: Checked<Split>,
  open: (split: Split) => Checked<Open>,
  participant: string,
  context: CheckContext,
): Promise<Checked<{ readonly split: Split; readonly open: Open }>> => {
  if (!split.ok) return split
  const signed = await checkSignature(split.value, participant, context)
  if (!signed.ok) return signed
  const opened = open(split.value)
  return opened.ok ? accept({ split: split.value, open: opened.value }) : opened
}

/** Whether a key of this participant signed the bytes as they arrived. */
const checkSignature = async (
  given: Signed,
  participant: string,
  context: CheckContext,
): Promise<Checked<true>> => {
  const key = findKey(given.kid, participant, context)
  if (!key.ok) return key
  return (await isSigned(given, context.keyObject(key.value)))
    ? accept(true)
    : refuse('envelope/bad-signature')
}

/**
 * Checks the key: it names the sender, never the message does. The key must be known, belong to the
 * participant of the topic, and be valid at this time.
 */
const findKey = (
  kid: string,
  participant: string,
  { registry, now }: CheckContext,
): Checked<Key> => {
  const key = registry.keys.get(kid)
  if (key === undefined || key.purpose !== 'notice') return refuse('envelope/unknown-key')
  if (key.owner !== participant) return refuse('envelope/wrong-signer')
  if (!isGoodKey(key, now)) return refuse('envelope/key-revoked')
  return accept(key)
}

/** In the libuv pool, so that signatures of one batch are checked in parallel. */
const isSigned = (raw: Signed, key: KeyObject): Promise<boolean> =>
  new Promise((resolve, reject) => {
    verify(null, Buffer.from(raw.input, 'latin1'), key, raw.signature, (error, result) =>
      error ? reject(error) : resolve(result),
    )
  })

/** Whether the signer speaks for itself, and to this hub. */
export const checkIssuer = (
  { iss, aud }: { readonly iss: string; readonly aud: string },
  participant: string,
): Checked<true> => {
  if (iss !== participant) return refuse('envelope/wrong-issuer', '/iss')
  return aud === hubAudience ? accept(true) : refuse('envelope/wrong-issuer', '/aud')
}
