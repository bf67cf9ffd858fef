import t from 'tap'
import { answers } from './said-life/answers.ts'
import { restored } from './said-life/restored.ts'
import { standing } from './said-life/standing.ts'

// One world for all of them: the parts run one after the other. Who loses its standing is asked
// again until everybody knows it: that takes minutes, so it belongs to `npm run crash`.
await t.test('answers', answers)
if (process.env['CRASH_ROUNDS'] !== undefined) await t.test('standing', standing)
await t.test('restored', restored)
