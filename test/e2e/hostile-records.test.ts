import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Client } from 'pg'
import t from 'tap'
import { publicKeyObject, type Signer } from '#core/keys.ts'
import { readReply, type Receipt } from '#core/reply.ts'
import { admitAgency, admitParticipant, enrolKey, revokeKey, setParticipantStanding } from '#core/registry-change.ts'
import { createPool } from '#runtime/database.ts'
import { createKafkaMessageLog } from '#runtime/kafka-message-log.ts'
import { createLog } from '#runtime/log.ts'
import { createSigner, loadSigner } from '#runtime/signer.ts'
import { changeRegistry } from '#store/registry.ts'
import { answered, arrived, call, post, readFeed } from '#test/support/clients.ts'
import { envelopeOf, withHeader, withPayload } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import { runSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'

const system = await runSystem(t, 'test-hostile', { hubProcesses: 2 })
const { info, keys, brokers, security } = system
const log = createLog({ service: 'test', level: 'silent' })
const messages = createKafkaMessageLog({ brokers, security, clientId: 'attacker', log })
const ports = JSON.parse(await readFile(`${system.supervisor.folder}/ports.json`, 'utf8')) as Record<string, number>
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
  groupId: `test-${randomUUID()}`, topics: ['replies.TH', 'replies.KH'], onCrash: (error) => t.fail(String(error)),
  onRecords: async (records) => {
    for (const record of records) {
      const reply = readReply(record.value, hubKeys, record.topic.slice('replies.'.length))
      if (!reply.ok) t.fail(`a reply that is not the hub's: ${reply.refusal.code}`)
      else if (reply.value.type === 'receipts') for (const r of reply.value.receipts) receipts.set(`${record.topic} ${r.digest}`, r)
    }
  },
})

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const publish = (topic: string, bytes: Uint8Array, headers: Record<string, string> = {}): Promise<void> =>
  messages.publish(topic, [{ key: randomUUID(), value: bytes, headers }])

const answerTo = (participant: string, bytes: Uint8Array): Promise<Receipt> =>
  until('an answer on the own replies topic', () => receipts.get(`replies.${participant} ${digestOf(bytes)}`), 20_000)

const good = await envelopeOf(th)
const header = { alg: 'Ed25519', typ: 'notice+sd-jwt', kid: th.kid }
const flipped = (text: string, at: number): string => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
const signatureAt = good.envelope.split('~')[0]!.length - 40
const payloadAt = good.envelope.indexOf('.') + 60
const disclosureAt = good.envelope.indexOf('~') + 20

