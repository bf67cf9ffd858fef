import t from 'tap'
import { headStart } from './feeds-victims/head-start.ts'
import { order } from './feeds-victims/order.ts'

// One world for all of them: the parts run one after the other.
await t.test('head start', headStart)
await t.test('order', order)
