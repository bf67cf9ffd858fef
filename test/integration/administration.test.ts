import t from 'tap'
import { proposals } from './administration/proposals.ts'
import { roles } from './administration/roles.ts'
import { ncb } from './administration/ncb.ts'
import { foreignIds } from './administration/foreign-ids.ts'
import { enrolment } from './administration/enrolment.ts'
import { badEnrolments } from './administration/bad-enrolments.ts'
import { revocation } from './administration/revocation.ts'

// One world for all of them: the parts run one after the other.
await t.test('proposals', proposals)
await t.test('roles', roles)
await t.test('ncb', ncb)
await t.test('foreign ids', foreignIds)
await t.test('enrolment', enrolment)
await t.test('bad enrolments', badEnrolments)
await t.test('revocation', revocation)
