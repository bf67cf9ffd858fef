import t from 'tap'
import { signCountersignature, signProof } from '#core/signing/key-proof.ts'
import type { KeyPurpose } from '#core/registry/registry.ts'
import { parseMicros } from '#core/time.ts'
import { mintOperatorToken, type OperatorClaims } from '#runtime/keys/operator-token.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { importRegistry } from '#store/registry/import.ts'
import { call, type Answer } from '#test/support/clients.ts'
import { startTestConsole } from '#test/support/console.ts'
import { keyPair, type KeyPair } from '#test/support/key-pair.ts'
import { until } from '#test/support/until.ts'

const [ncbTh, firstTh] = [keyPair(), keyPair()]
const bootstrap = {
  participants: [
    ...['TH', 'KH', 'VN'].map((id) => ({ id, type: 'member', name: id })),
    { id: 'EX', type: 'corporate-partner', name: 'Exchange', attachedTo: 'TH' },
  ],
  agencies: [
    {
      id: 'TH-CCIB',
      participant: 'TH',
      name: 'CCIB',
      rights: ['read', 'strict', 'submit'],
      purposes: ['criminal-investigation'],
      roles: [],
    },
    {
      id: 'KH-ACD',
      participant: 'KH',
      name: 'ACD',
      rights: ['read'],
      purposes: ['criminal-investigation'],
      roles: [],
    },
  ],
  groups: [{ id: 'ASEAN', name: 'ASEAN', members: ['TH', 'KH'] }],
  keys: [
    { owner: 'TH', purpose: 'ncb', jwk: ncbTh.jwk },
    { owner: 'TH', purpose: 'notice', jwk: firstTh.jwk },
  ],
  clients: [
    {
      id: 'kh-acd-feed',
      agency: 'KH-ACD',
      purpose: 'criminal-investigation',
      secret: 'a secret of enough length',
    },
  ],
}
const hub = await startTestConsole(t, (pool) =>
  importRegistry(pool, { who: 'founder', why: 'the beginning' }, bootstrap),
)
const other = await hub.another()
const tokens = {
  viewer: await hub.token({ sub: 'vera', role: 'viewer' }),
  operator: await hub.token({ sub: 'otto', role: 'operator' }),
  admin: await hub.token({ sub: 'ada', role: 'admin' }),
  second: await hub.token({ sub: 'bert', role: 'admin' }),
  ottoAsAdmin: await hub.token({ sub: 'otto', role: 'admin' }),
  ncbTh: await hub.token({ sub: 'niran', role: 'ncb', participant: 'TH' }),
  ncbKh: await hub.token({ sub: 'kosal', role: 'ncb', participant: 'KH' }),
}
type Who = keyof typeof tokens

const ask = (who: Who, path: string, at = hub.url): Promise<Answer> =>
  call(`${at}${path}`, tokens[who])
const send = (who: Who, method: 'POST' | 'PUT', path: string, body: object = {}): Promise<Answer> =>
  call(`${hub.url}${path}`, tokens[who], {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ why: 'a test', ...body }),
  })
const post = (who: Who, path: string, body?: object): Promise<Answer> =>
  send(who, 'POST', path, body)
const put = (who: Who, path: string, body?: object): Promise<Answer> => send(who, 'PUT', path, body)
const approve = (who: Who, proposal: Answer): Promise<Answer> =>
  post(who, `/v1/proposals/${String(proposal.body['id'])}/approve`)
const version = async (): Promise<number> => (await loadRegistry(hub.pool)).version
const laos = { id: 'LA', type: 'member', name: 'Lao PDR' }

await t.test(
  'a registry with nobody in it is filled by one, on record; with somebody in it, by none',
  async (t) => {
    t.match((await ask('viewer', '/v1/registry/changes')).body, {
      changes: [{ version: 1, who: 'bootstrap: founder', why: 'the beginning', proposal: null }],
    })
    t.match(
      await importRegistry(hub.pool, { who: 'founder', why: 'again' }, bootstrap),
      { ok: true, value: { registry: { version: 1 } } },
      'what is in force already needs nobody',
    )
    const more = { participants: [laos] }
    t.match(await importRegistry(hub.pool, { who: 'founder', why: 'more' }, more), {
      ok: false,
      refusals: [{ code: 'registry/two-persons' }],
    })
    t.equal(await version(), 1)
  },
)

