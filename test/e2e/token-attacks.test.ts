import t from 'tap'
import { badClaims } from './token-attacks/claims.ts'
import { rotation } from './token-attacks/rotation.ts'
import { scopesOfStatements } from './token-attacks/scopes.ts'
import { suspension } from './token-attacks/suspension.ts'

// One world for all of them: the parts run one after the other.
await t.test('claims', badClaims)
await t.test('scopes', scopesOfStatements)
await t.test('rotation', rotation)
await t.test('suspension', suspension)
