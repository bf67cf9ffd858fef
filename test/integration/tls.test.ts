import t from 'tap'
import { plain } from './tls/plain.ts'
import { listeners } from './tls/listeners.ts'
import { changes } from './tls/changes.ts'

// One world for all of them: the parts run one after the other.
await t.test('plain', plain)
await t.test('listeners', listeners)
await t.test('changes', changes)
