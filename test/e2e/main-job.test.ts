import t from 'tap'
import { released } from './main-job/released.ts'
import { partners } from './main-job/partners.ts'
import { consents } from './main-job/consents.ts'
import { reactions } from './main-job/reactions.ts'
import { reading } from './main-job/reading.ts'
import { submitting } from './main-job/submitting.ts'
import { tokens } from './main-job/tokens.ts'
import { rehearsal } from './main-job/rehearsal.ts'
import { versions } from './main-job/versions.ts'
import { lists } from './main-job/lists.ts'
import { operating } from './main-job/operating.ts'

// One world for all of them: the parts run one after the other.
await t.test('released', released)
await t.test('partners', partners)
await t.test('reading', reading)
await t.test('submitting', submitting)
await t.test('tokens', tokens)
await t.test('rehearsal', rehearsal)
await t.test('versions', versions)
await t.test('reactions', reactions)
await t.test('consents', consents)
await t.test('lists', lists)
await t.test('operating', operating)
