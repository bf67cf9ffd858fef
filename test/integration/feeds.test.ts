import t from 'tap'
import { tokenRequests } from './feeds/token-requests.ts'
import { clientAssertions } from './feeds/client-assertions.ts'
import { refusedReaders } from './feeds/refused-readers.ts'
import { pages } from './feeds/pages.ts'
import { copies } from './feeds/copies.ts'
import { formats } from './feeds/formats.ts'
import { singleNotices } from './feeds/single-notices.ts'
import { standing } from './feeds/standing.ts'
import { ledger } from './feeds/ledger.ts'
import { operating } from './feeds/operating.ts'

// One world for all of them: the parts run one after the other.
await t.test('token requests', tokenRequests)
await t.test('client assertions', clientAssertions)
await t.test('refused readers', refusedReaders)
await t.test('pages', pages)
await t.test('copies', copies)
await t.test('formats', formats)
await t.test('single notices', singleNotices)
await t.test('standing', standing)
await t.test('ledger', ledger)
await t.test('operating', operating)
