import { createPublicKey, randomUUID, verify } from 'node:crypto'
import { stat } from 'node:fs/promises'
import t from 'tap'
import { catalogue } from '#core/catalogue/catalogue.ts'
import { followFeed } from '#deploy/local/demo/feed-reader.ts'
import { issuerOf } from '#deploy/local/demo/system-file.ts'
import { mintToken } from '#deploy/local/demo/national-tokens.ts'
import { answered, arrived, call, post, readFeed, statusOf } from '#test/support/clients.ts'
import { account, phone, wallet } from '#test/support/notices.ts'
import { runSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'
import { refusedBodies } from './refused-bodies.ts'

const system = await runSystem(t, 'test-e2e')
const { info, keys } = system

const isSignedBy = (participant: string, envelope: string): boolean => {
  const [header, payload, signature] = envelope.split('~')[0]!.split('.')
  const key = createPublicKey({
    key: info.keys[participant] as Record<string, string>,
    format: 'jwk',
  })
  return verify(
    null,
    Buffer.from(`${header}.${payload}`),
    key,
    Buffer.from(signature!, 'base64url'),
  )
}

await t.test(
  'a notice Bangkok submits is in the feed of Phnom Penh, signed, and its receipt comes back',
  async (t) => {
    const notice = wallet({ narrative: 'for Phnom Penh', caseReference: 'CIB-1' })
    const answer = await post(info, 'TH', notice)
    t.equal(answer.status, 202)
    t.match(answer.body, {
      id: notice.id,
      version: 1,
      status: 'queued',
      digest: /^[0-9a-f]{64}$/,
      canonical: { key: 'evm:0x098b716b8aaf21512996dc57eb0615e2383e2f96' },
      warnings: [],
    })
    const entry = await arrived(info, 'KH-ACD', notice.id)
    t.match(entry, {
      event: 'notice.published',
      notice: {
        id: notice.id,
        issuer: 'TH',
        version: 1,
        status: 'active',
        kind: 'wallet-address',
        narrative: 'for Phnom Penh',
        subject: notice['subject'] as object,
      },
    })
    t.ok(isSignedBy('TH', entry.envelope!), 'the signature of TH verifies')
    t.notOk(isSignedBy('KH', entry.envelope!), 'and nobody else is taken for it')
    t.match(entry.proof, { index: Number, salt: String, time: /^\d{4}-/ })
    t.notOk(
      'release' in (entry.notice['handling'] as object),
      'release is shown to nobody but the originator',
    )
    t.notOk(
      'caseReference' in entry.notice,
      'an agency without the right `case` does not see caseReference',
    )
    const handedOver = await until(
      'the hand-over at the originator',
      async () => {
        const { body } = await statusOf(info, 'TH', notice.id)
        return (body['deliveries'] as { participant: string }[]).length > 0
          ? body['deliveries']
          : undefined
      },
      15_000,
    )
    t.match(
      handedOver,
      [{ version: 1, participant: 'KH', at: /^\d{4}-/ }],
      'the originator learns who has it',
    )
    const state = await answered(info, 'TH', notice.id)
    t.match(state.body, {
      status: 'accepted',
      receipt: {
        digest: answer.body['digest'] as string,
        status: 'accepted',
        index: entry.proof!.index,
      },
    })
  },
)

await t.test('who is not released to does not see it, in any feed or by id', async (t) => {
  const notice = wallet()
  await post(info, 'TH', notice)
  await arrived(info, 'KH-ACD', notice.id)
  for (const agency of ['VN-C06', 'JP-NPA', 'EXCHANGE-1']) {
    t.notOk(
      (await readFeed(info, agency)).entries.some((e) => e.notice.id === notice.id),
      `${agency} does not see it`,
    )
    const byId = await call(
      `${info.feeds.url}/v1/notices/${notice.id}`,
      info.feeds.agencies[agency]!.token,
    )
    const absent = await call(
      `${info.feeds.url}/v1/notices/${randomUUID()}`,
      info.feeds.agencies[agency]!.token,
    )
    t.equal(byId.status, 404)
    t.same(
      { ...byId.body, instance: '' },
      { ...absent.body, instance: '' },
      'the answer is that of an absent one',
    )
  }
  const own = await call(
    `${info.feeds.url}/v1/notices/${notice.id}`,
    info.feeds.agencies['TH-CCIB']!.token,
  )
  t.match(
    own.body,
    { notice: { handling: { release: { participants: ['KH'] } } } },
    'the originator sees its own release list',
  )
})

await t.test(
  'a corporate partner gets a redacted copy whose signature still verifies',
  async (t) => {
    const notice = wallet({
      narrative: 'not for partners',
      advice: 'block',
      handling: { tlp: 'AMBER', release: { partners: ['EXCHANGE-1'] } },
    })
    await post(info, 'TH', notice)
    const entry = await arrived(info, 'EXCHANGE-1', notice.id)
    t.ok(isSignedBy('TH', entry.envelope!))
    t.equal(entry.notice['advice'], 'block')
    for (const name of ['narrative', 'agency', 'evaluation'])
      t.notOk(name in entry.notice, `${name} is withheld`)
    t.notOk(
      entry.envelope!.includes(Buffer.from('not for partners').toString('base64url').slice(2, -2)),
      'nor is it in the bytes',
    )
    t.notOk(entry.proof, 'a partner gets no index')
    t.notMatch(JSON.stringify(await readFeed(info, 'EXCHANGE-1')), /not for partners|TH-CCIB/)
    const told = await until(
      'the hand-over to the partner at the originator',
      async () => {
        const { body } = await statusOf(info, 'TH', notice.id)
        return (
          (body['deliveries'] as { participant: string }[]).some(
            (d) => d.participant === 'EXCHANGE-1',
          ) && body['deliveries']
        )
      },
      15_000,
    )
    t.match(
      told,
      [{ version: 1, participant: 'EXCHANGE-1', at: /^\d{4}-/ }],
      'every hand-over to a partner is shown to the originator',
    )
  },
)

await t.test(
  'what a partner submits, its NCB issues under its own key, and nobody else learns from whom ' +
    'it came',
  async (t) => {
    const json = { 'content-type': 'application/json' }
    const at = (agency: string, path: string, body?: object) =>
      call(
        `${info.feeds.url}${path}`,
        info.feeds.agencies[agency]!.token,
        body && { method: 'POST', headers: json, body: JSON.stringify(body) },
      )
    const { id: _id, ...known } = wallet({
      narrative: 'seen by the compliance desk',
      handling: { tlp: 'AMBER' },
    })
    const taken = await at('EXCHANGE-1', '/v1/submissions', known)
    t.match(taken, { status: 202, body: { status: 'waiting' } })
    const [waiting] = (await at('TH-CCIB', '/v1/submissions')).body['submissions'] as {
      id: string
      notice: object
    }[]
    t.match(waiting, { id: taken.body['id'] as string, submittedBy: { participant: 'EXCHANGE-1' } })
    const issued = {
      ...waiting!.notice,
      id: randomUUID(),
      handling: { tlp: 'AMBER', release: { participants: ['KH'] } },
    }
    t.equal((await post(info, 'TH', issued)).status, 202)
    const entry = await arrived(info, 'KH-ACD', issued.id)
    t.ok(isSignedBy('TH', entry.envelope!))
    t.match(
      await at('TH-CCIB', `/v1/submissions/${waiting!.id}/decide`, {
        decision: 'issued',
        noticeId: issued.id,
        reason: 'thank you',
      }),
      { status: 200, body: { status: 'issued' } },
    )
    t.match((await at('EXCHANGE-1', `/v1/submissions/${waiting!.id}`)).body, {
      status: 'issued',
      decision: { reason: 'thank you' },
    })
    const open =
      JSON.stringify(entry) +
      entry
        .envelope!.split(/[.~]/)
        .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
        .join()
    t.notMatch(open, 'EXCHANGE-1')
    t.equal(
      (await at('EXCHANGE-1', `/v1/notices/${issued.id}`)).status,
      404,
      'it is released to whom the NCB says',
    )
  },
)

await t.test('each kind is in the feed of its kind, in log order, and no other', async (t) => {
  const notices = { 'phone-number': phone(), 'bank-account': account(), 'wallet-address': wallet() }
  for (const notice of Object.values(notices)) await post(info, 'TH', notice)
  for (const [kind, notice] of Object.entries(notices)) {
    await arrived(info, 'KH-ACD', notice.id, kind)
    const { entries } = await readFeed(info, 'KH-ACD', kind)
    t.ok(entries.every((e) => e.notice['kind'] === kind))
    const indexes = entries.map((e) => e.proof!.index)
    t.same(
      indexes,
      indexes.toSorted((a, b) => a - b),
    )
  }
})

await t.test(
  'a live feed brings a notice at once, and resumes behind the last event',
  async (t) => {
    const stop = new AbortController()
    const { token } = info.feeds.agencies['VN-C06']!
    const { next } = await readFeed(info, 'VN-C06', 'phone-number')
    const seen: string[] = []
    const last: string[] = []
    const follow = async (signal: AbortSignal, after: string): Promise<void> => {
      for await (const event of followFeed(`${info.feeds.url}/v1/feeds/phone-number`, token, {
        signal,
        after,
      })) {
        seen.push((JSON.parse(event.data) as { notice: { id: string } }).notice.id)
        last.push(event.id)
      }
    }
    const first = phone()
    const following = follow(stop.signal, next).catch(() => {})
    await post(info, 'TH', first)
    await until('the first notice', () => seen.includes(first.id))
    stop.abort()
    await following
    const missed = phone()
    await post(info, 'KH', missed)
    await arrived(info, 'VN-C06', missed.id)
    const again = new AbortController()
    const resumed = follow(again.signal, last.at(-1)!).catch(() => {})
    await until('the missed notice', () => seen.includes(missed.id))
    again.abort()
    await resumed
    t.same(seen, [first.id, missed.id], 'nothing twice, nothing lost')
  },
)

await t.test(
  'the same id and content again gets the first answer; other content is refused',
  async (t) => {
    const notice = phone()
    const first = await post(info, 'TH', notice)
    const again = await post(info, 'TH', notice)
    t.same([again.status, again.body], [202, first.body])
    const other = await post(info, 'TH', { ...notice, narrative: 'other' })
    t.match(other, {
      status: 409,
      body: { code: 'notice/id-reused', errors: [{ pointer: '/id' }] },
    })
    const parallel = phone()
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(info, 'TH', parallel)))
    t.equal(
      new Set(answers.map((a) => JSON.stringify([a.status, a.body]))).size,
      1,
      'twenty at once get one answer',
    )
    await arrived(info, 'KH-ACD', parallel.id)
    t.equal(
      (await readFeed(info, 'KH-ACD')).entries.filter((e) => e.notice.id === parallel.id).length,
      1,
      'and make one entry',
    )
  },
)

