import type { Micros } from '#core/registry/registry.ts'

/**
 * The wall clock in microseconds. It may step back; code that needs an order keeps it itself, as
 * the sequencer does.
 */
export const nowMicros = (): Micros => Date.now() * 1000
