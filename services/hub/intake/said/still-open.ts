import type { OpenSaid } from '#core/said/forms.ts'
import { accept, type Checked } from '#core/refusal.ts'
import type { Following } from './following.ts'

/**
 * The envelopes of version 1 of the contract that a gateway goes on sending. Only its participant
 * is concerned.
 */
export const checkStillOpen = ({ payload }: OpenSaid<'still-open'>): Checked<Following> =>
  accept({
    tokens: [`P:${payload.iss}`],
    stillOpen: payload.digests.map((digest) => Buffer.from(digest, 'hex')),
  })
