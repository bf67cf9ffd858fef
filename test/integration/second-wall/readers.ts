import type { Test } from 'tap'
import type { PoolClient } from 'pg'
import { readCandidates, readHeldNoticeRows } from '#store/log/candidates.ts'
import { forKh } from '#test/support/feeds.ts'
import { world, wall, handlings, notices, readers, tokensOf, asReader } from './world.ts'

export const readersReads = async (t: Test): Promise<void> => {
  const idsSeen = async (client: PoolClient): Promise<string[]> =>
    (await client.query<{ id: string }>('select id from entry order by index')).rows.map(
      (r) => r.id,
    )

  await t.test(
    'asked for everything, the database gives a reader only what carries a token it holds',
    async (t) => {
      for (const agency of Object.keys(readers)) {
        const seen = await asReader(wall, await tokensOf(agency), idsSeen)
        const due = notices.filter((_, i) => handlings[i]![2].includes(agency)).map((n) => n.id)
        t.strictSame(seen, due, agency)
        const { rows } = await asReader(wall, await tokensOf(agency), (c) =>
          c.query<{ id: string }>(
            `select distinct e.id, e.index from entry_token x join entry e using (index)
            order by e.index`,
          ),
        )
        t.strictSame(
          rows.map((r) => r.id),
          due,
          `${agency}: through the index of tokens`,
        )
      }
    },
  )

  await t.test('without tokens there is nothing: unset, empty, blank, made up', async (t) => {
    for (const tokens of [undefined, [], [''], ['', ''], ['*'], ['%'], ['P:'], ["'"], ['W:P:TH']]) {
      t.strictSame(await asReader(wall, tokens, idsSeen), [], JSON.stringify(tokens))
      t.strictSame(
        (await asReader(wall, tokens, (c) => c.query('select * from entry_token'))).rows,
        [],
        JSON.stringify(tokens),
      )
    }
  })

  await t.test(
    'the reads of the feeds go through the wall: another reader’s tokens in the question open ' +
      'nothing',
    async (t) => {
      const everything = { after: -1, to: notices.length - 1, kind: null, limit: 100 }
      for (const agency of Object.keys(readers)) {
        const tokens = await tokensOf(agency)
        const { rows } = await readCandidates(wall, { ...everything, tokens })
        t.strictSame(
          rows.map((r) => r.id),
          notices.filter((_, i) => handlings[i]![2].includes(agency)).map((n) => n.id),
          agency,
        )
        for (const [i, { id }] of notices.entries()) {
          t.equal(
            (await readHeldNoticeRows(wall, tokens, id, undefined, 10)).length,
            handlings[i]![2].includes(agency) ? 1 : 0,
            `${agency} by id: ${handlings[i]![0]}`,
          )
        }
      }
      // The answer of a read if the program asked with every token and set only the reader's own.
      const all = (
        await world.pool.query<{ token: string }>('select distinct token from entry_token')
      ).rows.map((r) => r.token)
      const joined = await asReader(wall, await tokensOf('JP-NPA'), (c) =>
        c.query<{ id: string }>(
          `select distinct e.id from entry_token x join entry e using (index)
          where x.token = any ($1)`,
          [all],
        ),
      )
      t.strictSame(
        joined.rows.map((r) => r.id).sort(),
        notices
          .filter((_, i) => handlings[i]![2].includes('JP-NPA'))
          .map((n) => n.id)
          .sort(),
      )
    },
  )

  await t.test(
    'a withdrawn reader’s token tells it the index of what withdraws, and no content',
    async (t) => {
      const content = forKh()
      await world.append([
        { content },
        {
          content: { ...content, handling: { tlp: 'AMBER', release: { participants: ['VN'] } } },
          version: 2,
        },
      ])
      const tokens = await tokensOf('KH-ACD')
      const head = (
        await world.pool.query<{ head: number }>('select next_index - 1 as head from sequencer')
      ).rows[0]!.head
      const { rows, withdrawn } = await readCandidates(wall, {
        tokens,
        after: head - 2,
        to: head,
        kind: null,
        limit: 10,
      })
      t.strictSame(
        rows.map((r) => r.version),
        [1],
      )
      t.strictSame(withdrawn, [head])
      t.strictSame(
        (await readHeldNoticeRows(wall, tokens, content.id, undefined, 10)).map((r) => r.version),
        [1],
      )
    },
  )
}
