import t from 'tap'
import { readersReads } from './second-wall/readers.ts'
import { roles } from './second-wall/roles.ts'
import { tenants } from './second-wall/tenants.ts'
import { owners } from './second-wall/owners.ts'

// One world for all of them: the parts run one after the other.
await t.test('readers', readersReads)
await t.test('roles', roles)
await t.test('tenants', tenants)
await t.test('owners', owners)
