import { refuse, type Checked } from '../../refusal.ts'

/** What a number says: the digits of its key, attributes, and whether it had a check digit. */
type DeviceNumber = {
  readonly digits: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly isUnchecked?: true
}

/** Reads the digits of one member. Refusals point at that member. */
export type NumberReader = (digits: string, pointer: string) => Checked<DeviceNumber>

/** The same digit all along is what a device without a number sends. */
export const isOneDigit = (digits: string): boolean => /^(\d)\1*$/u.test(digits)

export const refuseLength = (pointer: string, lengths: string) =>
  refuse('device/bad-length', pointer, `${lengths} digits`)
