import t from 'tap'
import { consent } from './feeds-requests/consent.ts'
import { inbox } from './feeds-requests/inbox.ts'
import { consentLists } from './feeds-requests/consent-lists.ts'
import { refusedSubmissions } from './feeds-requests/refused-submissions.ts'
import { submissions } from './feeds-requests/submissions.ts'

// One world for all of them: the parts run one after the other.
await t.test('consent', consent)
await t.test('consent lists', consentLists)
await t.test('submissions', submissions)
await t.test('refused submissions', refusedSubmissions)
await t.test('inbox', inbox)
