import type { Test } from 'tap'
import { queryAsHolder } from '#store/log/as-holder.ts'
import { matchesStatement } from '#store/log/match.ts'
import { phoneDigest, readers, world } from './world.ts'

type Node = {
  readonly 'Node Type': string
  readonly 'Index Cond'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly Node[]
}

/** What the statement of `findMatches` reads of the table for these tokens, on one digest. */
const scanOf = async (tokens: readonly string[]): Promise<Node> => {
  const [row] = await queryAsHolder<{ 'QUERY PLAN': [{ Plan: Node }] }>(
    readers,
    tokens,
    {
      name: 'explain-matches',
      text: `explain (analyze, buffers, format json) ${matchesStatement.text}`,
    },
    [[phoneDigest], tokens, 10],
  )
  const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)]
  return nodes(row!['QUERY PLAN'][0].Plan).find(({ 'Node Type': type }) => type.includes('Index'))!
}

const blocks = (scan: Node): number => scan['Shared Hit Blocks'] + scan['Shared Read Blocks']

export const untouched = async (t: Test): Promise<void> => {
  await t.test('rows of tokens that a reader does not hold are not touched', async (t) => {
    const before = blocks(await scanOf(['P:VN', 'members', 'A:VN-C06']))
    const others = 20_000
    await world.pool.query(
      `insert into match (key_digest, token, index)
        select $1, 'P:' || case i % 2 when 0 then 'AA' else 'ZZ' end, 1000000 + i
        from generate_series(1, $2::integer) as i`,
      [phoneDigest, others],
    )
    const scan = await scanOf(['P:VN', 'members', 'A:VN-C06'])
    t.match(scan['Node Type'], 'Index Only Scan')
    t.match(scan['Index Cond'], /key_digest = .* AND \(.*token = /)
    t.equal(scan['Actual Loops'], 3, 'one probe for each token')
    t.equal(scan['Actual Rows'], 0)
    t.equal(scan['Rows Removed by Filter'] ?? 0, 0, 'nothing is looked at and left out')
    // the index is a level or two deeper
    t.ok(
      blocks(scan) <= before + 2 * 3,
      `${blocks(scan)} blocks beside ${others} rows of others, ${before} without`,
    )
  })

  await t.test(
    'of a token that a reader holds no more rows are read than it asks for',
    async (t) => {
      const scan = await scanOf(['P:ZZ'])
      t.equal(scan['Actual Rows'], 10)
      t.equal(scan['Rows Removed by Filter'] ?? 0, 0)
      t.ok(blocks(scan) < 20, `${blocks(scan)} blocks`)
    },
  )
}
