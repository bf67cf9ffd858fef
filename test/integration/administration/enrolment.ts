import type { Test } from 'tap'
import { keyPair } from '#test/support/key-pair.ts'
import { ask, approve, enrol } from './world.ts'

export const enrolment = async (t: Test): Promise<void> => {
  await t.test(
    "a key is enrolled with a proof of possession and its NCB's countersignature, by two " +
      'persons of the hub',
    async (t) => {
      const key = keyPair()
      const valid = { to: '2099-01-01T00:00:00Z' }
      const proposed = await enrol('ncbTh', key, { valid })
      t.match(proposed, {
        status: 202,
        body: {
          state: 'open',
          proposedBy: 'niran (NCB of TH)',
          action: { kid: key.kid, valid: { from: null, to: '2099-01-01T00:00:00.000000Z' } },
        },
      })
      t.match(
        await approve('admin', proposed),
        { status: 200, body: { state: 'open', inForceSince: null } },
        'one person of the hub is not two, whoever of the NCB proposed',
      )
      t.match(await approve('admin', proposed), {
        status: 403,
        body: { code: 'proposal/same-person' },
      })
      t.match(await approve('second', proposed), {
        status: 200,
        body: { state: 'approved', inForceSince: Number },
      })
      t.match(await ask('ncbTh', `/v1/keys/${key.kid}`), {
        status: 200,
        body: {
          status: 'active',
          endsSoon: false,
          valid: { to: '2099-01-01T00:00:00.000000Z' },
          countersignature: /^ey/,
        },
      })
      t.match(
        await approve('admin', await enrol('operator', keyPair())),
        { status: 200, body: { state: 'approved' } },
        'a person of the hub who proposes is one of the two',
      )
    },
  )
}
