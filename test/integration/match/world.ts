import t from 'tap'
import type { Pool } from 'pg'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { findMatches, subjectDigest } from '#store/log/match.ts'
import { createFeedsWorld, forKh, type Content } from '#test/support/feeds.ts'
import { matchKey } from '#test/support/match-key.ts'

export const world = await createFeedsWorld(t)

export const poolOf = (url: string, keepPlans?: true): Pool => {
  const pool = createPool({
    url,
    max: 2,
    statementTimeoutMs: 20_000,
    applicationName: 'match',
    log: createLog({ service: 'test', level: 'fatal' }),
    ...(keepPlans && { keepPlans }),
  })
  t.teardown(() => pool.end())
  return pool
}

/** As feeds read for their readers. */
export const readers = poolOf(world.databaseUrl, true)

const wallet = '0x52908400098527886E0F7030069857D2E4169EE7'

const phone = forKh()
const toNobody = forKh({ handling: { tlp: 'AMBER' } })
const evm = forKh({
  kind: 'wallet-address',
  subject: { address: wallet, chain: 'evm' },
  handling: { tlp: 'GREEN' },
})
/** The index of each version, in the order of the log. */
export const indexOf = { phone: 0, toNobody: 1, evm: 2, later: 3, revocation: 4 }

const later: Content = { ...phone, narrative: 'a later version' }

await world.append([
  { content: phone },
  { content: toNobody },
  { content: evm },
  { content: later, version: 2 },
  {
    content: { id: toNobody.id, agency: 'TH-CCIB', kind: 'phone-number', reason: 'an error' },
    version: 2,
    status: 'revoked',
  },
])

export const digestOf = (kind: string, key: string): Buffer =>
  subjectDigest(matchKey, { kind, key })

export const phoneDigest = digestOf('phone-number', '+66812345678')
export const evmDigest = digestOf('wallet-address', `evm:${wallet.toLowerCase()}`)
export const tronDigest = digestOf('wallet-address', 'tron:THVmXun9u721tBiYcT3VfLQKcwYBmoY1xX')

/** The indexes that a holder of these tokens finds under one digest. */
export const indexesFor = async (
  tokens: readonly string[],
  digest: Buffer,
  limit = 100,
): Promise<number[]> =>
  (await findMatches(readers, tokens, [digest], limit)).map(({ index }) => index)

/** Every row of `match`, in order. */
export const rowsOf = async (pool: Pool): Promise<unknown[]> =>
  (
    await pool.query(
      `select encode(key_digest, 'hex') as digest, token, index from match order by 1, 2, 3`,
    )
  ).rows

/** Makes the log one of before the table `match`, whose rows are still to be written. */
export const asBeforeMatch = async (pool: Pool): Promise<void> => {
  await pool.query(
    `alter table match disable trigger user;
     delete from match;
     alter table match enable trigger user;
     update match_fill set next_index = 0, end_index = (select next_index from sequencer)`,
  )
}
