import t from 'tap'
import { checkBlock, rowCount } from './decide-check.ts'
import { blocks, sizeOf } from './decide-model.ts'
import { subject } from './decide-fixtures.ts'

await t.test(
  'over the whole small model, decide agrees with the oracle and with the README, and whoever ' +
    'sees holds a token',
  async (t) => {
    const rowsUsed = new Set<number>()
    for (const block of blocks) {
      const outcome = checkBlock(block, subject)
      for (const row of outcome.rowsUsed) rowsUsed.add(row)
      t.equal(
        outcome.difference,
        undefined,
        `${block.title}: ${outcome.cases} cases, ${outcome.seen} seen`,
      )
    }
    t.ok(
      blocks.reduce((sum, block) => sum + sizeOf(block), 0) >= 1_000_000,
      'at least a million cases',
    )
    const unused = Array.from({ length: rowCount }, (_, row) => row).filter(
      (row) => !rowsUsed.has(row),
    )
    t.same(
      unused,
      [rowCount - 1],
      'every row of the README decides some case, and none falls through to the last',
    )
  },
)
