import t from 'tap'
import { notDue } from './retention/not-due.ts'
import { told } from './retention/told.ts'
import { afterwards } from './retention/afterwards.ts'

// One world for all of them: the parts run one after the other.
await t.test('not due', notDue)
await t.test('told', told)
await t.test('afterwards', afterwards)
