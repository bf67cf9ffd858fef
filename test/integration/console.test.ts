import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { SignJWT } from 'jose'
import t from 'tap'
import { thumbprint } from '#core/signing/keys.ts'
import { signStatement } from '#core/signing/statement.ts'
import type { PublicJwk } from '#core/registry/registry.ts'
import { formatMicros } from '#core/time.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { readConfig } from '#runtime/process/config.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { migrate } from '#runtime/postgres/migrate.ts'
import { mintOperatorToken, type OperatorClaims } from '#runtime/keys/operator-token.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { commonNeverList, neverListOf } from '#core/identifiers/never-list.ts'
import { schemaVersions } from '#core/schema/versions.ts'
import { appendBatch } from '#store/log/append.ts'
import type { Answer } from '#store/log/intake.ts'
import { readHeldBytes } from '#store/log/quarantine.ts'
import { insertAcknowledgement } from '#store/handing-over/acknowledgements.ts'
import { insertConsentAnswer, insertConsentRequest } from '#store/requests/consents.ts'
import { expireNotices } from '#store/log/expire.ts'
import { insertDeliveries, insertOffers } from '#store/handing-over/ledger.ts'
import { migrations } from '#store/migrations.ts'
import { recordReceipts } from '#store/log/receipts.ts'
import { changeRegistry, loadRegistry } from '#store/registry/registry.ts'
import { importRegistry } from '#store/registry/import.ts'
import { admitAgency, setAgencyStanding } from '#core/registry/change.ts'
import { call, type Answer as HttpAnswer } from '#test/support/clients.ts'
import { freshDatabase } from '#test/support/database.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { consoleConfig } from '../../services/console/config.ts'
import { startConsole } from '../../services/console/start.ts'
import { checkRecord } from '../../services/hub/intake/check.ts'
import { checkContext } from '../../services/hub/intake/check-context.ts'

const log = createLog({ service: 'test', level: 'silent' })
const url = await freshDatabase(t)
const pool = createPool({ url, max: 4, applicationName: 'test', log })
await migrate(pool, migrations, { component: 'hub' })

const keyPair = () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x } = privateKey.export({ format: 'jwk' }) as unknown as PublicJwk
  return { privateKey, jwk: { kty, crv, x }, signer: createSigner(privateKey) }
}
const [th, vn, session] = [keyPair(), keyPair(), keyPair()]
const agency = (id: string, participant: string, rights: string[]) => ({
  id,
  participant,
  name: id,
  rights,
  purposes: ['criminal-investigation'],
  roles: [],
})
const imported = await importRegistry(
  pool,
  { who: 'test', why: 'test' },
  {
    participants: [
      ...['TH', 'KH', 'VN'].map((id) => ({ id, type: 'member', name: id })),
      { id: 'JP', type: 'dialogue-partner', name: 'JP' },
      { id: 'EXCHANGE-1', type: 'corporate-partner', name: 'Exchange', attachedTo: 'TH' },
    ],
    agencies: [
      agency('TH-CCIB', 'TH', ['read', 'submit']),
      agency('TH-MUTE', 'TH', ['read']),
      agency('KH-ACD', 'KH', ['read', 'submit']),
      agency('VN-C06', 'VN', ['read', 'submit']),
      agency('JP-NPA', 'JP', ['read']),
      agency('EXCHANGE-1', 'EXCHANGE-1', ['read']),
    ],
    keys: [
      { owner: 'TH', purpose: 'notice', jwk: th.jwk },
      { owner: 'VN', purpose: 'notice', jwk: vn.jwk },
    ],
    clients: [{ id: 'kh-feed', agency: 'KH-ACD', purpose: 'criminal-investigation' }],
  },
)
if (!imported.ok) throw new Error(JSON.stringify(imported.refusals))

const sessionKeyFile = resolve(t.testdir(), 'session.jwk')
await writeFile(sessionKeyFile, JSON.stringify(session.jwk))
const running = await startConsole(
  readConfig(
    { DATABASE_URL: url, SESSION_KEY_FILE: sessionKeyFile, PORT: '0', REGISTRY_POLL_MS: '100' },
    consoleConfig,
  ),
  {
    log,
    metrics: createMetrics('console'),
    crash: (error) => {
      throw error
    },
  },
)
t.teardown(async () => {
  await running.close()
  await pool.end()
})

