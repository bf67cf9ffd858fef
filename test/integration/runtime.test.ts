import t from 'tap'
import { transactions } from './runtime/transactions.ts'
import { unavailable } from './runtime/unavailable.ts'
import { notifications } from './runtime/notifications.ts'
import { migrations } from './runtime/migrations.ts'

// One world for all of them: the parts run one after the other.
await t.test('transactions', transactions)
await t.test('unavailable', unavailable)
await t.test('notifications', notifications)
await t.test('migrations', migrations)
