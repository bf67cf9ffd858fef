import { audienceTokens, readerTokens } from '#core/decide/audience.ts'
import { decide, type Reader } from '#core/decide/decide.ts'
import type { Subject } from './decide-check.ts'
import { readers, settled } from './decide-model.ts'

export const subject: Subject = { decide, audienceTokens, readerTokens }

export const { registry } = settled

/** The readers of the model with one purpose each, or none. */
export const acting = readers.map((reader, i): Reader => ({
  ...reader,
  acknowledged: i % 2 === 0,
  ...(i % 3 > 0 && { purpose: i % 3 > 1 ? 'criminal-investigation' : 'threat-analysis' }),
}))
