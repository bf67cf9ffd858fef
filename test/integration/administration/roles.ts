import type { Test } from 'tap'
import { call } from '#test/support/clients.ts'
import { firstTh, hub, ask, send, post, type Who } from './world.ts'

export const roles = async (t: Test): Promise<void> => {
  const grant = { grant: { rights: ['read'], purposes: [] } }

  const agency = { name: 'x', rights: ['read'], purposes: ['criminal-investigation'] }

  const proposing: Partial<Record<Who, number>> = {
    viewer: 403,
    operator: 202,
    admin: 202,
    ncbTh: 403,
  }

  const deciding: Partial<Record<Who, number>> = { viewer: 403, operator: 403, ncbTh: 403 }

  const ownAgency: Partial<Record<Who, number>> = {
    viewer: 403,
    operator: 403,
    admin: 403,
    ncbTh: 200,
    ncbKh: 404,
  }

  const open = await post('operator', '/v1/participants', {
    id: 'BN',
    type: 'member',
    name: 'Brunei',
  })
  const id = String(open.body['id'])

  await t.test('each role has the part that is its own, and no other', async (t) => {
    const rows: [
      method: 'POST' | 'PUT',
      path: string,
      body: object,
      expected: Partial<Record<Who, number>>,
    ][] = [
      ['POST', '/v1/participants', { id: 'MM', type: 'member', name: 'Myanmar' }, proposing],
      ['PUT', '/v1/participants/KH/grant', grant, proposing],
      ['PUT', '/v1/groups/ASEAN', { name: 'ASEAN', members: ['TH'] }, proposing],
      ['POST', '/v1/participants/KH/withdraw', {}, proposing],
      ['POST', '/v1/participants/VN/reinstate', {}, proposing],
      ['POST', '/v1/participants/KH/suspend', {}, { viewer: 403, ncbTh: 403, ncbKh: 403 }],
      ['POST', `/v1/proposals/${id}/approve`, {}, deciding],
      ['POST', `/v1/proposals/${id}/reject`, {}, deciding],
      ['PUT', '/v1/participants/TH/agencies/TH-NEW', agency, ownAgency],
      ['POST', '/v1/participants/TH/agencies/TH-NEW/suspend', {}, ownAgency],
      [
        'PUT',
        '/v1/participants/TH/agencies/TH-CCIB/clients/th-ccib-x',
        { purpose: 'criminal-investigation' },
        ownAgency,
      ],
      [
        'POST',
        `/v1/keys/${firstTh.kid}/revoke`,
        { reason: 'superseded' },
        { viewer: 403, operator: 202, ncbTh: 202, ncbKh: 404 },
      ],
    ]
    for (const [method, path, body, expected] of rows) {
      for (const [who, status] of Object.entries(expected))
        t.equal(
          (await send(who as Who, method, path, body)).status,
          status,
          `${who}: ${method} ${path}`,
        )
    }
  })

  await t.test('each role reads what is its own, and no other', async (t) => {
    const lists: [path: string, Partial<Record<Who, number>>][] = [
      ['/v1/proposals', { viewer: 200, ncbTh: 200 }],
      [`/v1/proposals/${id}`, { viewer: 200, ncbTh: 404 }],
      ['/v1/registry/changes', { viewer: 200, ncbKh: 200 }],
      [`/v1/keys/${firstTh.kid}`, { viewer: 200, ncbTh: 200, ncbKh: 404 }],
      [`/v1/keys/${firstTh.kid}/logged`, { viewer: 403, operator: 200, ncbTh: 200, ncbKh: 404 }],
    ]
    for (const [path, expected] of lists)
      for (const [who, status] of Object.entries(expected))
        t.equal((await ask(who as Who, path)).status, status, `${who}: GET ${path}`)
    t.match(
      await call(
        `${hub.url}/v1/participants/EX`,
        await hub.token({ sub: 'x', role: 'ncb', participant: 'EX' }),
      ),
      { status: 403, body: { code: 'auth/role' } },
      'a corporate partner has no NCB',
    )
    const seen = (await ask('ncbTh', '/v1/proposals')).body['proposals'] as {
      participant: string
    }[]
    t.same(
      [...new Set(seen.map((p) => p.participant))],
      ['TH'],
      'an NCB sees what concerns its own participant',
    )
  })
}
