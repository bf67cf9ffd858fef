import t from 'tap'
import { answers } from './said-life/answers.ts'
import { restored } from './said-life/restored.ts'
import { standing } from './said-life/standing.ts'

// One world for all of them: the parts run one after the other.
await t.test('answers', answers)
await t.test('standing', standing)
await t.test('restored', restored)
