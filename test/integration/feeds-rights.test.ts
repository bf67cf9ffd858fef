import t from 'tap'
import { withdrawals } from './feeds-rights/withdrawals.ts'
import { conditions } from './feeds-rights/conditions.ts'
import { widening } from './feeds-rights/widening.ts'

// One world for all of them: the parts run one after the other.
await t.test('withdrawals', withdrawals)
await t.test('conditions', conditions)
await t.test('widening', widening)
