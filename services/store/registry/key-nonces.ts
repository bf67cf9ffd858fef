import type { Pool, PoolClient } from 'pg'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Micros } from '#core/registry/registry.ts'

/** How many nonces of one participant may wait for a proof at a time. */
const maxOpen = 100

/** Stores a nonce for a participant until it is used or expires. Expired nonces are forgotten. */
export const insertNonce = async (
  pool: Pool,
  {
    nonce,
    participant,
    expires,
    now,
  }: { nonce: string; participant: string; expires: Micros; now: Micros },
): Promise<Checked<true>> => {
  await pool.query('delete from key_nonce where expires <= $1', [now])
  const { rowCount } = await pool.query(
    `insert into key_nonce (nonce, participant, expires) select $1, $2, $3 where (select count(*)
      from key_nonce where participant = $2) < $4`,
    [nonce, participant, expires, maxOpen],
  )
  return rowCount === 1 ? accept(true) : refuse('service/too-many-requests')
}

/**
 * Uses a nonce up, once, for the participant that it was made for. A rollback of the transaction
 * undoes it.
 */
export const useNonce = async (
  client: PoolClient,
  { nonce, participant, now }: { nonce: string; participant: string; now: Micros },
): Promise<Checked<true>> => {
  const { rows } = await client.query<{ participant: string; expires: Micros; used: boolean }>(
    'select participant, expires, used from key_nonce where nonce = $1 for update',
    [nonce],
  )
  const held = rows[0]
  if (held === undefined || held.expires <= now) return refuse('key/unknown-nonce')
  if (held.participant !== participant) return refuse('key/other-proof')
  if (held.used) return refuse('key/nonce-used')
  await client.query('update key_nonce set used = true where nonce = $1', [nonce])
  return accept(true)
}