const rows: readonly (readonly [title: string, envelope: string | Uint8Array, code: string, topic?: string])[] = [
  ['garbage bytes', Buffer.from([0, 255, 1, 2, 3]), 'envelope/not-readable'],
  ['an empty record', '', 'envelope/not-readable'],
  ['JSON instead of an envelope', '{"kind":"phone-number"}', 'envelope/not-readable'],
  ['a JWT without disclosures part', good.envelope.split('~')[0]!, 'envelope/not-readable'],
  ['alg none', await withHeader(good.envelope, { ...header, alg: 'none' }, th), 'envelope/bad-header'],
  ['alg HS256', await withHeader(good.envelope, { ...header, alg: 'HS256' }, th), 'envelope/bad-header'],
  ['alg EdDSA', await withHeader(good.envelope, { ...header, alg: 'EdDSA' }, th), 'envelope/bad-header'],
  ['an embedded key', await withHeader(good.envelope, { ...header, jwk: keys.notice.TH.jwk }, th), 'envelope/bad-header'],
  ['a key URL', await withHeader(good.envelope, { ...header, jku: 'https://evil.example' }, th), 'envelope/bad-header'],
  ['crit', await withHeader(good.envelope, { ...header, crit: ['b64'], b64: false }, th), 'envelope/bad-header'],
  ['a receipt type', await withHeader(good.envelope, { ...header, typ: 'reply+jwt' }, th), 'envelope/bad-header'],
  ['a header with duplicate keys', await withHeader(good.envelope, `{"alg":"Ed25519","typ":"notice+sd-jwt","kid":"${th.kid}","alg":"Ed25519"}`, th), 'envelope/bad-header'],
  ['an unknown key', (await envelopeOf(stranger)).envelope, 'envelope/unknown-key'],
  ["the hub's own reply key", (await envelopeOf(await loadSigner(keys.reply.file))).envelope, 'envelope/unknown-key'],
  ["another country's signer on the topic", (await envelopeOf(kh, {}, { issuer: 'TH' })).envelope, 'envelope/wrong-signer'],
  ["a genuine envelope on another's topic", (await envelopeOf(th)).envelope, 'envelope/wrong-signer', 'submitted.KH'],
  ['a signature altered by one character', flipped(good.envelope, signatureAt), 'envelope/bad-signature'],
  ['a payload altered by one character', flipped(good.envelope, payloadAt), 'envelope/bad-signature'],
  ['a disclosure altered by one character', flipped(good.envelope, disclosureAt), 'envelope/bad-disclosure'],
  ['a disclosure that is not signed', `${good.envelope}${Buffer.from(JSON.stringify(['salt', 'narrative', 'x'])).toString('base64url')}~`, 'envelope/bad-disclosure'],
  ['a disclosure given twice', `${good.envelope}${good.envelope.split('~')[1]}~`, 'envelope/bad-disclosure'],
  ['another issuer in the payload', (await envelopeOf(th, {}, { issuer: 'KH' })).envelope, 'envelope/wrong-issuer'],
  ['another audience', (await envelopeOf(th, {}, { audience: 'elsewhere' })).envelope, 'envelope/wrong-issuer'],
  ['duplicate keys in the signed bytes', await withPayload(good.envelope, (p) => JSON.stringify(p).replace('{', '{"version":1,'), th), 'envelope/not-readable'],
  ["another country's agency", (await envelopeOf(th, { agency: 'KH-ACD' })).envelope, 'envelope/not-authorised'],
  ['an impossible phone number, signed', (await envelopeOf(th, { kind: 'phone-number', subject: { number: '+6681' } })).envelope, 'phone/impossible'],
  ['an unknown release name, signed', (await envelopeOf(th, { handling: { tlp: 'AMBER', release: { participants: ['XX'] } } })).envelope, 'handling/unknown-participant'],
]

await t.test('what must be refused is answered with its code on the own replies topic, and kept in quarantine', async (t) => {
  for (const [, envelope, , topic = 'submitted.TH'] of rows) await publish(topic, Buffer.from(envelope as string))
  for (const [title, envelope, code, topic = 'submitted.TH'] of rows) {
    const bytes = Buffer.from(envelope as string)
    const participant = topic.slice('submitted.'.length)
    t.match(await answerTo(participant, bytes), { status: 'rejected', code }, title)
    const { rows: kept } = await db.query<{ code: string; raw: Buffer }>('select code, raw from quarantine where participant = $1 and digest = decode($2, $3)', [participant, digestOf(bytes), 'hex'])
    t.match(kept, [{ code }], `${title}: quarantined`)
    t.ok(kept[0]?.raw.equals(bytes), `${title}: with its raw bytes`)
  }
  t.notOk(receipts.has(`replies.TH ${digestOf(Buffer.from(rows.find((r) => r[3] === 'submitted.KH')![1] as string))}`), "nothing is said on another's topic")
})

await t.test('the originator is not harmed by what others publish in its name', async (t) => {
  const notice = phone()
  await post(info, 'TH', notice)
  t.match((await answered(info, 'TH', notice.id)).body, { status: 'accepted' })
})

await t.test('an unknown schema version is held, not lost, and not terminal', async (t) => {
  const future = Buffer.from(await withPayload((await envelopeOf(th)).envelope, (p) => ({ ...p, schema: 'notice/99' }), th))
  await publish('submitted.TH', future)
  t.match(await answerTo('TH', future), { status: 'held', code: 'envelope/unknown-schema' })
})