await t.test(
  'what one person proposes is in force when another approves it, never by the same person',
  async (t) => {
    const proposed = await post('operator', '/v1/participants', laos)
    t.match(proposed, {
      status: 202,
      body: {
        state: 'open',
        action: { action: 'admit-participant' },
        participant: 'LA',
        proposedBy: 'otto',
        why: 'a test',
        inForceSince: null,
        decisions: [],
      },
    })
    t.equal((await ask('viewer', '/v1/participants/LA')).status, 404, 'nothing is in force yet')
    t.match(
      await approve('ottoAsAdmin', proposed),
      { status: 403, body: { code: 'proposal/same-person' } },
      'in another role he is the same person',
    )
    t.match(await approve('admin', proposed), {
      status: 200,
      body: {
        state: 'approved',
        inForceSince: 2,
        decisions: [{ verdict: 'approved', who: 'ada', why: 'a test' }],
      },
    })
    t.match(await ask('viewer', '/v1/participants/LA'), {
      status: 200,
      body: {
        name: 'Lao PDR',
        status: 'active',
        grant: { rights: ['read', 'strict', 'case', 'lookup', 'submit'] },
      },
    })
    t.match((await ask('viewer', '/v1/registry/changes?after=1')).body, {
      changes: [
        {
          version: 2,
          who: 'otto, ada',
          why: 'a test',
          proposal: proposed.body['id'],
          rows: [{ kind: 'participant', id: 'LA', is: { name: 'Lao PDR' } }],
        },
      ],
      end: true,
    })
    t.match(await approve('second', proposed), { status: 409, body: { code: 'proposal/decided' } })
    t.match(await post('operator', '/v1/participants', laos), {
      status: 409,
      body: { code: 'registry/no-change' },
    })
  },
)

await t.test(
  'what was rejected never takes effect, and what the registry has overtaken is stale',
  async (t) => {
    const rejected = await post('admin', '/v1/participants/KH/withdraw')
    t.match(await post('second', `/v1/proposals/${String(rejected.body['id'])}/reject`), {
      status: 200,
      body: { state: 'rejected', inForceSince: null },
    })
    t.match(await approve('ottoAsAdmin', rejected), {
      status: 409,
      body: { code: 'proposal/decided' },
    })
    const renamed = await post('admin', '/v1/participants', { ...laos, name: 'Laos' })
    const again = await post('admin', '/v1/participants', { ...laos, name: 'Lao P.D.R.' })
    t.match(await approve('second', renamed), { status: 200 })
    t.match(
      await approve('second', again),
      { status: 409, body: { code: 'proposal/stale' } },
      'another change of the same row',
    )
    const gone = await post('admin', '/v1/participants/LA/reinstate')
    t.match(gone, { status: 409, body: { code: 'registry/no-change' } })
    const before = await version()
    const both = await post('admin', '/v1/participants/LA/withdraw')
    const raced = await Promise.all([approve('second', both), approve('ottoAsAdmin', both)])
    t.same(
      raced.map((a) => a.status).toSorted((a, b) => a - b),
      [200, 409],
      'approved twice at once, it takes effect once',
    )
    t.equal(await version(), before + 1)
    await hub.pool.query(
      'alter table registry_proposal disable trigger registry_proposal_append_only',
    )
    const late = await post('admin', '/v1/participants', laos)
    await hub.pool.query('update registry_proposal set expires = at where id = $1', [
      late.body['id'],
    ])
    t.match(await approve('second', late), { status: 409, body: { code: 'proposal/expired' } })
  },
)

