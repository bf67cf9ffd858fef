import { randomBytes } from 'node:crypto'

/** A name that no other test file, or run, uses: for topics, groups and databases. */
export const uniqueName = (what: string): string =>
  `${what}_${process.pid}_${randomBytes(4).toString('hex')}`
