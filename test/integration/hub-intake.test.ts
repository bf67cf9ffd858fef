import t from 'tap'
import { versions } from './hub-intake/versions.ts'
import { faults } from './hub-intake/faults.ts'
import { confirmations } from './hub-intake/confirmations.ts'
import { topics } from './hub-intake/topics.ts'

// One world for all of them: the parts run one after the other.
await t.test('versions', versions)
await t.test('faults', faults)
await t.test('topics', topics)
await t.test('confirmations', confirmations)
