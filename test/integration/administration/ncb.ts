import type { Test } from 'tap'
import { loadRegistry } from '#store/registry/registry.ts'
import { hub, ask, post, put, approve } from './world.ts'

export const ncb = async (t: Test): Promise<void> => {
  const path = '/v1/participants/TH/agencies/TH-AMLO'
  const amlo = {
    name: 'Anti-Money Laundering Office',
    rights: ['read', 'lookup'],
    purposes: ['asset-recovery', 'account-freezing'],
  }

  await t.test(
    'an NCB administers its agencies and clients, within what the hub has granted',
    async (t) => {
      t.match(await put('ncbTh', path, { ...amlo, id: 'TH-AMLO', participant: 'TH' }), {
        status: 200,
        body: { id: 'TH-AMLO', rights: ['read', 'lookup'], clients: [] },
      })
      const made = await put('ncbTh', `${path}/clients/th-amlo-feed`, { purpose: 'asset-recovery' })
      t.match(made, {
        status: 200,
        body: {
          client: { id: 'th-amlo-feed', authentication: ['client_secret'] },
          clientSecret: /^[\w-]{43}$/,
        },
      })
      t.notOk(
        (await put('ncbTh', `${path}/clients/th-amlo-feed`, { purpose: 'account-freezing' })).body[
          'clientSecret'
        ],
        'a secret is shown when it is made, and never again',
      )
      t.match(
        (await post('ncbTh', `${path}/clients/th-amlo-feed/secret`)).body['clientSecret'],
        /^[\w-]{43}$/,
      )
      t.match(
        await put('ncbTh', `${path}/clients/th-amlo-feed`, { purpose: 'border-management' }),
        {
          status: 403,
          body: { code: 'registry/not-granted', detail: 'border-management' },
        },
      )
    },
  )

  await t.test('what the hub no longer grants a country, its agencies lose', async (t) => {
    const grant = await put('operator', '/v1/participants/TH/grant', {
      grant: {
        rights: ['read', 'submit'],
        purposes: ['criminal-investigation', 'asset-recovery'],
      },
    })
    t.match(await approve('admin', grant), { status: 200 })
    const after = await loadRegistry(hub.pool)
    t.match(
      [after.agencies.get('TH-AMLO'), after.agencies.get('TH-CCIB')],
      [{ rights: ['read'], purposes: ['asset-recovery'] }, { rights: ['read', 'submit'] }],
      'what is no longer granted is lost',
    )
    t.match(await put('ncbTh', path, amlo), {
      status: 403,
      body: { code: 'registry/not-granted', detail: 'lookup' },
    })
    t.match(
      await put('ncbTh', '/v1/participants/EX/agencies/EX', {
        name: 'Compliance',
        rights: ['read'],
        purposes: ['crime-prevention'],
      }),
      { status: 200 },
      'a partner attached to it',
    )
  })

  await t.test('an NCB sees the changes of its own rows', async (t) => {
    t.match(
      (await ask('ncbTh', '/v1/registry/changes?limit=500')).body['changes'],
      [{ version: 1, why: null }],
      'of a change that is about others too, its own rows and no reason',
    )
    t.match(
      (
        (await ask('ncbKh', '/v1/registry/changes?limit=500')).body['changes'] as {
          rows: { id: string }[]
        }[]
      ).flatMap((c) => c.rows.map((r) => r.id)),
      ['KH-ACD', 'kh-acd-feed', 'ASEAN', 'KH'],
    )
  })
}
