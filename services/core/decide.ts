import { denied, type Decision, type Marked, type Reader } from './decide/decision.ts'
import type { Micros, Registry } from './registry.ts'

export type { Decision, Marked, Reader, Release, Rule } from './decide/decision.ts'

/** Who may see what: the one decision behind every read. Pure, total, default deny. */
export const decide = (_reader: Reader, _notice: Marked, _registry: Registry, _now: Micros): Decision => denied('default-deny')