const minted = (claims: OperatorClaims) => mintOperatorToken(session.signer, claims, 600)
const tokens = {
  viewer: await minted({ sub: 'v', role: 'viewer' }),
  operator: await minted({ sub: 'o', role: 'operator' }),
  admin: await minted({ sub: 'a', role: 'admin' }),
  ncbTh: await minted({ sub: 'n', role: 'ncb', participant: 'TH' }),
  ncbNobody: await minted({ sub: 'n', role: 'ncb', participant: 'ZZ' }),
}
const ask = (path: string, token: string | undefined = tokens.operator): Promise<HttpAnswer> =>
  call(`${running.url}${path}`, token)

/** What the hub does with an envelope that came on a participant's topic. */
const takeIn = async (
  participant: string,
  envelope: string,
): Promise<{ answer: Answer; batch: number }> => {
  const record = {
    topic: `submitted.${participant}`,
    partition: 0,
    offset: '7',
    timestampMs: Date.now(),
    key: 'k',
    value: Buffer.from(envelope),
    headers: { 'posted-at': '2026-11-24T03:50:12.000001Z' },
    lag: 0,
  }
  const { batch, answers } = await appendBatch(pool, [
    await checkRecord(
      record,
      checkContext(await loadRegistry(pool), nowMicros(), {
        neverList: neverListOf(commonNeverList()),
        schemas: schemaVersions,
        heldBytes: (participant, digest) => readHeldBytes(pool, participant, digest),
      }),
      (error) => {
        throw error
      },
    ),
  ])
  return { answer: answers[0]!, batch }
}

const secrets = {
  narrative: 'CANARY-NARRATIVE',
  caseReference: 'CANARY-CASE',
  contact: { name: 'CANARY-CONTACT' },
}
const notice = phone({
  ...secrets,
  handling: { tlp: 'AMBER', release: { participants: ['KH', 'JP'], partners: ['EXCHANGE-1'] } },
})
const first = await envelopeOf(th.signer, notice)
const logged = await takeIn('TH', first.envelope)

type Version = {
  version: number
  status: string
  index: number
  steps: { step: string; at: string | null }[]
  deliveries: object[]
  others: { agency: string; rule: string; mayRead: boolean }[]
}
type Trace = {
  id: string
  notices: { issuer: string; versions: Version[] }[]
  refusals: Record<string, unknown>[]
}

const trace = async (id: string, query = '', token = tokens.viewer): Promise<Trace> =>
  (await ask(`/v1/trace/${id}${query}`, token)).body as unknown as Trace
const handOver = async (
  index: number,
  agencyId: string,
  told: 'content' | 'bare' = 'content',
): Promise<void> => {
  const about = {
    participant: agencyId.slice(0, 2),
    agency: agencyId,
    purpose: 'criminal-investigation',
    client: `${agencyId}-feed`,
    channel: 'sse',
    topic: 'all',
    at: nowMicros(),
  }
  const [offer] = await insertOffers(pool, [{ ...about, from: index, to: index }])
  await insertDeliveries(pool, [
    {
      ...about,
      offer: offer!,
      first: index,
      last: index,
      bitmap: Buffer.of(1),
      bare: told === 'bare' ? Buffer.of(1) : null,
      withdrawn: null,
    },
  ])
}

