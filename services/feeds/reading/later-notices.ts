import type { Pool } from 'pg'
import { readLaterIds } from '#store/log/rows.ts'

/** Knows which notices have more than one entry in the log. Most have one, and need no query. */
export type LaterNotices = {
  readonly add: (id: string) => void
  /** False is certain up to the head of the tail. True means that the database must be asked. */
  readonly mayHave: (id: string) => boolean
}

/*
 * A Bloom filter (CACM 13.7, 1970) of 2^24 bits and two hash functions: the last 48 bits of a UUID,
 * which are random in UUIDv4 and UUIDv7. With 10^6 updated notices one query in 80 is in vain. An
 * id that somebody chose to collide costs its reader a query in vain, and nothing more.
 */
const bits = 2 ** 24

const placesOf = (id: string): [number, number] => [
  Number.parseInt(id.slice(24, 30), 16),
  Number.parseInt(id.slice(30), 16),
]

export const createLaterNotices = (): LaterNotices => {
  const filter = new Uint8Array(bits / 8)
  const has = (at: number): boolean => (filter[at >> 3]! & (1 << (at & 7))) !== 0
  return {
    add: (id) => {
      for (const at of placesOf(id)) filter[at >> 3]! |= 1 << (at & 7)
    },
    mayHave: (id) => placesOf(id).every(has),
  }
}

/**
 * Adds the notices that are in the log already. It is called after the tail has begun to add new
 * entries, so none is missed in between.
 */
export const loadLaterNotices = async (pool: Pool, later: LaterNotices): Promise<void> => {
  for (let after = { issuer: '', id: '00000000-0000-0000-0000-000000000000' }; ;) {
    const chunk = await readLaterIds(pool, after, 10_000)
    for (const { id } of chunk) later.add(id)
    const last = chunk.at(-1)
    if (last === undefined) return
    after = last
  }
}