await t.test(
  'a suspension is in force at once in every process, and is confirmed by another; to lift it ' +
    'takes two',
  async (t) => {
    const suspended = await post('operator', '/v1/participants/VN/suspend')
    t.match(suspended, { status: 202, body: { state: 'unconfirmed', inForceSince: Number } })
    const started = performance.now()
    await until(
      'the other process knows',
      async () =>
        (await ask('viewer', '/v1/participants/VN', other)).body['status'] === 'suspended',
      5000,
    )
    t.comment(`in force elsewhere after ${Math.round(performance.now() - started)} ms`)
    t.match(
      await hub.metrics.text(),
      /switchboard_registry_proposals\{state="unconfirmed",service="console"\} 1/,
    )
    t.match(await approve('ottoAsAdmin', suspended), {
      status: 403,
      body: { code: 'proposal/same-person' },
    })
    t.match(await approve('admin', suspended), { status: 200, body: { state: 'approved' } })
    const lifted = await post('operator', '/v1/participants/VN/reinstate')
    t.match(
      [lifted.body['state'], (await ask('viewer', '/v1/participants/VN')).body['status']],
      ['open', 'suspended'],
    )
    t.match(await approve('admin', lifted), { status: 200 })
    t.equal((await ask('viewer', '/v1/participants/VN')).body['status'], 'active')
    const doubted = await post('operator', '/v1/participants/VN/suspend')
    t.match(await post('admin', `/v1/proposals/${String(doubted.body['id'])}/reject`), {
      status: 200,
      body: { state: 'rejected' },
    })
    t.equal(
      (await ask('viewer', '/v1/participants/VN')).body['status'],
      'suspended',
      'one who disagrees opens nothing',
    )
  },
)

await t.test('each role has the part that is its own, and no other', async (t) => {
  const open = await post('operator', '/v1/participants', {
    id: 'BN',
    type: 'member',
    name: 'Brunei',
  })
  const id = String(open.body['id'])
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
  const seen = (await ask('ncbTh', '/v1/proposals')).body['proposals'] as { participant: string }[]
  t.same(
    [...new Set(seen.map((p) => p.participant))],
    ['TH'],
    'an NCB sees what concerns its own participant',
  )
})

