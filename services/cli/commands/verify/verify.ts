import type { Command } from 'commander'
import { exitCodes, Failure } from '../../failure.ts'
import type { FeedLine } from '../../output/entry-line.ts'
import type { Io } from '../../io.ts'
import { parseJson } from '../../input/json-input.ts'
import { readKeySet } from '../../input/key-set.ts'
import { jsonText } from '../../output/printable.ts'
import { refusalLines } from '../../output/problem-text.ts'
import { verifyEnvelope, type Verdict } from './verify-envelope.ts'

const help = `
FILE holds an envelope as text, or one entry of a feed as JSON; of an entry the notice shown is
compared with the signed one as well; of a revocation that is its reason. "complete" says whether
the copy discloses everything that was signed. Nothing is asked of any service. KEYS is a JWK set,
one JWK, demo.json, or what "admin registry show" prints.

Exit codes: 0 verified, 1 not readable, 4 the signature is wrong or what is shown was not signed,
5 the key is not in KEYS.

Examples:
  $ npx switchboard tail all --as KH-ACD --once | head -1 > entry.json
  $ npx switchboard verify entry.json --keys .switchboard/demo.json`

export const addVerify = (program: Command, io: Io): void => {
  program
    .command('verify')
    .argument('<file>', '- is stdin')
    .description('Verify an envelope offline: who signed, what is disclosed, what is not.')
    .requiredOption('--keys <file>', 'the public keys that are trusted')
    .addHelpText('after', help)
    .action(async (file: string, { keys }: { keys: string }) => {
      const trusted = readKeySet(parseJson(await io.read(keys), keys), keys)
      const { envelope, entry } = envelopeIn(await io.read(file), file)
      const verdict = verifyEnvelope(envelope, trusted, entry)
      if (!verdict.ok) throw failureOf(verdict)
      io.out(jsonText(verdict.value))
    })
}

const envelopeIn = (bytes: Buffer, file: string): { envelope: Buffer; entry?: FeedLine } => {
  const text = bytes.toString('latin1').trim()
  if (!text.startsWith('{')) return { envelope: Buffer.from(text, 'latin1') }
  const entry = parseJson(bytes, file) as FeedLine
  if (typeof entry.envelope !== 'string')
    throw new Failure(
      exitCodes.refused,
      `${file} holds no envelope: the hub itself makes events such as ${entry.event ?? 'hits'}`,
    )
  return { envelope: Buffer.from(entry.envelope), entry }
}

const forged = new Set([
  'envelope/bad-signature',
  'envelope/bad-disclosure',
  'envelope/wrong-signer',
])

const failureOf = ({ refusal }: Extract<Verdict, { ok: false }>): Failure => {
  if (refusal.code === 'verify/unknown-key')
    return new Failure(
      exitCodes.unknownKey,
      `refused: the key ${refusal.detail} is not among those given`,
    )
  return new Failure(
    forged.has(refusal.code) ? exitCodes.badSignature : exitCodes.refused,
    refusalLines(refusal),
  )
}
