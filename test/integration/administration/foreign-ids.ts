import type { Test } from 'tap'
import { ask, send, post, put, version } from './world.ts'

export const foreignIds = async (t: Test): Promise<void> => {
  const client = { purpose: 'criminal-investigation' }

  const agency = { name: 'x', rights: ['read'], purposes: ['criminal-investigation'] }

  const routes: [
    method: 'POST' | 'PUT',
    path: (participant: string, agency: string, client: string) => string,
    body: object,
  ][] = [
    ['PUT', (p, a) => `/v1/participants/${p}/agencies/${a}`, agency],
    ['POST', (p, a) => `/v1/participants/${p}/agencies/${a}/suspend`, {}],
    ['POST', (p, a) => `/v1/participants/${p}/agencies/${a}/reinstate`, {}],
    ['PUT', (p, a, c) => `/v1/participants/${p}/agencies/${a}/clients/${c}`, client],
    ['POST', (p, a, c) => `/v1/participants/${p}/agencies/${a}/clients/${c}/secret`, {}],
    ['POST', (p, a, c) => `/v1/participants/${p}/agencies/${a}/clients/${c}/suspend`, {}],
    ['POST', (p, a, c) => `/v1/participants/${p}/agencies/${a}/clients/${c}/reinstate`, {}],
  ]

  const ids: [string, string, string][] = [
    ['KH', 'KH-ACD', 'kh-acd-feed'],
    ['KH', 'TH-CCIB', 'th-ccib-x'],
    ['QQ', 'QQ-1', 'qq-1-x'],
  ]

  const swaps: [path: string, body: object][] = [
    ['/v1/participants/TH/agencies/TH-CCIB', { ...agency, id: 'KH-ACD' }],
    ['/v1/participants/TH/agencies/TH-CCIB', { ...agency, participant: 'KH' }],
    ['/v1/participants/TH/agencies/TH-CCIB/clients/th-ccib-x', { ...client, agency: 'KH-ACD' }],
    ['/v1/participants/TH/agencies/TH-CCIB/clients/th-ccib-x', { ...client, id: 'kh-acd-feed' }],
  ]

  await t.test(
    "an id that is another's is answered as one that nobody has, on every route",
    async (t) => {
      const before = await version()
      const absent = {
        ...(await post('ncbTh', '/v1/participants/QQ/agencies/QQ-1/suspend')).body,
        instance: undefined,
      }
      for (const [method, path, body] of routes) {
        for (const at of [
          ...ids,
          ...(path('', '', 'x').includes('clients')
            ? ([
                ['TH', 'KH-ACD', 'kh-acd-feed'],
                ['TH', 'TH-CCIB', 'kh-acd-feed'],
              ] as [string, string, string][])
            : ([['TH', 'KH-ACD', '']] as [string, string, string][])),
        ]) {
          const answer = await send('ncbTh', method, path(...at), body)
          t.strictSame(
            [answer.status, { ...answer.body, instance: undefined }],
            [404, absent],
            `${method} ${path(...at)}`,
          )
        }
      }
      for (const [path, body] of swaps)
        t.match(await put('ncbTh', path, body), {
          status: 422,
          body: { code: 'registry/path-mismatch' },
        })
      t.match(await put('ncbTh', '/v1/participants/TH/agencies/NPA', agency), {
        status: 422,
        body: { code: 'registry/bad-name' },
      })
      t.match(
        await put('ncbTh', '/v1/participants/TH/agencies/TH-CCIB', { ...agency, status: 'active' }),
        { status: 422, body: { code: 'registry/bad-body', errors: [{ pointer: '/status' }] } },
        'no member but those named',
      )
      t.match(
        await put('ncbTh', '/v1/participants/TH/agencies/TH-CCIB', { ...agency, why: ' ' }),
        { status: 422, body: { errors: [{ pointer: '/why' }] } },
        'a change without a reason is none',
      )
      t.equal(await version(), before, 'nothing of it has changed anything')
    },
  )

  await t.test('the registry is read as of any version', async (t) => {
    const status = async (at: number): Promise<unknown> =>
      (await ask('viewer', `/v1/participants/VN?version=${at}`)).body['status']
    t.same([await status(1), await status(await version())], ['active', 'suspended'])
    t.match((await ask('viewer', '/v1/participants?version=1')).body, {
      registryVersion: 1,
      participants: [{ id: 'EX' }, { id: 'KH' }, { id: 'TH' }, { id: 'VN' }],
    })
    t.match(await ask('viewer', '/v1/participants?version=9999'), {
      status: 404,
      body: { code: 'registry/no-such-version' },
    })
  })
}