await t.test(
  'an NCB administers its agencies and clients, within what the hub has granted',
  async (t) => {
    const path = '/v1/participants/TH/agencies/TH-AMLO'
    const amlo = {
      name: 'Anti-Money Laundering Office',
      rights: ['read', 'lookup'],
      purposes: ['asset-recovery', 'account-freezing'],
    }
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
    t.match(await put('ncbTh', `${path}/clients/th-amlo-feed`, { purpose: 'border-management' }), {
      status: 403,
      body: { code: 'registry/not-granted', detail: 'border-management' },
    })
    const grant = await put('operator', '/v1/participants/TH/grant', {
      grant: { rights: ['read', 'submit'], purposes: ['criminal-investigation', 'asset-recovery'] },
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
  },
)

await t.test(
  "an id that is another's is answered as one that nobody has, on every route",
  async (t) => {
    const client = { purpose: 'criminal-investigation' }
    const agency = { name: 'x', rights: ['read'], purposes: ['criminal-investigation'] }
    const before = await version()
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
    const absent = {
      ...(await post('ncbTh', '/v1/participants/QQ/agencies/QQ-1/suspend')).body,
      instance: undefined,
    }
    const ids: [string, string, string][] = [
      ['KH', 'KH-ACD', 'kh-acd-feed'],
      ['KH', 'TH-CCIB', 'th-ccib-x'],
      ['QQ', 'QQ-1', 'qq-1-x'],
    ]
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
    const swaps: [path: string, body: object][] = [
      ['/v1/participants/TH/agencies/TH-CCIB', { ...agency, id: 'KH-ACD' }],
      ['/v1/participants/TH/agencies/TH-CCIB', { ...agency, participant: 'KH' }],
      ['/v1/participants/TH/agencies/TH-CCIB/clients/th-ccib-x', { ...client, agency: 'KH-ACD' }],
      ['/v1/participants/TH/agencies/TH-CCIB/clients/th-ccib-x', { ...client, id: 'kh-acd-feed' }],
    ]
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

const nonce = async (who: Who, participant: string): Promise<string> =>
  String((await post2(who, '/v1/keys/nonce', { participant })).body['nonce'])
const post2 = (who: Who, path: string, body: object): Promise<Answer> =>
  call(`${hub.url}${path}`, tokens[who], {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
type Enrolling = {
  participant?: string
  purpose?: KeyPurpose
  valid?: { from?: string; to?: string }
  proof?: string
  countersignature?: string | null
  by?: KeyPair
}
/** As a country enrols a key; what is given takes the place of what is right. */
const enrol = async (
  who: Who,
  key: KeyPair,
  {
    participant = 'TH',
    purpose = 'notice',
    valid,
    proof,
    countersignature,
    by = ncbTh,
  }: Enrolling = {},
): Promise<Answer> => {
  const times = {
    ...(valid?.from !== undefined && { from: parseMicros(valid.from)! }),
    ...(valid?.to !== undefined && { to: parseMicros(valid.to)! }),
  }
  const signed =
    countersignature === undefined
      ? await signCountersignature(
          { owner: participant, kid: key.kid, purpose, valid: times },
          by.signer,
        )
      : countersignature
  return post(who, '/v1/keys', {
    participant,
    purpose,
    jwk: key.jwk,
    ...(valid && { valid }),
    ...(signed !== null && { countersignature: signed }),
    proof:
      proof ??
      (await signProof(
        { nonce: await nonce(who, participant), participant, purpose, kid: key.kid },
        key.signer,
      )),
  })
}

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

await t.test('every way in which an enrolment can be wrong has its code', async (t) => {
  const [key, attacker, retired, ncbKh] = [keyPair(), keyPair(), keyPair(), keyPair()]
  const used = await nonce('operator', 'TH')
  const proof = (
    over: Partial<{ nonce: string; participant: string; purpose: KeyPurpose; kid: string }>,
    by = key,
    of = key,
  ): Promise<string> =>
    signProof(
      {
        nonce: over.nonce ?? used,
        participant: over.participant ?? 'TH',
        purpose: over.purpose ?? 'notice',
        kid: over.kid ?? of.kid,
      },
      by.signer,
    )
  const good = await proof({})
  t.match(await enrol('operator', key, { proof: good }), { status: 202 })
  await approve('admin', await enrol('operator', retired))
  const superseded = await post('operator', `/v1/keys/${retired.kid}/revoke`, {
    reason: 'superseded',
  })
  t.match(await approve('admin', superseded), { status: 200 })
  const expired = await nonce('operator', 'TH')
  await hub.pool.query('update key_nonce set expires = 0 where nonce = $1', [expired])
  const sign = (over: object, by = ncbTh) =>
    signCountersignature(
      { owner: 'TH', kid: key.kid, purpose: 'notice', valid: {}, ...over },
      by.signer,
    )
  const fresh = async () => proof({ nonce: await nonce('operator', 'TH') })
  const forged = good
    .split('.')
    .with(2, (await proof({}, attacker)).split('.')[2]!)
    .join('.')
  const rows: [what: string, answer: Promise<Answer>, status: number, code: string][] = [
    ['a nonce used before', enrol('operator', key, { proof: good }), 409, 'key/nonce-used'],
    [
      'a nonce that is over',
      enrol('operator', key, { proof: await proof({ nonce: expired }) }),
      422,
      'key/unknown-nonce',
    ],
    [
      'a nonce that nobody gave out',
      enrol('operator', key, { proof: await proof({ nonce: 'x' }) }),
      422,
      'key/unknown-nonce',
    ],
    [
      "another participant's nonce",
      enrol('operator', key, { proof: await proof({ nonce: await nonce('operator', 'KH') }) }),
      422,
      'key/other-proof',
    ],
    [
      "another participant's proof, sent again",
      enrol('operator', key, { participant: 'KH', proof: good, countersignature: null }),
      422,
      'key/other-proof',
    ],
    [
      'a proof for another purpose',
      enrol('operator', key, { proof: await proof({ purpose: 'witness' }) }),
      422,
      'key/other-proof',
    ],
    [
      'a proof for another key',
      enrol('operator', key, { proof: await proof({ kid: attacker.kid }) }),
      422,
      'key/other-proof',
    ],
    [
      'a proof by another key',
      enrol('operator', key, { proof: await proof({}, attacker) }),
      422,
      'key/bad-proof',
    ],
    ['a forged signature', enrol('operator', key, { proof: forged }), 422, 'key/bad-proof'],
    [
      'a countersignature as the proof',
      enrol('operator', key, { proof: await sign({}, key) }),
      422,
      'key/bad-proof',
    ],
    ['a retired key', enrol('operator', retired), 409, 'key/retired'],
    [
      'a retired key, by another participant',
      enrol('operator', retired, { participant: 'KH' }),
      409,
      'registry/other-owner',
    ],
    [
      "another participant's key",
      enrol('operator', firstTh, { participant: 'KH' }),
      409,
      'registry/other-owner',
    ],
    [
      'no countersignature',
      enrol('operator', key, { proof: await fresh(), countersignature: null }),
      422,
      'key/no-countersignature',
    ],
    [
      'a countersignature by no key of the registry',
      enrol('operator', key, { proof: await fresh(), by: ncbKh }),
      422,
      'key/bad-countersignature',
    ],
    [
      'a countersignature by a notice key',
      enrol('operator', key, { proof: await fresh(), by: firstTh }),
      422,
      'key/bad-countersignature',
    ],
    [
      "another NCB's countersignature",
      enrol('operator', key, {
        participant: 'KH',
        proof: await proof({ participant: 'KH', nonce: await nonce('operator', 'KH') }),
      }),
      422,
      'key/bad-countersignature',
    ],
    [
      'a countersignature of another key',
      enrol('operator', key, {
        proof: await fresh(),
        countersignature: await sign({ kid: attacker.kid }),
      }),
      422,
      'key/bad-countersignature',
    ],
    [
      'a countersignature for another purpose',
      enrol('operator', key, {
        proof: await fresh(),
        countersignature: await sign({ purpose: 'witness' }),
      }),
      422,
      'key/bad-countersignature',
    ],
    [
      'a countersignature for another validity',
      enrol('operator', key, {
        proof: await fresh(),
        countersignature: await sign({ valid: { to: 1 } }),
      }),
      422,
      'key/bad-countersignature',
    ],
    [
      'a proof as the countersignature',
      enrol('operator', key, { proof: await fresh(), countersignature: await fresh() }),
      422,
      'key/bad-countersignature',
    ],
    [
      'an end in the past',
      enrol('operator', key, { proof: await fresh(), valid: { to: '2020-01-01T00:00:00Z' } }),
      422,
      'key/bad-validity',
    ],
    [
      'an end before the beginning',
      enrol('operator', key, {
        proof: await fresh(),
        valid: { from: '2099-01-02T00:00:00Z', to: '2099-01-01T00:00:00Z' },
      }),
      422,
      'key/bad-validity',
    ],
    [
      'a purpose of the hub',
      enrol('operator', key, {
        purpose: 'reply',
        proof: await proof({ purpose: 'reply', nonce: await nonce('operator', 'TH') }),
      }),
      422,
      'registry/bad-purpose',
    ],
    [
      'a participant that is not there',
      enrol('operator', key, { participant: 'QQ', proof: await proof({ participant: 'QQ' }) }),
      422,
      'registry/unknown-name',
    ],
  ]
  for (const [what, answer, status, code] of rows)
    t.match(await answer, { status, body: { code } }, what)
})

await t.test(
  'a compromised key is out of use at once in every process, the NCB itself may say so, and ' +
    'nothing lifts it',
  async (t) => {
    const key = keyPair()
    await approve('admin', await enrol('operator', key))
    t.equal(
      (await post('ncbKh', `/v1/keys/${key.kid}/revoke`, { reason: 'compromised' })).status,
      404,
    )
    const revoked = await post('ncbTh', `/v1/keys/${key.kid}/revoke`, {
      reason: 'compromised',
      suspectedSince: '2026-11-01T00:00:00Z',
    })
    t.match(revoked, { status: 202, body: { state: 'unconfirmed', inForceSince: Number } })
    await until(
      'the other process knows',
      async () =>
        (await ask('viewer', `/v1/keys/${key.kid}`, other)).body['status'] === 'compromised',
      5000,
    )
    t.match(
      await approve('admin', revoked),
      { status: 200, body: { state: 'approved' } },
      'the NCB and one person of the hub',
    )
    t.match(await post('operator', `/v1/keys/${key.kid}/revoke`, { reason: 'superseded' }), {
      status: 409,
      body: { code: 'registry/no-change' },
    })
    t.match(await enrol('operator', key), { status: 409, body: { code: 'key/retired' } })
    t.match((await ask('operator', `/v1/keys/${key.kid}/logged`)).body, {
      since: '2026-11-01T00:00:00.000000Z',
      notices: [],
      end: true,
    })
  },
)

await t.test(
  'keys are listed by owner, purpose and status; an NCB finds its own only',
  async (t) => {
    const kids = async (who: Who, query: string): Promise<string[]> =>
      ((await ask(who, `/v1/keys?limit=500${query}`)).body['keys'] as { kid: string }[]).map(
        (k) => k.kid,
      )
    t.ok((await kids('viewer', '')).length > 4)
    t.same(await kids('viewer', '&owner=TH&purpose=ncb'), [ncbTh.kid])
    t.same(await kids('ncbTh', '&purpose=ncb'), [ncbTh.kid])
    t.same(await kids('ncbKh', ''), [])
    t.same(await kids('ncbKh', '&owner=TH'), [], 'whatever it asks for')
    t.equal((await kids('viewer', '&status=compromised')).length, 1)
    const first = (await ask('viewer', '/v1/keys?limit=1')).body as {
      keys: { kid: string }[]
      next: string
      end: boolean
    }
    t.match(first, { next: first.keys[0]!.kid, end: false })
  },
)

await t.test(
  'a session key that is bound to a person signs for nobody else, and opens nothing once it ' +
    'is taken out',
  async (t) => {
    const [anna, keo] = [keyPair(), keyPair()]
    await hub.putSessionKeys([
      { ...anna.jwk, sub: 'anna', role: 'operator' },
      { ...keo.jwk, sub: 'keo', role: 'ncb', participant: 'KH' },
    ])
    const asked = async (by: KeyPair, claims: OperatorClaims): Promise<number> =>
      (await call(`${hub.url}/v1/proposals`, await mintOperatorToken(by.signer, claims, 600)))
        .status
    await until(
      'the keys are read',
      async () => (await asked(anna, { sub: 'anna', role: 'operator' })) === 200,
      5000,
    )
    const rows: [by: KeyPair, claims: OperatorClaims, status: number][] = [
      [keo, { sub: 'keo', role: 'ncb', participant: 'KH' }, 200],
      [anna, { sub: 'boris', role: 'operator' }, 401],
      [anna, { sub: 'anna', role: 'admin' }, 401],
      [keo, { sub: 'keo', role: 'ncb', participant: 'TH' }, 401],
      [keo, { sub: 'keo', role: 'admin' }, 401],
    ]
    for (const [by, claims, status] of rows)
      t.equal(await asked(by, claims), status, JSON.stringify(claims))
    await hub.putSessionKeys([{ ...keo.jwk, sub: 'keo', role: 'ncb', participant: 'KH' }])
    await until(
      'her token opens nothing',
      async () => (await asked(anna, { sub: 'anna', role: 'operator' })) === 401,
      5000,
    )
    t.equal(await asked(keo, { sub: 'keo', role: 'ncb', participant: 'KH' }), 200)
  },
)
