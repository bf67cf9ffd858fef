import t from 'tap'
import { combine } from './decide-model.ts'

await t.test('combine gives every combination once', async (t) => {
  t.same(combine({ a: [1, 2], b: ['x', 'y'] }), [
    { a: 1, b: 'x' },
    { a: 1, b: 'y' },
    { a: 2, b: 'x' },
    { a: 2, b: 'y' },
  ])
})
