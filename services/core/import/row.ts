import type { Checked } from '../refusal.ts'

/** One row of a file: its notice body, or why it has none. Rows and lines count from 1. */
export type ImportRow = {
  readonly row: number
  /** The line in which the row begins. */
  readonly line?: number
  /** The place of the row in a file that is one JSON document (RFC 6901). */
  readonly from?: string
  readonly read: Checked<unknown>
  /** The column of a table that gave the member of a pointer. */
  readonly columnOf?: (pointer: string) => string | undefined
}
