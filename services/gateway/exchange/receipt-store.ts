import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Receipt } from '#core/signing/reply.ts'
import type { Micros } from '#core/registry/registry.ts'

/**
 * Stores one signed reply, and its receipts by the digests that they answer. A last word is written
 * beside its submission, which leaves the queue; a later one changes nothing. `held` leaves the row
 * in the queue; held for the same reason again, it changes nothing.
 * A receipt whose digest is not in the queue (the bytes were altered on the way)
 * changes nothing. A hub of version 1 of the contract answers a confirmation by the envelope that
 * it confirms: the row leaves the queue with that envelope's. All this is one statement, hence one
 * commit. Durable when it resolves; the same reply again counts once. Resolves with the digests
 * that are closed for good.
 */
export const storeReceipts = async (
  pool: Pool,
  message: Uint8Array,
  receipts: readonly Receipt[],
  now: Micros,
): Promise<string[]> => {
  const text = Buffer.from(message).toString('latin1')
  const { rows } = await pool.query<{ digest: string }>({
    name: 'store-receipts',
    text: `with given as (
             select decode(digest, 'hex') as digest, status, receipt::json as receipt
             from unnest($4::text[], $5::text[], $6::text[]) as a (digest, status, receipt)),
           kept as (
             insert into reply (digest, message, received_at) values ($1, $2, $3)
             on conflict (digest) do update set digest = excluded.digest returning seq),
           held as (
             update open o set receipt = g.receipt, reply = (select seq from kept), answered_at = $3
             from given g where o.digest = g.digest and g.status = 'held'
             and (o.receipt is null
               or o.receipt->>'code' is distinct from g.receipt->>'code')),
           closed as (
             delete from open o using given g
             where o.digest = g.digest and g.status <> 'held'
             returning o.seq, o.digest, g.status, g.receipt),
           confirmed as (
             delete from open o using given g
             where o.confirms = g.digest and g.status <> 'held'
             and not exists (select from given own where own.digest = o.digest)
             returning o.seq, o.digest, g.status, g.receipt),
           done as (select * from closed union all select * from confirmed),
           answered as (
             insert into answer (seq, state, receipt, reply, answered_at)
             select seq, status, receipt, (select seq from kept), $3 from done)
           select encode(digest, 'hex') as digest from done`,
    values: [
      createHash('sha256').update(text).digest(),
      text,
      now,
      receipts.map((r) => r.digest),
      receipts.map((r) => r.status),
      receipts.map((r) => JSON.stringify(r)),
    ],
  })
  return rows.map((r) => r.digest)
}
