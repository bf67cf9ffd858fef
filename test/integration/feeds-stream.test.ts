import t from 'tap'
import { resuming } from './feeds-stream/resuming.ts'
import { slowReaders } from './feeds-stream/slow-readers.ts'
import { endings } from './feeds-stream/endings.ts'

// One world for all of them: the parts run one after the other.
await t.test('resuming', resuming)
await t.test('slow readers', slowReaders)
await t.test('endings', endings)