await t.test(
  'a notice is followed from POST to each hand-over, and every other agency has the rule why not',
  async (t) => {
    const version = (await trace(notice.id)).notices[0]!.versions[0]!
    t.same(
      version.steps.map((s) => s.step),
      ['posted', 'signed', 'published', 'received', 'logged', 'receipted'],
    )
    t.equal(version.steps[0]!.at, '2026-11-24T03:50:12.000001Z')
    t.equal(version.steps.at(-1)!.at, null, 'the receipt is not out yet')
    await recordReceipts(pool, [{ batch: logged.batch, participant: 'TH', sentAt: nowMicros() }])
    await handOver(logged.answer.index!, 'KH-ACD')
    const after = (await trace(notice.id)).notices[0]!.versions[0]!
    t.match(after, {
      version: 1,
      status: 'active',
      digest: first.digest,
      index: logged.answer.index,
      agency: 'TH-CCIB',
      handling: { tlp: 'AMBER', codes: ['H0'] },
    })
    for (const { step, at } of after.steps)
      t.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, step)
    t.match(after.deliveries, [
      {
        agency: 'KH-ACD',
        participant: 'KH',
        client: 'KH-ACD-feed',
        channel: 'sse',
        topic: 'all',
        told: 'content',
      },
    ])
    t.same(
      after.others.map(({ agency: id, mayRead, rule }) => [id, mayRead, rule]),
      [
        ['EXCHANGE-1', true, 'partner-redacted'],
        ['JP-NPA', true, 'released-participant'],
        ['TH-CCIB', true, 'originator'],
        ['TH-MUTE', false, 'not-released'],
        ['VN-C06', false, 'not-released'],
      ],
    )
  },
)

await t.test('a trace, a why and a list hold nothing of what a notice says', async (t) => {
  for (const path of [
    `/v1/trace/${notice.id}`,
    `/v1/why?notice=${notice.id}&agency=KH-ACD`,
    '/v1/quarantine',
    '/v1/participants',
  ]) {
    const { status, body } = await ask(path, tokens.admin)
    t.equal(status, 200, path)
    t.notMatch(JSON.stringify(body), /CANARY|66812345678|impersonation-scam|secretHash|scrypt/)
  }
})

await t.test(
  'versions, issuers that share an id, and the end of a notice are told apart',
  async (t) => {
    const id = randomUUID()
    const green = phone({ id, handling: { tlp: 'GREEN' } })
    const one = await takeIn('TH', (await envelopeOf(th.signer, green)).envelope)
    await takeIn(
      'VN',
      (await envelopeOf(vn.signer, { ...green, agency: 'VN-C06' }, { issuer: 'VN' })).envelope,
    )
    await takeIn(
      'TH',
      (await envelopeOf(th.signer, { ...green, handling: { tlp: 'AMBER' } }, { version: 2 }))
        .envelope,
    )
    const all = await trace(id)
    t.same(
      all.notices.map(({ issuer, versions }) => [issuer, versions.map((v) => v.version)]),
      [
        ['TH', [1, 2]],
        ['VN', [1]],
      ],
    )
    t.same(
      (await trace(id, '?issuer=VN')).notices.map((n) => n.issuer),
      ['VN'],
    )
    const ofKh = all.notices[0]!.versions[0]!.others.find((o) => o.agency === 'KH-ACD')
    t.match(
      ofKh,
      { mayRead: false, rule: 'not-released' },
      'the newest version must allow an earlier one as well',
    )
    await handOver(one.answer.index!, 'KH-ACD', 'bare')
    t.match(
      (await trace(id)).notices[0]!.versions[0],
      {
        deliveries: [{ agency: 'KH-ACD', told: 'bare' }],
        others: [{}, {}, { agency: 'KH-ACD', mayRead: false }],
      },
      'told without content is not handed over',
    )
  },
)

await t.test(
  'conditions count as acknowledged by the agency that did, and the end of a notice is a step',
  async (t) => {
    const soon = nowMicros() + 400_000
    const handling = {
      tlp: 'GREEN',
      codes: ['H3'],
      conditions: 'call first',
      expires: formatMicros(soon),
    }
    const { id, envelope } = await envelopeOf(th.signer, phone({ handling }))
    await takeIn('TH', envelope)
    await insertAcknowledgement(
      pool,
      { agency: 'KH-ACD', client: 'kh-feed' },
      { issuer: 'TH', id, version: 1 },
      nowMicros(),
    )
    const rules = async (): Promise<Record<string, string>> =>
      Object.fromEntries(
        (await trace(id)).notices[0]!.versions[0]!.others.map((o) => [o.agency, o.rule]),
      )
    t.match(await rules(), { 'KH-ACD': 'green', 'VN-C06': 'conditions-not-acknowledged' })
    await until('it falls due', async () => (await expireNotices(pool, 10)) > 0)
    const version = (await trace(id)).notices[0]!.versions[0]!
    t.match(
      [version.status, version.steps.at(-1)],
      ['expired', { step: 'expired', at: String, index: Number }],
    )
    t.match(await rules(), { 'KH-ACD': 'expired' })
    t.match((await ask(`/v1/why?notice=${id}&agency=KH-ACD`)).body, {
      versions: [
        {
          acknowledged: String,
          asLogged: { rule: 'conditions-not-acknowledged' },
          asOfNow: { rule: 'expired', existence: true },
        },
      ],
    })
  },
)