await t.test('bad bodies', async (t) => {
  for (const [title, body, status, code, pointer] of refusedBodies) {
    const answer = await post(info, 'TH', body)
    t.match(
      answer,
      {
        status,
        body: {
          code,
          status,
          title: String,
          advice: String,
          type: `urn:switchboard:problem:${code}`,
        },
      },
      title,
    )
    t.match(answer.headers.get('content-type'), 'application/problem+json')
    if (pointer !== undefined)
      t.match(answer.body, { errors: [{ pointer, code, detail: String }] }, `${title}: pointer`)
  }
  for (const url of [`${info.gateways['TH']!.url}/v1/notices`, `${info.feeds.url}/v1/feeds/all`]) {
    const thai = await call(url, undefined, { headers: { 'accept-language': 'th-TH, en;q=0.5' } })
    t.match(
      thai,
      { status: 401, body: { code: 'auth/no-token', title: 'ไม่มีโทเคน' } },
      'in the language asked for',
    )
    t.equal(thai.headers.get('content-language'), 'th')
  }
  const form = await call(`${info.gateways['TH']!.url}/v1/notices`, info.gateways['TH']!.token, {
    method: 'POST',
    body: 'a=b',
    headers: { 'content-type': 'text/plain' },
  })
  t.match(form, { status: 415, body: { code: 'body/media-type' } })
})

