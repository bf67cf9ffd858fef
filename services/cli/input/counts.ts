import { InvalidArgumentError } from 'commander'

type Bounds = { readonly min: number; readonly max: number; readonly unit: string }

export const withSeconds: Bounds = { min: 1, max: 86_400, unit: 'seconds' }

/** A whole number on the command line, within bounds. */
export const countOf =
  ({ min, max, unit }: Bounds) =>
  (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`a whole number of ${unit} from ${min} to ${max}`)
  }