await t.test(
  'consent that was asked and answered is in the trace, without the reasons',
  async (t) => {
    const { id, envelope } = await envelopeOf(
      th.signer,
      phone({ handling: { tlp: 'GREEN', codes: ['H2'] } }),
    )
    await takeIn('TH', envelope)
    const request = {
      id: randomUUID(),
      notice: { issuer: 'TH', id, version: 1 },
      submitter: 'TH-CCIB',
      participant: 'KH',
      agency: 'KH-ACD',
      client: 'kh-feed',
      to: ['VN'],
      reason: secrets.narrative,
      at: nowMicros(),
    }
    await insertConsentRequest(pool, request, Buffer.from(request.id))
    const consents = async (): Promise<object[]> =>
      ((await trace(id)).notices[0]!.versions[0] as unknown as { consents: object[] }).consents
    t.match(await consents(), [
      {
        id: request.id,
        agency: 'KH-ACD',
        to: ['VN'],
        status: 'waiting',
        answeredAt: null,
        answeredBy: null,
      },
    ])
    await insertConsentAnswer(pool, request.id, {
      answer: 'refused',
      reason: secrets.narrative,
      until: null,
      agency: 'TH-CCIB',
      client: 'x',
      at: nowMicros(),
    })
    t.match(await consents(), [
      { status: 'refused', answeredAt: String, answeredBy: 'TH-CCIB', until: null },
    ])
    t.notMatch(JSON.stringify(await consents()), secrets.narrative)
  },
)

await t.test(
  'what was refused under an id whose signature is good is in its trace, and all of it in the ' +
    'quarantine',
  async (t) => {
    const mute = await envelopeOf(th.signer, phone({ agency: 'TH-MUTE' }))
    t.match((await takeIn('TH', mute.envelope)).answer, {
      state: 'rejected',
      id: mute.id,
      code: 'envelope/not-authorised',
    })
    t.match(await trace(mute.id), {
      notices: [],
      refusals: [
        {
          participant: 'TH',
          state: 'rejected',
          code: 'envelope/not-authorised',
          pointer: '/agency',
          digest: mute.digest,
          notice: mute.id,
          version: 1,
        },
      ],
    })
    const conflict = await envelopeOf(th.signer, { ...notice, narrative: 'another' })
    t.match((await takeIn('TH', conflict.envelope)).answer, { code: 'envelope/conflict' })
    t.match((await trace(notice.id)).refusals, [
      { code: 'envelope/conflict', digest: conflict.digest },
    ])
    await takeIn('KH', 'garbage')
    const pages: string[] = []
    for (let after = '0', end = false; !end;) {
      const page = (await ask(`/v1/quarantine?limit=1&after=${after}`)).body as {
        quarantine: { code: string }[]
        next: string
        end: boolean
      }
      pages.push(...page.quarantine.map((q) => q.code))
      ;({ next: after, end } = page)
    }
    t.same(pages, ['envelope/not-authorised', 'envelope/conflict', 'envelope/not-readable'])
    const newest = (await ask('/v1/quarantine?order=newest&limit=1')).body as {
      quarantine: object[]
      next: string
      end: boolean
    }
    t.match(newest, {
      quarantine: [
        {
          participant: 'KH',
          code: 'envelope/not-readable',
          bytes: 7,
          offset: '7',
          topic: 'submitted.KH',
          notice: null,
        },
      ],
      end: false,
    })
    t.match((await ask(`/v1/quarantine?order=newest&after=${newest.next}`)).body['quarantine'], [
      { code: 'envelope/conflict' },
      { code: 'envelope/not-authorised' },
    ])
    t.match((await ask('/v1/quarantine?participant=KH&state=rejected')).body['quarantine'], [
      { participant: 'KH' },
    ])
  },
)

