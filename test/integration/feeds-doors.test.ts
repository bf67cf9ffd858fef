import t from 'tap'
import { floods } from './feeds-doors/floods.ts'
import { usedOnce } from './feeds-doors/used-once.ts'

// One world for all of them: the parts run one after the other.
await t.test('floods of token requests', floods)
await t.test('assertions are used once', usedOnce)