await t.test('a token that is missing, foreign, incomplete or for another gateway', async (t) => {
  const claims = {
    iss: issuerOf('TH'),
    aud: 'gateway-TH',
    sub: 'x',
    agency: 'TH-CCIB',
    scope: 'notices:write notices:read',
  }
  const url = `${info.gateways['TH']!.url}/v1/notices`
  const send = (token: string | undefined) =>
    call(url, token, {
      method: 'POST',
      body: JSON.stringify(phone()),
      headers: { 'content-type': 'application/json' },
    })
  t.match(await send(undefined), { status: 401, body: { code: 'auth/no-token' } })
  t.match(await send('garbage'), { status: 401, body: { code: 'auth/bad-token' } })
  t.match(
    await send(info.gateways['KH']!.token),
    { status: 401, body: { code: 'auth/bad-token' } },
    "another country's token",
  )
  t.match(
    await send(info.feeds.agencies['TH-CCIB']!.token),
    { status: 401, body: { code: 'auth/bad-token' } },
    'a token of the feeds',
  )
  t.match(
    await send(await mintToken(keys.issuer.TH, { ...claims, aud: 'gateway-KH' }, 60)),
    { status: 401 },
    'another audience',
  )
  t.match(
    await send(await mintToken(keys.issuer.KH, claims, 60)),
    { status: 401 },
    'signed with another key',
  )
  t.match(await send(await mintToken(keys.issuer.TH, claims, -60)), { status: 401 }, 'expired')
  for (const name of ['agency', 'scope', 'sub'] as const) {
    const { [name]: _left, ...rest } = claims
    t.match(
      await send(await mintToken(keys.issuer.TH, rest, 60)),
      { status: 401, body: { code: 'auth/bad-token' } },
      `without ${name}`,
    )
  }
  t.match(await send(await mintToken(keys.issuer.TH, { ...claims, scope: 'notices:read' }, 60)), {
    status: 403,
    body: { code: 'auth/missing-scope' },
  })
  t.match(
    await send(await mintToken(keys.issuer.TH, { ...claims, agency: 'KH-ACD' }, 60)),
    { status: 403, body: { code: 'auth/unknown-agency' } },
    "another country's agency",
  )
  t.match(
    await send(await mintToken(keys.issuer.TH, claims, 60)),
    { status: 202 },
    'and a good one passes',
  )
})