await t.test(
  'what was held and confirmed says when in its trace, and why to operators only',
  async (t) => {
    const held = await envelopeOf(
      th.signer,
      phone({ agency: 'TH-CCIB', subject: { number: '191', defaultCountry: 'TH' } }),
    )
    t.match((await takeIn('TH', held.envelope)).answer, { state: 'held', code: 'never-list/held' })
    const { text } = await signStatement(
      {
        iss: 'TH',
        aud: 'switchboard-hub',
        iat: 1,
        statement: 'confirm-held',
        digest: held.digest,
        reason: 'CANARY-REASON',
      },
      th.signer,
    )
    t.match((await takeIn('TH', text)).answer, { state: 'accepted', id: held.id })
    const { refusals, notices } = await trace(held.id)
    t.match(
      [notices.length, refusals],
      [1, [{ state: 'released', code: 'never-list/held', confirmedAt: /^20/ }]],
    )
    t.notMatch(JSON.stringify(refusals), 'CANARY-REASON')
    t.match((await ask('/v1/quarantine?state=released')).body['quarantine'], [
      { confirmation: 'CANARY-REASON', confirmedAt: /^20/ },
    ])
  },
)

await t.test('why is recomputed with the registry as it was and as it is', async (t) => {
  const path = `/v1/why?notice=${notice.id}&agency=JP-NPA`
  t.match((await ask(path)).body, {
    versions: [
      {
        version: 1,
        asLogged: { content: true, rule: 'released-participant', registryVersion: 1 },
        asOfNow: { content: true },
      },
    ],
  })
  await changeRegistry(pool, { who: 'test', why: 'test' }, [
    setAgencyStanding('JP-NPA', 'suspended'),
  ])
  await until('the console knows', async () => {
    const { body } = await ask(path)
    return (body['versions'] as { asOfNow: { rule: string } }[])[0]?.asOfNow.rule === 'suspended'
  })
  t.match((await ask(path)).body, {
    notice: notice.id,
    agency: 'JP-NPA',
    versions: [
      {
        issuer: 'TH',
        index: logged.answer.index,
        deliveries: [],
        asLogged: {
          registryVersion: 1,
          content: true,
          rule: 'released-participant',
          withhold: ['release', 'caseReference', 'contact'],
        },
        asOfNow: { registryVersion: 2, content: false, existence: false, rule: 'suspended' },
      },
    ],
  })
  t.match((await ask(`/v1/why?notice=${notice.id}&agency=KH-ACD`)).body, {
    versions: [{ deliveries: [{ channel: 'sse' }] }],
  })
  t.match(
    (await trace(notice.id)).notices[0]!.versions[0]!.others.find((o) => o.agency === 'JP-NPA'),
    { mayRead: false, rule: 'suspended' },
  )
})

await t.test('why says for which victim desks an agency waits, until they were told', async (t) => {
  await changeRegistry(pool, { who: 'test', why: 'test' }, [
    admitAgency({
      id: 'KH-DESK',
      participant: 'KH',
      name: 'Desk',
      rights: ['read'],
      purposes: ['criminal-investigation'],
      roles: ['victim-desk'],
    }),
  ])
  const victim = phone({
    operatorStatus: 'possible-victim',
    handling: { tlp: 'AMBER', release: { participants: ['KH'] } },
  })
  const { answer } = await takeIn('TH', (await envelopeOf(th.signer, victim)).envelope)
  const waits = async (agencyId: string): Promise<unknown> =>
    (
      (await ask(`/v1/why?notice=${victim.id}&agency=${agencyId}`)).body['versions'] as
        | { waitsFor: unknown }[]
        | undefined
    )?.[0]?.waitsFor
  await until('the console knows the desk', async () => (await waits('KH-ACD')) !== null)
  t.match(await waits('KH-ACD'), { agencies: ['KH-DESK'], until: /^20.*Z$/ })
  for (const other of ['KH-DESK', 'TH-CCIB', 'VN-C06'])
    t.equal(await waits(other), null, `${other}: a desk, the originator, and who may not have it`)
  const later = (participant: string, version: number) =>
    envelopeOf(
      th.signer,
      { ...victim, handling: { tlp: 'AMBER', release: { participants: [participant] } } },
      { version },
    )
  await takeIn('TH', (await later('VN', 2)).envelope)
  t.equal(await waits('KH-ACD'), null, 'who may no longer have it waits for nobody')
  await takeIn('TH', (await later('KH', 3)).envelope)
  t.match(await waits('KH-ACD'), { agencies: ['KH-DESK'] })
  await handOver(answer.index!, 'KH-DESK')
  t.equal(await waits('KH-ACD'), null)
})

