import t from 'tap'
import { changingOver } from './gateway-store/changing-over.ts'
import { due } from './gateway-store/due.ts'
import { destroyed } from './gateway-store/destroyed.ts'
import { destroyedSaid } from './gateway-store/destroyed-said.ts'
import { toldOnce } from './gateway-store/told-once.ts'
import { foundByIndex } from './gateway-store/found-by-index.ts'
import { writtenOnce } from './gateway-store/written-once.ts'

// One world for all of them: the parts run one after the other.
await t.test('due', due)
await t.test('destroyed', destroyed)
await t.test('destroyed, said', destroyedSaid)
await t.test('written once', writtenOnce)
await t.test('found by index', foundByIndex)
await t.test('changing over', changingOver)
await t.test('told once', toldOnce)
