import t from 'tap'
import { refusals } from './hostile-records/refusals.ts'
import { neverList } from './hostile-records/never-list.ts'
import { neverListLinks } from './hostile-records/never-list-links.ts'
import { replays } from './hostile-records/replays.ts'
import { registryChanges } from './hostile-records/registry-changes.ts'

// One world for all of them: the parts run one after the other.
await t.test('refusals', refusals)
await t.test('never list', neverList)
await t.test('never list, by links', neverListLinks)
await t.test('replays', replays)
await t.test('registry changes', registryChanges)