await t.test(
  'an operator sees all participants; an NCB its own side in full and that the others belong',
  async (t) => {
    const all = (await ask('/v1/participants', tokens.viewer)).body as {
      participants: Record<string, unknown>[]
      end: boolean
    }
    t.same(
      all.participants.map((p) => p['id']),
      ['EXCHANGE-1', 'JP', 'KH', 'TH', 'VN'],
    )
    t.match(all.participants[3], {
      type: 'member',
      status: 'active',
      agencies: [{ id: 'TH-CCIB', rights: ['read', 'submit'] }, { id: 'TH-MUTE' }],
      keys: [{ kid: thumbprint(th.jwk), status: 'active', valid: { from: String, to: null } }],
    })
    t.match(all.participants[2], {
      agencies: [{ clients: [{ id: 'kh-feed', authentication: ['client_secret'] }] }],
    })
    t.match((await ask('/v1/participants?limit=2&after=JP')).body, {
      participants: [{ id: 'KH' }, { id: 'TH' }],
      next: 'TH',
      end: false,
    })
    const own = (await ask('/v1/participants', tokens.ncbTh)).body as typeof all
    t.same(
      own.participants.map((p) => [p['id'], 'agencies' in p]),
      [
        ['EXCHANGE-1', true],
        ['JP', false],
        ['KH', false],
        ['TH', true],
        ['VN', false],
      ],
      'and the partner attached to it',
    )
    t.match(await ask('/v1/participants/TH', tokens.ncbTh), {
      status: 200,
      body: { id: 'TH', keys: [{}] },
    })
    const [other, absent] = await Promise.all([
      ask('/v1/participants/KH', tokens.ncbTh),
      ask('/v1/participants/QQ', tokens.ncbTh),
    ])
    t.equal(other.status, 404)
    t.same(other.body, absent.body, "another's is not there, as what is absent")
  },
)

await t.test(
  'what was logged with signatures of a key is listed page by page, from a time on',
  async (t) => {
    const path = `/v1/keys/${thumbprint(th.jwk)}/logged`
    const { rows } = await pool.query<{ index: number; time: number; id: string }>(
      `select index, time, id from entry where issuer = 'TH' and event = 'notice' order by index`,
    )
    const listed = async (query: string): Promise<number[]> => {
      const found: number[] = []
      for (let after = '', end = false, pages = 0; !end && pages < 50; pages++) {
        const { body } = await ask(`${path}?limit=2${query}${after}`)
        found.push(...(body['notices'] as { index: number }[]).map((n) => n.index))
        after = `&after=${String(body['next'])}`
        end = body['end'] as boolean
      }
      return found
    }
    t.ok(rows.length > 4)
    t.same(
      await listed(''),
      rows.map((row) => row.index),
    )
    t.same(
      await listed(`&since=${formatMicros(rows[2]!.time)}`),
      rows.slice(2).map((row) => row.index),
    )
    t.same(
      await listed(`&since=${formatMicros(rows[2]!.time + 1)}`),
      rows.slice(3).map((row) => row.index),
    )
    t.same(await listed(`&since=${formatMicros(nowMicros())}`), [])
    t.match((await ask(`${path}?limit=1`)).body, {
      since: null,
      notices: [{ id: rows[0]!.id, version: 1, digest: /^[0-9a-f]{64}$/ }],
      end: false,
    })
  },
)

type Row = readonly [
  path: string,
  token: string | undefined,
  status: number,
  code: string | undefined,
]

