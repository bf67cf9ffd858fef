import t from 'tap'
import { apply } from './kafka-access/apply.ts'
import { reach } from './kafka-access/reach.ts'
import { rates } from './kafka-access/rates.ts'
import { changes } from './kafka-access/changes.ts'

// One world for all of them: the parts run one after the other.
await t.test('apply', apply)
await t.test('reach', reach)
await t.test('rates', rates)
await t.test('changes', changes)
