import type { Loggable } from '#store/log/intake.ts'

/** What follows from a statement whose form is good: who may learn of it, and what it is about. */
export type Following = Pick<Loggable, 'tokens' | 'about' | 'stillOpen' | 'confirms'>
