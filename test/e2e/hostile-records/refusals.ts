import type { Test } from 'tap'
import { loadSigner } from '#runtime/keys/signer.ts'
import { answered, post } from '#test/support/clients.ts'
import { envelopeOf, withHeader, withPayload } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import {
  info,
  keys,
  db,
  th,
  kh,
  stranger,
  receipts,
  digestOf,
  publish,
  answerTo,
  good,
  flipped,
} from './world.ts'

export const refusals = async (t: Test): Promise<void> => {
  const header = { alg: 'Ed25519', typ: 'notice+sd-jwt', kid: th.kid }

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
    'what must be refused is answered with its code on the own replies topic, and kept in ' +
      'quarantine',
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
      await withPayload(
        (await envelopeOf(th)).envelope,
        (p) => ({ ...p, schema: 'notice/99' }),
        th,
      ),
    )
    await publish('submitted.TH', future)
    t.match(await answerTo('TH', future), { status: 'held', code: 'envelope/unknown-schema' })
  })
}
