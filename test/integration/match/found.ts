import type { Test } from 'tap'
import { queryAsHolder } from '#store/log/as-holder.ts'
import { findMatches, matchesStatement } from '#store/log/match.ts'
import {
  digestOf,
  evmDigest,
  indexesFor,
  indexOf,
  phoneDigest,
  readers,
  tronDigest,
  world,
} from './world.ts'

export const found = async (t: Test): Promise<void> => {
  const { phone, toNobody, evm, later } = indexOf

  await t.test('an active version is found by its key, by who holds a token of it', async (t) => {
    t.strictSame(await indexesFor(['P:KH'], phoneDigest), [later, phone])
    t.strictSame(await indexesFor(['P:TH'], phoneDigest), [later, toNobody, phone])
    t.strictSame(await indexesFor(['P:VN'], phoneDigest), [])
    t.strictSame(await indexesFor([], phoneDigest), [])
    t.strictSame(await indexesFor(['P:TH', 'P:KH', 'A:KH-ACD'], phoneDigest), [
      later,
      toNobody,
      phone,
    ])
  })

  await t.test('it is found by every key that is the same thing written otherwise', async (t) => {
    t.strictSame(await indexesFor(['members'], evmDigest), [evm])
    t.strictSame(await indexesFor(['members'], tronDigest), [evm])
  })

  await t.test('a key of another kind is another subject', async (t) => {
    t.strictSame(await indexesFor(['P:TH'], digestOf('payment-proxy', '+66812345678')), [])
  })

  await t.test('a revocation, which holds no content, has no row', async (t) => {
    const { rows } = await world.pool.query('select from match where index = $1', [
      indexOf.revocation,
    ])
    t.equal(rows.length, 0)
  })

  await t.test(
    'digests are answered each by itself, the newest first, so many of each',
    async (t) => {
      t.strictSame(await findMatches(readers, ['P:TH'], [tronDigest, phoneDigest], 2), [
        { digest: 0, index: evm },
        { digest: 1, index: later },
        { digest: 1, index: toNobody },
      ])
      t.strictSame(await findMatches(readers, ['P:TH'], [], 2), [])
    },
  )

  await t.test('the tokens of others in the question open nothing', async (t) => {
    const asked = ['P:TH', 'P:KH', 'P:VN', 'members']
    t.strictSame(
      await queryAsHolder(readers, ['P:KH'], matchesStatement, [[phoneDigest], asked, 100]),
      [
        { digest: 0, index: later },
        { digest: 0, index: phone },
      ],
    )
    for (const held of [[''], ['*'], ['W:P:TH']])
      t.strictSame(
        await queryAsHolder(readers, held, matchesStatement, [[phoneDigest], asked, 100]),
        [],
        JSON.stringify(held),
      )
  })
}