await t.test('a replay changes nothing and gets the first answer', async (t) => {
  const { id, envelope } = await envelopeOf(th)
  const bytes = Buffer.from(envelope)
  await publish('submitted.TH', bytes)
  const first = await answerTo('TH', bytes)
  t.equal(first.status, 'accepted')
  receipts.clear()
  for (let i = 0; i < 20; i++) await publish('submitted.TH', bytes, { 'posted-at': '2001-01-01T00:00:00Z' })
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

await t.test('an older version that arrives late is superseded; a revocation that arrives first holds', async (t) => {
  const content = { ...phone(), agency: 'TH-CCIB' }
  const revocation = await envelopeOf(th, { ...content, reason: 'mistake' }, { version: 2, status: 'revoked' })
  const first = await envelopeOf(th, content)
  await publish('submitted.TH', Buffer.from(revocation.envelope))
  t.match(await answerTo('TH', Buffer.from(revocation.envelope)), { status: 'accepted' })
  await publish('submitted.TH', Buffer.from(first.envelope))
  t.match(await answerTo('TH', Buffer.from(first.envelope)), { status: 'superseded' })
})

await t.test('a suspended participant and a revoked key are refused within 5 s, on every hub process, without a restart', async (t) => {
  const pool = createPool({ url: info.database.url, max: 2, statementTimeoutMs: 5000, applicationName: 'test', log })
  const author = { who: 'test', why: 'test' }
  const refusedWith = async (code: string): Promise<void> => {
    const bytes = Buffer.from((await envelopeOf(th)).envelope)
    await publish('submitted.TH', bytes)
    t.match(await answerTo('TH', bytes), { status: 'rejected', code })
  }
  await changeRegistry(pool, author, [setParticipantStanding('TH', 'suspended')])
  const suspended = Date.now()
  await until('the gateway refuses', async () => (await post(info, 'TH', phone())).status === 403, 5000)
  t.ok(Date.now() - suspended < 5000)
  await refusedWith('envelope/not-authorised')
  await changeRegistry(pool, author, [setParticipantStanding('TH', 'active')])
  await until('the gateway accepts again', async () => (await post(info, 'TH', phone())).status === 202, 5000)
  await changeRegistry(pool, author, [revokeKey(th.kid, 'compromised')])
  await until('the key is refused', async () => {
    const bytes = Buffer.from((await envelopeOf(th)).envelope)
    await publish('submitted.TH', bytes)
    return (await answerTo('TH', bytes)).code === 'envelope/key-revoked'
  }, 5000)
  await pool.end()
})

await t.test("a new participant's topic is picked up by every hub process, without a restart", async (t) => {
  const pool = createPool({ url: info.database.url, max: 2, statementTimeoutMs: 5000, applicationName: 'test', log })
  const la = createSigner(generateKeyPairSync('ed25519').privateKey)
  const laKeys = generateKeyPairSync('ed25519')
  const signer = createSigner(laKeys.privateKey)
  const { x } = laKeys.publicKey.export({ format: 'jwk' })
  await changeRegistry(pool, { who: 'test', why: 'admit' }, [
    admitParticipant({ id: 'LA', type: 'member', name: 'Lao PDR' }),
    admitAgency({ id: 'LA-PD', participant: 'LA', name: 'Police', rights: ['read', 'submit'], purposes: ['criminal-investigation'], roles: [] }),
    enrolKey({ kid: signer.kid, owner: 'LA', purpose: 'notice', jwk: { kty: 'OKP', crv: 'Ed25519', x: x! } }),
  ])
  await messages.admin.createTopics(['submitted.LA', 'replies.LA'].map((topic) => ({ topic, partitions: 1, replicationFactor: 1 })))
  await until('both processes subscribe', async () => {
    const counts = await Promise.all(['hub', 'hub-2'].map(async (hub) => /switchboard_intake_topics\{[^}]*\} (\d+)/.exec((await call(`http://127.0.0.1:${ports[hub]}/metrics`, undefined)).body['text'] as string)?.[1]))
    return counts.every((n) => n === '5')
  }, 30_000)
  let registries = 0
  await messages.consume({ groupId: `test-${randomUUID()}`, topics: ['replies.LA'], onRecords: async (records) => void (registries += records.length), onCrash: (error) => t.fail(String(error)) })
  await until('its gateway is sent the registry, though its topics were made after its admission', () => registries > 0, 20_000)
  const content = { agency: 'LA-PD', handling: { tlp: 'AMBER', release: { participants: ['KH'] } } }
  const { id, envelope } = await envelopeOf(signer, content, { issuer: 'LA' })
  await publish('submitted.LA', Buffer.from(envelope))
  t.equal((await arrived(info, 'KH-ACD', id)).notice['issuer'], 'LA')
  const forged = Buffer.from((await envelopeOf(la, content, { issuer: 'LA' })).envelope)
  await publish('submitted.LA', forged)
  await until('the forgery is refused', async () => (await db.query('select 1 from quarantine where participant = $1', ['LA'])).rowCount === 1)
  await pool.end()
})

await t.test('the file of the test names no key but public ones', async (t) => {
  t.notMatch(await readFile(`${system.supervisor.folder}/system.json`, 'utf8'), /"d":/)
})
