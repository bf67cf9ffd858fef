import type { Pool, PoolClient } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { Signer } from '#core/signing/keys.ts'
import type { Micros } from '#core/registry/registry.ts'
import { failpoint } from '#runtime/process/failpoint.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import { insertAll, type Submission } from '../outbox.ts'
import { signSaid } from '../said/statement.ts'

export type ChangeOverDeps = {
  readonly pool: Pool
  readonly participant: string
  readonly signer: Signer
  readonly now: () => Micros
}

/** The most digests of one statement. */
const digestsAtOnce = 1000

/**
 * The change-over to version 2 of the contract, once for a gateway's database: it says which
 * envelopes of version 1 are still open. From then on the hub takes version 1 for those only, and
 * this gateway signs none. Requests that store version 1 wait meanwhile. Durable when it resolves,
 * with whether it was done now.
 *
 * The relay finds the statements in the queue, behind everything that they name. If it took them
 * from here, some could overtake envelopes that another one of them names, and the hub refuses
 * those for good.
 */
export const changeOver = (deps: ChangeOverDeps): Promise<boolean> =>
  transaction(deps.pool, async (client) => {
    if (await hasChanged(client)) return false
    await insertAll(client, await sign(await openDigests(client), deps))
    await client.query('update change_over set at = $1', [deps.now()])
    failpoint('gateway.changing-over')
    // If the process dies after COMMIT, the next relay publishes the statements.
    return true
  })

/** A statement that the hub refused (its key was not enrolled yet) is said again. */
const hasChanged = async (client: PoolClient): Promise<boolean> => {
  const { rows } = await client.query<{ changed: boolean }>(
    'select at is not null as changed from change_over for update',
  )
  const { rowCount } = await client.query(
    `select from submission s left join answer a on a.seq = s.seq where s.type = 'still-open'
     and (a.state is null or a.state = 'accepted') limit 1`,
  )
  return rows[0]?.changed === true && rowCount === 1
}

/** What the hub holds comes first: it is sent again while the statements are under way. */
const openDigests = async (client: PoolClient): Promise<string[]> => {
  const { rows } = await client.query<{ digest: string }>(
    `select encode(o.digest, 'hex') as digest from open o join submission s on s.seq = o.seq
     where s.type = 'notice' and s.contract = 1 order by o.receipt is null, o.seq`,
  )
  return rows.map((row) => row.digest)
}

/** There is always a first statement, with no digest if nothing is open. */
const sign = (digests: readonly string[], deps: ChangeOverDeps): Promise<Submission[]> => {
  const count = Math.max(1, Math.ceil(digests.length / digestsAtOnce))
  const parts = Array.from({ length: count }, (_, i) =>
    digests.slice(i * digestsAtOnce, (i + 1) * digestsAtOnce),
  )
  return Promise.all(
    parts.map((part) =>
      signSaid(
        { id: uuidv7(), type: 'still-open', clear: { digests: part }, disclosed: {}, content: {} },
        deps,
      ),
    ),
  )
}
