import t from 'tap'
import { same } from './feeds-minutes/same.ts'
import { lossless } from './feeds-minutes/lossless.ts'
import { store } from './feeds-minutes/store.ts'

// Two worlds for all of them: the parts run one after the other.
await t.test('same', same)
await t.test('lossless', lossless)
await t.test('store', store)
