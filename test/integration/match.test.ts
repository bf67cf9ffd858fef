import t from 'tap'
import { found } from './match/found.ts'
import { untouched } from './match/untouched.ts'
import { filled } from './match/filled.ts'
import { destroyed } from './match/destroyed.ts'
import { upgraded } from './match/upgraded.ts'

// One world for all of them: the parts run one after the other.
await t.test('found', found)
await t.test('untouched', untouched)
await t.test('filled', filled)
await t.test('destroyed', destroyed)
await t.test('upgraded', upgraded)
