import t from 'tap'
import { forNoFeed } from './retention-said/for-no-feed.ts'
import { bareRevocations } from './retention-said/bare-revocations.ts'
import { reactions } from './retention-said/reactions.ts'

// One world for all of them: the parts run one after the other.
await t.test('for no feed', forNoFeed)
await t.test('bare revocations', bareRevocations)
await t.test('reactions', reactions)
