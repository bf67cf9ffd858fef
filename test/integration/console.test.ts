import t from 'tap'
import { traces } from './console/trace.ts'
import { traceRequests } from './console/trace-requests.ts'
import { traceRefusals } from './console/trace-refusals.ts'
import { why } from './console/why.ts'
import { participants } from './console/participants.ts'
import { roles } from './console/roles.ts'
import { flow } from './console/flow.ts'

// One world for all of them: the parts run one after the other.
await t.test('trace', traces)
await t.test('trace requests', traceRequests)
await t.test('trace refusals', traceRefusals)
await t.test('why', why)
await t.test('participants', participants)
await t.test('roles', roles)
await t.test('flow', flow)