await t.test(
  'a rehearsal tells what then happens: who gets it in a feed, which members, and why',
  async (t) => {
    const { url, token } = info.gateways['TH']!
    const rehearse = (body: unknown, as = token) =>
      call(`${url}/v1/notices/rehearse`, as, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
    const full = {
      narrative: 'n',
      caseReference: 'c',
      contact: { name: 'x' },
      advice: 'block',
      evaluation: { source: 'B', information: '2' },
      language: 'th',
      operatorStatus: 'suspect',
    }
    const bodies = [
      wallet({
        ...full,
        handling: {
          tlp: 'AMBER',
          codes: ['H2'],
          release: { participants: ['KH'], partners: ['EXCHANGE-1'] },
        },
      }),
      wallet({ ...full, handling: { tlp: 'RED', release: { agencies: ['VN-C06'] } } }),
      wallet({
        ...full,
        operatorStatus: 'possible-victim',
        advice: 'monitor',
        handling: {
          tlp: 'AMBER',
          release: { participants: ['*'], partners: ['EXCHANGE-1'], exclude: ['VN'] },
        },
      }),
      phone({ ...full, handling: { tlp: 'GREEN' } }),
      account({
        ...full,
        handling: {
          tlp: 'AMBER+STRICT',
          purposes: ['victim-rescue'],
          release: { groups: ['MEKONG'] },
        },
      }),
    ]
    for (const body of bodies) {
      const { status, body: told } = await rehearse(body)
      t.equal(status, 200, JSON.stringify(told))
      t.equal((await statusOf(info, 'TH', body.id)).status, 404, 'nothing is stored')
      type Outcome = {
        agency?: string
        content: boolean
        rule: string
        sees: string[]
        least?: number
      }
      const { agencies, participants } = told as unknown as {
        agencies: Outcome[]
        participants: {
          participant: string
          named: { agency: string; outcomes: Outcome[] }[]
          others: Outcome[]
        }[]
      }
      t.equal((await post(info, 'TH', body)).status, 202)
      await answered(info, 'TH', body.id)
      await arrived(info, 'TH-CCIB', body.id)
      for (const [agency, participant] of [
        ['TH-CCIB', 'TH'],
        ['KH-ACD', 'KH'],
        ['VN-C06', 'VN'],
        ['JP-NPA', 'JP'],
        ['EXCHANGE-1', 'EXCHANGE-1'],
      ] as const) {
        const of = participants.find((p) => p.participant === participant)
        const [outcome, ...more] =
          of === undefined ? agencies : [...of.named.flatMap((n) => n.outcomes), ...of.others]
        t.strictSame(more, [], 'one agency each: one outcome')
        const why = await call(
          `${info.console.url}/v1/why?notice=${body.id}&agency=${agency}`,
          info.console.tokens.viewer,
        )
        t.match(
          (why.body['versions'] as object[])[0],
          {
            asOfNow: { rule: outcome!.rule, content: outcome!.content },
            asLogged: { rule: outcome!.rule },
          },
          `${agency}: ${outcome!.rule}`,
        )
        const entry = (await readFeed(info, agency)).entries.find((e) => e.notice.id === body.id)
        // its client has another purpose
        const isOfClient = body['handling'] !== bodies[4]!['handling'] || agency === 'TH-CCIB'
        t.equal(entry !== undefined, outcome!.content && isOfClient, `${agency} has it in its feed`)
        if (entry === undefined) continue
        const flat = (value: Record<string, unknown>): string[] =>
          Object.keys(value).flatMap((name) =>
            name === 'subject' || name === 'handling'
              ? Object.keys(value[name] as object).map((inner) => `${name}.${inner}`)
              : [name],
          )
        const shown = flat(entry.notice).filter(
          (path) =>
            ![
              'issuer',
              'version',
              'status',
              'canonical',
              'warnings',
              'handling.notToBePassedOn',
            ].includes(path),
        )
        t.strictSame(
          shown.toSorted(),
          outcome!.sees.toSorted(),
          `${agency} sees just what was told`,
        )
      }
    }
    t.match(
      await rehearse({ ...bodies[0], subject: { address: 'x' } }),
      { status: 422, body: { code: /^wallet\// } },
      'refused as a submission is',
    )
    t.match(
      await call(`${url}/v1/notices/rehearse`, token, {
        method: 'POST',
        body: '{"id":1,"id":2}',
        headers: { 'content-type': 'application/json' },
      }),
      { status: 400, body: { code: 'body/duplicate-key' } },
    )
    const reader = await mintToken(
      keys.issuer.TH,
      {
        iss: issuerOf('TH'),
        aud: 'gateway-TH',
        sub: 'x',
        agency: 'TH-CCIB',
        scope: 'notices:read',
      },
      60,
    )
    t.equal((await rehearse(wallet(), reader)).status, 200, 'who may read may rehearse')
    t.match(
      await rehearse(
        wallet(),
        await mintToken(
          keys.issuer.TH,
          { iss: issuerOf('TH'), aud: 'gateway-TH', sub: 'x', agency: 'TH-CCIB', scope: 'other' },
          60,
        ),
      ),
      {
        status: 403,
        body: { code: 'auth/missing-scope', detail: 'notices:read or notices:write' },
      },
    )
  },
)

await t.test('a next version, a wrong If-Match, a changed subject, a revocation', async (t) => {
  const notice = wallet({ narrative: 'first' })
  const url = `${info.gateways['TH']!.url}/v1/notices/${notice.id}`
  const { token } = info.gateways['TH']!
  const json = { 'content-type': 'application/json' }
  const put = (body: object, headers: Record<string, string>) =>
    call(url, token, {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { ...json, ...headers },
    })
  await post(info, 'TH', notice)
  const second = { ...notice, narrative: 'second' }
  t.match(await put(second, {}), { status: 428, body: { code: 'notice/precondition-required' } })
  t.match(await put(second, { 'if-match': '"7"' }), {
    status: 412,
    body: { code: 'notice/precondition-failed' },
  })
  t.match(
    await put(
      {
        ...second,
        subject: { address: '0x05E0b5B40B7b66098C2161A5EE11C5740A3A7C45', chain: 'evm' },
      },
      { 'if-match': '"1"' },
    ),
    { status: 422, body: { code: 'notice/subject-changed' } },
  )
  t.match(await put(second, { 'if-match': '"1"' }), { status: 202, body: { version: 2 } })
  t.match(
    await put(second, { 'if-match': '"1"' }),
    { status: 202, body: { version: 2 } },
    'repeated, it gets the first answer',
  )
  const isVersion = (version: number) => async () =>
    (await readFeed(info, 'KH-ACD')).entries.find(
      (e) => e.notice.id === notice.id && e.notice['version'] === version,
    )
  t.match(await until('version 2', isVersion(2)), {
    event: 'notice.updated',
    notice: { narrative: 'second' },
  })
  const revoke = (reason: string) =>
    call(`${url}/revoke`, token, {
      method: 'POST',
      body: JSON.stringify({ reason }),
      headers: json,
    })
  t.match(await revoke('wrong person'), { status: 202, body: { version: 3 } })
  t.match(await revoke('wrong person'), { status: 202, body: { version: 3 } })
  t.match(await until('the revocation', isVersion(3)), {
    event: 'notice.revoked',
    notice: { status: 'revoked', reason: 'wrong person' },
  })
  t.match(await put(second, { 'if-match': '"3"' }), { status: 409, body: { code: 'notice/final' } })
})

await t.test(
  'a notice whose expiry comes is said to be over to whoever has it, and no longer given',
  async (t) => {
    const notice = wallet({
      handling: {
        tlp: 'AMBER',
        release: { participants: ['KH'] },
        expires: new Date(Date.now() + 4000).toISOString(),
      },
    })
    await post(info, 'TH', notice)
    const { next } = await readFeed(info, 'VN-C06')
    t.equal((await arrived(info, 'KH-ACD', notice.id)).event, 'notice.published')
    const over = await until(
      'the expiry',
      async () =>
        (await readFeed(info, 'KH-ACD')).entries.find(
          (e) => e.notice.id === notice.id && e.event === 'notice.expired',
        ),
      15_000,
    )
    t.match(over, { envelope: null, notice: { status: 'expired' } })
    t.notOk('subject' in over.notice, 'without content')
    const byId = await call(
      `${info.feeds.url}/v1/notices/${notice.id}`,
      info.feeds.agencies['KH-ACD']!.token,
    )
    t.notMatch(JSON.stringify(byId.body), /0x098B/i, 'nor is it given by its id')
    t.same(
      (await readFeed(info, 'VN-C06', 'all', next)).entries.filter(
        (e) => e.notice.id === notice.id,
      ),
      [],
      'who never had it is told nothing',
    )
  },
)

await t.test('an agency lists its own notices, page by page', async (t) => {
  const url = `${info.gateways['TH']!.url}/v1/notices`
  const { token } = info.gateways['TH']!
  const ids: string[] = []
  for (let next = '0', end = false; !end;) {
    const page = await call(`${url}?limit=7&after=${next}`, token)
    t.equal(page.status, 200)
    ids.push(...(page.body['notices'] as { id: string }[]).map((n) => n.id))
    ;({ next, end } = page.body as { next: string; end: boolean })
  }
  t.ok(ids.length > 7)
  t.match(await call(`${url}?limit=0`, token), {
    status: 400,
    body: { code: 'request/bad-parameter' },
  })
  t.match(await call(`${url}?status=lost`, token), {
    status: 400,
    body: { code: 'request/bad-parameter' },
  })
  t.match(await call(`${url}?after=x`, token), {
    status: 400,
    body: { code: 'request/bad-cursor' },
  })
  t.match(
    await statusOf(info, 'KH', ids[0]!),
    { status: 404, body: { code: 'notice/not-found' } },
    "another country's gateway does not have it",
  )
})

await t.test(
  'an originator sees what is due for a look before its review and its expiry, and readers ' +
    'see the review date',
  async (t) => {
    const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()
    const url = `${info.gateways['TH']!.url}/v1/notices`
    const { token } = info.gateways['TH']!
    const soon = phone({ handling: { tlp: 'GREEN', review: inDays(10), expires: inDays(60) } })
    const later = phone({ handling: { tlp: 'GREEN', expires: inDays(20) } })
    for (const notice of [soon, later]) await post(info, 'TH', notice)
    for (const notice of [soon, later]) await answered(info, 'TH', notice.id)
    t.match((await statusOf(info, 'TH', soon.id)).body, { due: ['review'], expires: String })
    t.match((await statusOf(info, 'TH', later.id)).body, { due: ['expiry'], review: null })
    const due = async (what: string) =>
      ((await call(`${url}?due=${what}&limit=500`, token)).body['notices'] as { id: string }[]).map(
        (n) => n.id,
      )
    t.same(await due('review'), [soon.id])
    t.ok((await due('expiry')).includes(later.id))
    t.match(await call(`${url}?due=lunch`, token), {
      status: 400,
      body: { code: 'request/bad-parameter' },
    })
    t.match(await call(`${url}?due=review&status=held`, token), {
      status: 400,
      body: { code: 'request/bad-parameter' },
    })
    t.match((await arrived(info, 'KH-ACD', soon.id)).notice, {
      handling: { review: (soon as unknown as { handling: { review: string } }).handling.review },
    })
  },
)

await t.test(
  'an operator follows one notice from POST to every hand-over, and why others did not get it',
  async (t) => {
    const notice = wallet()
    await post(info, 'TH', notice)
    await arrived(info, 'KH-ACD', notice.id)
    await answered(info, 'TH', notice.id)
    const trace = await until('the hand-over in the trace', async () => {
      const answer = await call(
        `${info.console.url}/v1/trace/${notice.id}`,
        info.console.tokens.operator,
      )
      return /"KH-ACD"[^}]*"at"|"at"[^}]*"KH-ACD"/.test(JSON.stringify(answer.body))
        ? answer
        : undefined
    })
    const text = JSON.stringify(trace.body)
    for (const step of ['posted', 'signed', 'published', 'received', 'logged', 'receipted'])
      t.match(text, `"${step}"`, step)
    t.match(text, /VN-C06/)
    t.match(await call(`${info.console.url}/v1/trace/${notice.id}`, undefined), { status: 401 })
    t.match(
      await call(`${info.console.url}/v1/trace/${randomUUID()}`, info.console.tokens.operator),
      { status: 404 },
    )
  },
)

await t.test('every service answers health, readiness, its interface and metrics', async (t) => {
  for (const url of [
    ...Object.values(info.gateways).map((g) => g.url),
    info.feeds.url,
    info.console.url,
  ]) {
    for (const path of ['/healthz', '/readyz', '/docs', '/metrics'])
      t.equal((await call(`${url}${path}`, undefined)).status, 200, `${url}${path}`)
    t.match((await call(`${url}/openapi.json`, undefined)).body, {
      openapi: /^3\.1/,
      paths: Object,
    })
    t.match(await call(`${url}/nowhere`, undefined), {
      status: 404,
      body: { code: 'request/not-found' },
    })
  }
  t.equal(
    (await stat(`${system.supervisor.folder}/system.json`)).mode & 0o777,
    0o600,
    'the file with the tokens is for its owner',
  )
  t.ok(Object.keys(catalogue).length > 50)
})
