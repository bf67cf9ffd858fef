import t from 'tap'
import { bootstrap } from './cli-admin/bootstrap.ts'
import { twoPersons } from './cli-admin/two-persons.ts'
import { ncb } from './cli-admin/ncb.ts'
import { keys } from './cli-admin/keys.ts'
import { kafka } from './cli-admin/kafka.ts'

// One world for all of them: the parts run one after the other.
await t.test('bootstrap', bootstrap)
await t.test('two persons', twoPersons)
await t.test('ncb', ncb)
await t.test('keys', keys)
await t.test('kafka', kafka)
