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

const revoked = await buildEnvelope(
  {
    issuer: 'TH',
    audience: 'switchboard-hub',
    version: 2,
    status: 'revoked',
    issuedAt: 1_795_000_100,
    content: {
      id: content.id,
      kind: content.kind,
      agency: content.agency,
      by: { person: 'officer-7', agency: content.agency },
      reason: 'the number is a clinic',
    },
  },
  th.signer,
  randomBytes,
)

const raw = splitEnvelope(Buffer.from(revoked.envelope))
const revocation = raw.ok && openEnvelope(raw.value)
if (!raw.ok || !revocation || !revocation.ok) throw new Error('the revocation is not readable')

/** The revocation as the originator has it, and the entry of those who held the notice. */
export const wholeRevocation = revoked.envelope

export const revocationEntry = {
  cursor: 'c',
  event: 'notice.revoked',
  notice: {
    id: content.id,
    issuer: 'TH',
    version: 2,
    kind: content.kind,
    status: 'revoked',
    reason: 'the number is a clinic',
  },
  envelope: redactEnvelope(raw.value.jws, revocation.value.disclosures, new Set(['agency', 'by'])),
  proof: null,
}

export const keys = readKeySet(
  {
    keys: [
      { ...th.jwk, owner: 'TH' },
      { ...kh.jwk, owner: 'KH' },
    ],
  },
  'keys',
)
