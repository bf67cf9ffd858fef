import { randomBytes } from 'node:crypto'
import { buildEnvelope } from '#core/envelope/build-envelope.ts'
import { redactEnvelope, splitEnvelope, openEnvelope } from '#core/envelope/envelope.ts'
import { readKeySet } from '../../services/cli/input/key-set.ts'
import { th, kh, content } from './cli-fixtures.ts'

export const built = await buildEnvelope(
  {
    issuer: 'TH',
    audience: 'switchboard-hub',
    version: 1,
    status: 'active',
    issuedAt: 1_795_000_000,
    content,
  },
  th.signer,
  randomBytes,
)

const split = splitEnvelope(Buffer.from(built.envelope))
const opened = split.ok && openEnvelope(split.value)
if (!split.ok || !opened || !opened.ok) throw new Error('the envelope under test is not readable')

/** The envelope under test, taken apart. */
export const parts = split.value

export const redacted = redactEnvelope(
  split.value.jws,
  opened.value.disclosures,
  new Set(['release', 'caseReference']),
)

export const keys = readKeySet(
  {
    keys: [
      { ...th.jwk, owner: 'TH' },
      { ...kh.jwk, owner: 'KH' },
    ],
  },
  'keys',
)
