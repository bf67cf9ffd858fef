import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Client } from 'pg'
import t from 'tap'
import { hubAudience } from '#core/envelope/envelope.ts'
import type { Statement } from '#core/generated/types.ts'
import { publicKeyObject, type Signer } from '#core/signing/keys.ts'
import { readReply, type Receipt } from '#core/signing/reply.ts'
import { signStatement } from '#core/signing/statement.ts'
import {
  admitAgency,
  admitParticipant,
  enrolKey,
  revokeKey,
  setParticipantStanding,
} from '#core/registry/change.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { createLog } from '#runtime/process/log.ts'
import { createSigner, loadSigner } from '#runtime/keys/signer.ts'
import { changeRegistry } from '#store/registry/registry.ts'
import { answered, arrived, call, post, readFeed, statusOf } from '#test/support/clients.ts'
import { envelopeOf, withHeader, withPayload } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import { runSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'

const system = await runSystem(t, 'test-hostile', { hubProcesses: 2 })
const { info, keys, brokers, security } = system
const log = createLog({ service: 'test', level: 'silent' })
const messages = createKafkaMessageLog({ brokers, security, clientId: 'attacker', log })
const ports = JSON.parse(
  await readFile(`${system.supervisor.folder}/ports.json`, 'utf8'),
) as Record<string, number>
const db = new Client({ connectionString: info.database.url })
await db.connect()
t.teardown(async () => {
  await messages.close()
  await db.end()
})

const th: Signer = await loadSigner(keys.notice.TH.file)
const kh: Signer = await loadSigner(keys.notice.KH.file)
const stranger = createSigner(generateKeyPairSync('ed25519').privateKey)
const hubKeys = new Map([[keys.reply.kid, publicKeyObject(keys.reply.jwk)]])

const receipts = new Map<string, Receipt>()
await messages.consume({
  groupId: `test-${randomUUID()}`,
  topics: ['replies.TH', 'replies.KH'],
  onCrash: (error) => t.fail(String(error)),
  onRecords: async (records) => {
    for (const record of records) {
      const reply = readReply(record.value, hubKeys, record.topic.slice('replies.'.length))
      if (!reply.ok) t.fail(`a reply that is not the hub's: ${reply.refusal.code}`)
      else if (reply.value.type === 'receipts')
        for (const r of reply.value.receipts) receipts.set(`${record.topic} ${r.digest}`, r)
    }
  },
})

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const publish = (
  topic: string,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): Promise<void> => messages.publish(topic, [{ key: randomUUID(), value: bytes, headers }])

const answerTo = (participant: string, bytes: Uint8Array): Promise<Receipt> =>
  until(
    'an answer on the own replies topic',
    () => receipts.get(`replies.${participant} ${digestOf(bytes)}`),
    20_000,
  )

const good = await envelopeOf(th)
const header = { alg: 'Ed25519', typ: 'notice+sd-jwt', kid: th.kid }
const flipped = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
const signatureAt = good.envelope.split('~')[0]!.length - 40
const payloadAt = good.envelope.indexOf('.') + 60
const unsignedDisclosure = Buffer.from(JSON.stringify(['salt', 'narrative', 'x'])).toString(
  'base64url',
)
const disclosureAt = good.envelope.indexOf('~') + 20

const rows: readonly (readonly [
  title: string,
  envelope: string | Uint8Array,
  code: string,
  topic?: string,
])[] = [
  ['garbage bytes', Buffer.from([0, 255, 1, 2, 3]), 'envelope/not-readable'],
  ['an empty record', '', 'envelope/not-readable'],
  ['JSON instead of an envelope', '{"kind":"phone-number"}', 'envelope/not-readable'],
  ['a JWT without disclosures part', good.envelope.split('~')[0]!, 'envelope/not-readable'],
  [
    'alg none',
    await withHeader(good.envelope, { ...header, alg: 'none' }, th),
    'envelope/bad-header',
  ],
  [
    'alg HS256',
    await withHeader(good.envelope, { ...header, alg: 'HS256' }, th),
    'envelope/bad-header',
  ],
  [
    'alg EdDSA',
    await withHeader(good.envelope, { ...header, alg: 'EdDSA' }, th),
    'envelope/bad-header',
  ],
  [
    'an embedded key',
    await withHeader(good.envelope, { ...header, jwk: keys.notice.TH.jwk }, th),
    'envelope/bad-header',
  ],
  [
    'a key URL',
    await withHeader(good.envelope, { ...header, jku: 'https://evil.example' }, th),
    'envelope/bad-header',
  ],
  [
    'crit',
    await withHeader(good.envelope, { ...header, crit: ['b64'], b64: false }, th),
    'envelope/bad-header',
  ],
  [
    'a receipt type',
    await withHeader(good.envelope, { ...header, typ: 'reply+jwt' }, th),
    'envelope/bad-header',
  ],
  [
    'a header with duplicate keys',
    await withHeader(
      good.envelope,
      `{"alg":"Ed25519","typ":"notice+sd-jwt","kid":"${th.kid}","alg":"Ed25519"}`,
      th,
    ),
    'envelope/bad-header',
  ],
  ['an unknown key', (await envelopeOf(stranger)).envelope, 'envelope/unknown-key'],
  [
    "the hub's own reply key",
    (await envelopeOf(await loadSigner(keys.reply.file))).envelope,
    'envelope/unknown-key',
  ],
  [
    "another country's signer on the topic",
    (await envelopeOf(kh, {}, { issuer: 'TH' })).envelope,
    'envelope/wrong-signer',
  ],
  [
    "a genuine envelope on another's topic",
    (await envelopeOf(th)).envelope,
    'envelope/wrong-signer',
    'submitted.KH',
  ],
  [
    'a signature altered by one character',
    flipped(good.envelope, signatureAt),
    'envelope/bad-signature',
  ],
  [
    'a payload altered by one character',
    flipped(good.envelope, payloadAt),
    'envelope/bad-signature',
  ],
  [
    'a disclosure altered by one character',
    flipped(good.envelope, disclosureAt),
    'envelope/bad-disclosure',
  ],
  [
    'a disclosure that is not signed',
    `${good.envelope}${unsignedDisclosure}~`,
    'envelope/bad-disclosure',
  ],
  [
    'a disclosure given twice',
    `${good.envelope}${good.envelope.split('~')[1]}~`,
    'envelope/bad-disclosure',
  ],
  [
    'another issuer in the payload',
    (await envelopeOf(th, {}, { issuer: 'KH' })).envelope,
    'envelope/wrong-issuer',
  ],
  [
    'another audience',
    (await envelopeOf(th, {}, { audience: 'elsewhere' })).envelope,
    'envelope/wrong-issuer',
  ],
  [
    'duplicate keys in the signed bytes',
    await withPayload(good.envelope, (p) => JSON.stringify(p).replace('{', '{"version":1,'), th),
    'envelope/not-readable',
  ],
  [
    "another country's agency",
    (await envelopeOf(th, { agency: 'KH-ACD' })).envelope,
    'envelope/not-authorised',
  ],
  [
    'an impossible phone number, signed',
    (await envelopeOf(th, { kind: 'phone-number', subject: { number: '+6681' } })).envelope,
    'phone/impossible',
  ],
  [
    'a possible victim above AMBER, signed',
    (await envelopeOf(th, { operatorStatus: 'possible-victim', handling: { tlp: 'GREEN' } }))
      .envelope,
    'handling/victim-above-amber',
  ],
  [
    'an unknown release name, signed',
    (await envelopeOf(th, { handling: { tlp: 'AMBER', release: { participants: ['XX'] } } }))
      .envelope,
    'handling/unknown-participant',
  ],
]

await t.test(
  'what must be refused is answered with its code on the own replies topic, and kept in quarantine',
  async (t) => {
    for (const [, envelope, , topic = 'submitted.TH'] of rows)
      await publish(topic, Buffer.from(envelope as string))
    for (const [title, envelope, code, topic = 'submitted.TH'] of rows) {
      const bytes = Buffer.from(envelope as string)
      const participant = topic.slice('submitted.'.length)
      t.match(await answerTo(participant, bytes), { status: 'rejected', code }, title)
      const { rows: kept } = await db.query<{ code: string; raw: Buffer }>(
        'select code, raw from quarantine where participant = $1 and digest = decode($2, $3)',
        [participant, digestOf(bytes), 'hex'],
      )
      t.match(kept, [{ code }], `${title}: quarantined`)
      t.ok(kept[0]?.raw.equals(bytes), `${title}: with its raw bytes`)
    }
    const ofOther = rows.find((row) => row[3] === 'submitted.KH')![1] as string
    t.notOk(
      receipts.has(`replies.TH ${digestOf(Buffer.from(ofOther))}`),
      "nothing is said on another's topic",
    )
  },
)

await t.test('the originator is not harmed by what others publish in its name', async (t) => {
  const notice = phone()
  await post(info, 'TH', notice)
  t.match((await answered(info, 'TH', notice.id)).body, { status: 'accepted' })
})

await t.test('an unknown schema version is held, not lost, and not terminal', async (t) => {
  const future = Buffer.from(
    await withPayload((await envelopeOf(th)).envelope, (p) => ({ ...p, schema: 'notice/99' }), th),
  )
  await publish('submitted.TH', future)
  t.match(await answerTo('TH', future), { status: 'held', code: 'envelope/unknown-schema' })
})

const bankLine = (more: object = {}): Record<string, unknown> & { id: string } =>
  phone({ subject: { number: '02-888-8888', defaultCountry: 'TH' }, ...more })

const statementOf = async (
  signer: Signer,
  digest: string,
  more: Partial<Statement> = {},
): Promise<Buffer> =>
  Buffer.from(
    (
      await signStatement(
        {
          iss: 'TH',
          aud: hubAudience,
          iat: Math.floor(Date.now() / 1000),
          statement: 'confirm-held',
          digest,
          reason: 'spoofed caller ID',
          ...more,
        },
        signer,
      )
    ).text,
  )

const gatewayOf = (participant: string, path: string, body: object) =>
  call(`${info.gateways[participant]!.url}/v1/notices/${path}`, info.gateways[participant]!.token, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const heldAt = (participant: string, id: string) =>
  until(
    'the notice is held',
    async () => {
      const state = await statusOf(info, participant, id)
      return state.body['status'] === 'held' ? state : undefined
    },
    20_000,
  )

const isInFeed = async (id: string): Promise<boolean> =>
  (await readFeed(info, 'KH-ACD')).entries.some((e) => e.notice.id === id)

await t.test(
  'a notice on the line of a bank is held from everybody until its own originator confirms ' +
    'it, and is logged once',
  async (t) => {
    const notice = bankLine()
    const posted = await post(info, 'TH', notice)
    t.match(posted, {
      status: 202,
      body: { status: 'queued', warnings: [{ code: 'never-list/listed', pointer: '/subject' }] },
    })
    const { digest } = posted.body as { digest: string }
    t.match((await heldAt('TH', notice.id)).body, {
      receipt: { code: 'never-list/held', detail: /Kasikornbank/ },
      advice: /confirm/,
    })

    for (const [title, topic, bytes, code] of [
      [
        "another country's word on its own topic",
        'KH',
        await statementOf(kh, digest, { iss: 'KH' }),
        'never-list/not-held',
      ],
      [
        "another country's word on the originator's topic",
        'TH',
        await statementOf(kh, digest),
        'envelope/wrong-signer',
      ],
      ['a word by nobody', 'TH', await statementOf(stranger, digest), 'envelope/unknown-key'],
      [
        'a word in the name of another',
        'TH',
        await statementOf(th, digest, { iss: 'KH' }),
        'envelope/wrong-issuer',
      ],
      [
        'a word for elsewhere',
        'TH',
        await statementOf(th, digest, { aud: 'elsewhere' }),
        'envelope/wrong-issuer',
      ],
      [
        'a word on what nobody sent',
        'TH',
        await statementOf(th, '0'.repeat(64)),
        'never-list/not-held',
      ],
      [
        'another word',
        'TH',
        await statementOf(th, digest, { statement: 'publish' as 'confirm-held' }),
        'statement/not-readable',
      ],
      [
        'a word with a member more',
        'TH',
        await statementOf(th, digest, { urgent: true } as Partial<Statement>),
        'statement/not-readable',
      ],
      [
        'an altered word',
        'TH',
        await statementOf(th, digest).then((word) =>
          Buffer.from(flipped(word.toString(), word.length - 40)),
        ),
        'envelope/bad-signature',
      ],
    ] as const) {
      await publish(`submitted.${topic}`, bytes)
      t.match(await answerTo(topic, bytes), { status: 'rejected', code }, title)
      t.match(
        (
          await db.query(
            'select code from quarantine where participant = $1 and digest = decode($2, $3)',
            [topic, digestOf(bytes), 'hex'],
          )
        ).rows,
        [{ code }],
        `${title}: quarantined`,
      )
    }
    t.notOk(await isInFeed(notice.id), 'and it is in no feed')
    t.match(await gatewayOf('KH', `${notice.id}/confirm`, { reason: 'x' }), { status: 404 })
    t.match(await gatewayOf('TH', `${notice.id}/confirm`, {}), {
      status: 422,
      body: { code: 'notice/missing-member' },
    })

    t.match(await gatewayOf('TH', `${notice.id}/confirm`, { reason: 'for awareness' }), {
      status: 202,
      body: { id: notice.id, digest, status: 'held' },
    })
    t.match((await answered(info, 'TH', notice.id)).body, {
      status: 'accepted',
      receipt: { index: Number },
      confirmation: { reason: 'for awareness' },
    })
    t.match(await arrived(info, 'KH-ACD', notice.id), {
      notice: { warnings: [{ code: 'never-list/listed' }] },
    })
    t.match(await gatewayOf('TH', `${notice.id}/confirm`, { reason: 'for awareness' }), {
      status: 409,
      body: { code: 'never-list/not-held' },
    })

    receipts.clear()
    const again = await statementOf(th, digest, { reason: 'again' })
    for (let i = 0; i < 5; i++) await publish('submitted.TH', again)
    t.match(
      await until('an answer', () => receipts.get(`replies.TH ${digest}`), 20_000),
      { status: 'accepted' },
      'a replay gets the first answer',
    )
    t.equal(
      (await readFeed(info, 'KH-ACD')).entries.filter((e) => e.notice.id === notice.id).length,
      1,
    )
    t.match(
      (
        await db.query('select state from quarantine where digest = decode($1, $2)', [
          digest,
          'hex',
        ])
      ).rows,
      [{ state: 'released' }],
    )
    t.equal(
      (await db.query('select from confirmation where digest = decode($1, $2)', [digest, 'hex']))
        .rowCount,
      1,
      'the first word is kept',
    )
  },
)

await t.test('a held notice that is revoked is published to nobody', async (t) => {
  const notice = bankLine()
  await post(info, 'TH', notice)
  await heldAt('TH', notice.id)

  const changed = await call(
    `${info.gateways['TH']!.url}/v1/notices/${notice.id}`,
    info.gateways['TH']!.token,
    {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'if-match': '"1"' },
      body: JSON.stringify({ ...notice, narrative: 'x' }),
    },
  )
  t.match(changed, { status: 409, body: { code: 'never-list/held' } })
  t.match(await gatewayOf('TH', `${notice.id}/revoke`, { reason: 'typing error' }), {
    status: 202,
    body: { version: 2 },
  })
  t.match((await answered(info, 'TH', notice.id)).body, {
    status: 'rejected',
    receipt: { code: 'never-list/withdrawn' },
  })
  t.notOk(await isInFeed(notice.id))
  t.match(
    (await db.query('select distinct state from quarantine where notice_id = $1', [notice.id]))
      .rows,
    [{ state: 'rejected' }],
  )
  t.match(await gatewayOf('TH', `${notice.id}/confirm`, { reason: 'no' }), { status: 404 })
})

await t.test('a replay changes nothing and gets the first answer', async (t) => {
  const { id, envelope } = await envelopeOf(th)
  const bytes = Buffer.from(envelope)
  await publish('submitted.TH', bytes)
  const first = await answerTo('TH', bytes)
  t.equal(first.status, 'accepted')
  receipts.clear()
  for (let i = 0; i < 20; i++)
    await publish('submitted.TH', bytes, { 'posted-at': '2001-01-01T00:00:00Z' })
  t.same(await answerTo('TH', bytes), first)
  await arrived(info, 'KH-ACD', id)
  t.equal((await readFeed(info, 'KH-ACD')).entries.filter((e) => e.notice.id === id).length, 1)
})

await t.test('another content under the same id and version is refused', async (t) => {
  const first = await envelopeOf(th)
  await publish('submitted.TH', Buffer.from(first.envelope))
  t.match(await answerTo('TH', Buffer.from(first.envelope)), { status: 'accepted' })
  const second = Buffer.from((await envelopeOf(th, { id: first.id, narrative: 'other' })).envelope)
  await publish('submitted.TH', second)
  t.match(await answerTo('TH', second), { status: 'rejected', code: 'envelope/conflict' })
})

await t.test(
  'an older version that arrives late is superseded; a revocation that arrives first holds',
  async (t) => {
    const content = { ...phone(), agency: 'TH-CCIB' }
    const revocation = await envelopeOf(
      th,
      { ...content, reason: 'mistake' },
      { version: 2, status: 'revoked' },
    )
    const first = await envelopeOf(th, content)
    await publish('submitted.TH', Buffer.from(revocation.envelope))
    t.match(await answerTo('TH', Buffer.from(revocation.envelope)), { status: 'accepted' })
    await publish('submitted.TH', Buffer.from(first.envelope))
    t.match(await answerTo('TH', Buffer.from(first.envelope)), { status: 'superseded' })
  },
)

await t.test(
  'a suspended participant and a revoked key are refused within 5 s, on every hub process, ' +
    'without a restart',
  async (t) => {
    const pool = createPool({
      url: info.database.url,
      max: 2,
      statementTimeoutMs: 5000,
      applicationName: 'test',
      log,
    })
    const author = { who: 'test', why: 'test' }
    const refusedWith = async (code: string): Promise<void> => {
      const bytes = Buffer.from((await envelopeOf(th)).envelope)
      await publish('submitted.TH', bytes)
      t.match(await answerTo('TH', bytes), { status: 'rejected', code })
    }
    await changeRegistry(pool, author, [setParticipantStanding('TH', 'suspended')])
    const suspended = Date.now()
    await until(
      'the gateway refuses',
      async () => (await post(info, 'TH', phone())).status === 403,
      5000,
    )
    t.ok(Date.now() - suspended < 5000)
    await refusedWith('envelope/not-authorised')
    await changeRegistry(pool, author, [setParticipantStanding('TH', 'active')])
    await until(
      'the gateway accepts again',
      async () => (await post(info, 'TH', phone())).status === 202,
      5000,
    )
    await changeRegistry(pool, author, [revokeKey(th.kid, 'compromised')])
    await until(
      'the key is refused',
      async () => {
        const bytes = Buffer.from((await envelopeOf(th)).envelope)
        await publish('submitted.TH', bytes)
        return (await answerTo('TH', bytes)).code === 'envelope/key-revoked'
      },
      5000,
    )
    await pool.end()
  },
)

await t.test(
  "a new participant's topic is picked up by every hub process, without a restart",
  async (t) => {
    const pool = createPool({
      url: info.database.url,
      max: 2,
      statementTimeoutMs: 5000,
      applicationName: 'test',
      log,
    })
    const la = createSigner(generateKeyPairSync('ed25519').privateKey)
    const laKeys = generateKeyPairSync('ed25519')
    const signer = createSigner(laKeys.privateKey)
    const { x } = laKeys.publicKey.export({ format: 'jwk' })
    await changeRegistry(pool, { who: 'test', why: 'admit' }, [
      admitParticipant({ id: 'LA', type: 'member', name: 'Lao PDR' }),
      admitAgency({
        id: 'LA-PD',
        participant: 'LA',
        name: 'Police',
        rights: ['read', 'submit'],
        purposes: ['criminal-investigation'],
        roles: [],
      }),
      enrolKey({
        kid: signer.kid,
        owner: 'LA',
        purpose: 'notice',
        jwk: { kty: 'OKP', crv: 'Ed25519', x: x! },
      }),
    ])
    await messages.admin.createTopics(
      ['submitted.LA', 'replies.LA'].map((topic) => ({
        topic,
        partitions: 1,
        replicationFactor: 1,
      })),
    )
    await until(
      'both processes subscribe',
      async () => {
        const counts = await Promise.all(
          ['hub', 'hub-2'].map(
            async (hub) =>
              /switchboard_intake_topics\{[^}]*\} (\d+)/.exec(
                (await call(`http://127.0.0.1:${ports[hub]}/metrics`, undefined)).body[
                  'text'
                ] as string,
              )?.[1],
          ),
        )
        return counts.every((n) => n === '5')
      },
      30_000,
    )
    let registries = 0
    await messages.consume({
      groupId: `test-${randomUUID()}`,
      topics: ['replies.LA'],
      onRecords: async (records) => void (registries += records.length),
      onCrash: (error) => t.fail(String(error)),
    })
    await until(
      'its gateway is sent the registry, though its topics were made after its admission',
      () => registries > 0,
      20_000,
    )
    const content = {
      agency: 'LA-PD',
      handling: { tlp: 'AMBER', release: { participants: ['KH'] } },
    }
    const { id, envelope } = await envelopeOf(signer, content, { issuer: 'LA' })
    await publish('submitted.LA', Buffer.from(envelope))
    t.equal((await arrived(info, 'KH-ACD', id)).notice['issuer'], 'LA')
    const forged = Buffer.from((await envelopeOf(la, content, { issuer: 'LA' })).envelope)
    await publish('submitted.LA', forged)
    await until(
      'the forgery is refused',
      async () =>
        (await db.query('select 1 from quarantine where participant = $1', ['LA'])).rowCount === 1,
    )
    await pool.end()
  },
)

await t.test('the file of the test names no key but public ones', async (t) => {
  t.notMatch(await readFile(`${system.supervisor.folder}/system.json`, 'utf8'), /"d":/)
})