await t.test('each role reaches what is for it', async (t) => {
  const path = `/v1/trace/${notice.id}`
  const rows: Row[] = [
    [path, tokens.viewer, 200, undefined],
    [path, tokens.admin, 200, undefined],
    [path, tokens.ncbTh, 403, 'auth/role'],
    ['/v1/quarantine', tokens.viewer, 403, 'auth/role'],
    ['/v1/quarantine', tokens.ncbTh, 403, 'auth/role'],
    ['/v1/quarantine', tokens.admin, 200, undefined],
    ['/v1/participants', tokens.ncbNobody, 403, 'auth/suspended'],
    ['/v1/flow', tokens.ncbTh, 403, 'auth/role'],
    [`/v1/why?notice=${notice.id}&agency=KH-ACD`, tokens.ncbTh, 403, 'auth/role'],
  ]
  for (const [at, token, status, code] of rows)
    t.match(
      await ask(at, token),
      { status, body: code === undefined ? {} : { code } },
      `${at} ${status}`,
    )
})

const signed = (
  claims: Record<string, unknown>,
  {
    key = session.privateKey,
    header = {},
  }: { key?: KeyObject; header?: Record<string, string> } = {},
): Promise<string> =>
  new SignJWT({
    iss: 'switchboard-console',
    aud: 'console',
    sub: 's',
    role: 'admin',
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(Date.now() / 1000) + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: thumbprint(session.jwk), ...header })
    .sign(key)

await t.test('a token that is wrong in any way is 401 with one answer', async (t) => {
  const past = Math.floor(Date.now() / 1000) - 1
  const [head, body, signature] = (await signed({})).split('.')
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
  const hmac = await new SignJWT({
    iss: 'switchboard-console',
    aud: 'console',
    sub: 's',
    role: 'admin',
    iat: past,
    exp: past + 99,
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .sign(Buffer.from(session.jwk.x, 'base64url'))
  const rows: [string, string][] = [
    ['another issuer', await signed({ iss: 'https://id.police.th.example' })],
    ['another audience', await signed({ aud: 'gateway-TH' })],
    ['expired', await signed({ exp: past })],
    ['without sub', await signed({ sub: undefined })],
    ['without exp', await signed({ exp: undefined })],
    ['without iat', await signed({ iat: undefined })],
    ['without role', await signed({ role: undefined })],
    ['an unknown role', await signed({ role: 'root' })],
    ['several roles', await signed({ role: ['viewer', 'admin'] })],
    ['an NCB of nobody', await signed({ role: 'ncb' })],
    ['an admin of a participant', await signed({ participant: 'TH' })],
    ['another type', await signed({}, { header: { typ: 'JWT' } })],
    ['an unknown kid', await signed({}, { header: { kid: 'other' } })],
    ['another key', await signed({}, { key: th.privateKey })],
    ['alg none', `${none}.${body}.`],
    ['HMAC with the public key', hmac],
    ['a changed signature', `${head}.${body}.${signature!.slice(0, -4)}AAAA`],
    ['no token at all', 'x'],
  ]
  t.equal(
    (await ask('/v1/participants', await signed({}))).status,
    200,
    'the token these differ from',
  )
  for (const [title, token] of rows)
    t.match(
      await ask('/v1/participants', token),
      { status: 401, body: { code: 'auth/bad-token' } },
      title,
    )
  for (const claims of [{ exp: past + 43_300 }, { iat: past - 40_000, exp: past + 3300 }])
    t.match(await ask('/v1/participants', await signed(claims)), {
      status: 401,
      body: { code: 'auth/token-too-long', detail: '43200 s' },
    })
  t.match(await call(`${running.url}/v1/participants`, undefined), {
    status: 401,
    body: { code: 'auth/no-token' },
  })
  t.match(
    await call(`${running.url}/v1/participants`, undefined, {
      headers: { authorization: `Basic ${tokens.admin}` },
    }),
    { status: 401, body: { code: 'auth/bad-token' } },
  )
})

await t.test('parameters are checked, and what is absent is 404', async (t) => {
  const rows: (readonly [string, number, string])[] = [
    ['/v1/trace/no-uuid', 400, 'request/bad-parameter'],
    [`/v1/trace/${randomUUID()}`, 404, 'notice/not-found'],
    [`/v1/trace/${notice.id}?issuer=VN`, 404, 'notice/not-found'],
    [`/v1/trace/${notice.id}?x=1`, 400, 'request/bad-parameter'],
    ['/v1/quarantine?limit=0', 400, 'request/bad-parameter'],
    ['/v1/quarantine?limit=501', 400, 'request/bad-parameter'],
    ['/v1/quarantine?after=x', 400, 'request/bad-cursor'],
    ['/v1/quarantine?state=other', 400, 'request/bad-parameter'],
    ['/v1/why?notice=x&agency=KH-ACD', 400, 'request/bad-parameter'],
    [`/v1/why?notice=${notice.id}`, 400, 'request/bad-parameter'],
    [`/v1/why?notice=${notice.id}&agency=NOBODY`, 404, 'notice/not-found'],
    ['/v1/participants/nobody', 404, 'request/not-found'],
    ['/v1/nothing', 404, 'request/not-found'],
  ]
  for (const [path, status, code] of rows)
    t.match(await ask(path), { status, body: { code } }, path)
})

await t.test(
  'the flow tells once a second what came in and what was answered, per participant',
  async (t) => {
    const stop = new AbortController()
    const response = await fetch(`${running.url}/v1/flow`, {
      headers: { authorization: `Bearer ${tokens.viewer}` },
      signal: stop.signal,
    })
    t.match(response.headers.get('content-type'), /^text\/event-stream/)
    const seen = { logged: 0, refused: 0, answered: 0 }
    let sent = false
    let text = ''
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk as Uint8Array).toString()
      if (!sent && text.includes('event: flow')) {
        sent = true
        const { batch } = await takeIn('TH', (await envelopeOf(th.signer, phone())).envelope)
        await recordReceipts(pool, [{ batch, participant: 'TH', sentAt: nowMicros() }])
        await takeIn('VN', 'more garbage')
      }
      seen.logged = seen.refused = seen.answered = 0
      for (const [, data] of text.matchAll(/data: (.*)\n\n/g)) {
        const { participants } = JSON.parse(data!) as {
          participants: Record<string, { logged: number; refused: number; answered: number }>
        }
        seen.logged += participants['TH']?.logged ?? 0
        seen.answered += participants['TH']?.answered ?? 0
        seen.refused += participants['VN']?.refused ?? 0
      }
      if ((seen.logged > 0 && seen.answered > 0 && seen.refused > 0) || text.length > 20_000) break
    }
    stop.abort()
    t.same(seen, { logged: 1, refused: 1, answered: 1 })
  },
)

