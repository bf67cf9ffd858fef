import t from 'tap'
import { servers } from './local-stack/servers.ts'
import { supervisor } from './local-stack/supervisor.ts'
import { places } from './local-stack/places.ts'

// One world for all of them: the parts run one after the other.
await t.test('servers', servers)
await t.test('supervisor', supervisor)
await t.test('places', places)
