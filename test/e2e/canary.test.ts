import t from 'tap'
import { reads } from './canary/reads.ts'
import { elsewhere } from './canary/elsewhere.ts'
import { requests } from './canary/requests.ts'
import { said } from './canary/said.ts'
import { foreignIds } from './canary/foreign-ids.ts'
import { logs } from './canary/logs.ts'

// One world for all of them: the parts run one after the other.
await t.test('reads', reads)
await t.test('gateways and console', elsewhere)
await t.test('requests', requests)
await t.test('said', said)
await t.test('foreign ids', foreignIds)
await t.test('logs', logs)
