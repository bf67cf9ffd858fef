import { createHash } from 'node:crypto'
import type { Statement } from '../generated/types.ts'
import { readJws, signingInput, typOf, type Jws } from './jws.ts'
import type { Signer } from './keys.ts'
import { refuse, type Checked } from '../refusal.ts'
import { checkStatement } from '../schema/check.ts'
import { readStrict } from '../json/strict-json.ts'

/*
 * A gateway's statement about an envelope that it sent before: a compact JWS of a type of its own,
 * signed by the key that signs its notices, so a statement never passes for a notice, nor a notice
 * for a statement.
 */
const statementTyp = 'statement+jwt'
/** Far above the size of the longest reason. */
export const statementLimitBytes = 32 * 1024

export const signStatement = async (
  statement: Statement,
  signer: Signer,
): Promise<{ text: string; digest: string }> => {
  const input = signingInput(statementTyp, signer.kid, JSON.stringify(statement))
  const signature = await signer.sign(Buffer.from(input))
  const text = `${input}.${Buffer.from(signature).toString('base64url')}`
  return { text, digest: createHash('sha256').update(text).digest('hex') }
}

/**
 * The text of a record that claims to be a statement; undefined for any other record. An envelope
 * holds `~`, a statement none.
 */
export const statementText = (bytes: Uint8Array): string | undefined => {
  if (bytes.length > statementLimitBytes || bytes.includes(0x7e)) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  return typOf(text) === statementTyp ? text : undefined
}

/**
 * Step 1, cheap: compact form and header. None of it may be trusted before its signature is
 * verified.
 */
export const splitStatement = (text: string): Checked<Jws> =>
  readJws(text, statementTyp, { header: 'envelope/bad-header', shape: 'statement/not-readable' })

/** Step 2, after the signature: strict payload and its schema. */
export const openStatement = ({ payload }: Pick<Jws, 'payload'>): Checked<Statement> => {
  const read = readStrict(payload)
  return read.ok
    ? checkStatement(read.value)
    : refuse('statement/not-readable', read.refusal.pointer, read.refusal.code)
}
