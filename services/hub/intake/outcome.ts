import type { Code } from '#core/catalogue/catalogue.ts'
import type { Checked } from '#core/refusal.ts'
import type { Intake, Loggable } from '#store/log/intake.ts'
import type { About } from './authorise.ts'

/**
 * What quarantine keeps without a final answer. A hub that is upgraded or mended checks it again.
 */
export const heldCodes = [
  'envelope/unknown-schema',
  'envelope/not-checked',
] as const satisfies readonly Code[]

/** The outcome of the checks, as the log takes it. */
export const outcomeOf = (checked: Checked<Loggable> & About): Intake['outcome'] =>
  checked.ok
    ? { ok: true, notice: checked.value }
    : {
        ok: false,
        held: heldCodes.some((code) => code === checked.refusal.code),
        refusal: checked.refusal,
        ...(checked.about && { about: checked.about }),
      }
