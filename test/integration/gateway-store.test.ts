import t from 'tap'
import { due } from './gateway-store/due.ts'
import { destroyed } from './gateway-store/destroyed.ts'

// One world for all of them: the parts run one after the other.
await t.test('due', due)
await t.test('destroyed', destroyed)