await t.test('the web page holds no data, and lets no script run but its own', async (t) => {
  const page = await call(`${running.url}/`, undefined)
  t.equal(page.status, 200)
  t.match(page.headers.get('content-security-policy'), /^default-src 'none'; script-src 'self';/)
  t.notMatch(String(page.body['text']), /<script(?![^>]* src=)|\son[a-z]+=|style=|https?:/i)
  for (const path of ['/console.js', '/console.css'])
    t.equal((await call(`${running.url}${path}`, undefined)).status, 200)
  t.notMatch(
    String((await call(`${running.url}/console.js`, undefined)).body['text']),
    /innerHTML|insertAdjacentHTML|document\.write|eval\(/,
  )
})

await t.test('the interface describes itself', async (t) => {
  const { body } = await call(`${running.url}/openapi.json`, undefined)
  t.same(Object.keys(body['paths'] as object).sort(), [
    '/v1/flow',
    '/v1/groups/{id}',
    '/v1/keys',
    '/v1/keys/nonce',
    '/v1/keys/{kid}',
    '/v1/keys/{kid}/logged',
    '/v1/keys/{kid}/revoke',
    '/v1/participants',
    '/v1/participants/{id}',
    ...[
      '',
      '/clients/{client}',
      '/clients/{client}/reinstate',
      '/clients/{client}/secret',
      '/clients/{client}/suspend',
      '/reinstate',
      '/suspend',
    ].map((path) => `/v1/participants/{id}/agencies/{agency}${path}`),
    '/v1/participants/{id}/grant',
    '/v1/participants/{id}/reinstate',
    '/v1/participants/{id}/suspend',
    '/v1/participants/{id}/withdraw',
    '/v1/proposals',
    '/v1/proposals/{id}',
    '/v1/proposals/{id}/approve',
    '/v1/proposals/{id}/reject',
    '/v1/quarantine',
    '/v1/registry/changes',
    '/v1/trace/{id}',
    '/v1/why',
  ])
  t.equal((await call(`${running.url}/readyz`, undefined)).status, 200)
})
