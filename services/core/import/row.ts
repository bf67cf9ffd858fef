import type { Checked } from '../refusal.ts'

/**
 * One row of a file: what it says as a notice body, or why it says none. Rows and lines count from
 * 1.
 */
export type ImportRow = {
  readonly row: number
  /** Where the row begins in a file of lines. */
  readonly line?: number
  /** Where the row comes from in a file that is one JSON document (RFC 6901). */
  readonly from?: string
  readonly read: Checked<unknown>
  /** The column that gave the member a pointer names, in a table. */
  readonly columnOf?: (pointer: string) => string | undefined
}
