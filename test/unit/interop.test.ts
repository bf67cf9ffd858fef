import { generateKeyPairSync, randomBytes } from 'node:crypto'
import t from 'tap'
import { disclosures, type DisclosureName } from '#core/disclosures.ts'
import { buildEnvelope } from '#core/envelope/build-envelope.ts'
import { openEnvelope, redactEnvelope, splitEnvelope } from '#core/envelope/envelope.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { openPython } from '#test/support/python.ts'

/*
 * Copies are verified by an implementation in another language that is not ours: sd-jwt of PyPI, on
 * jwcrypto. A country need not trust our word, nor our code.
 */
const python = await openPython().catch((error: unknown) => error as Error)
if (python instanceof Error) {
  if (process.env['SWITCHBOARD_REQUIRE_PYTHON'] === '1') throw python
  t.plan(
    0,
    'not run: no Python with venv and PyPI ' +
      `(${python.message.split('\n', 1)[0]}); SWITCHBOARD_REQUIRE_PYTHON=1 makes this a failure`,
  )
  process.exit(0)
}

const keyOf = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { signer: createSigner(privateKey), jwk: publicKey.export({ format: 'jwk' }) }
}
const [th, kh] = [keyOf(), keyOf()]
const contents: readonly Record<string, unknown>[] = [
  {
    id: '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11',
    kind: 'bank-account',
    subject: {
      account: '000-0-12345-6',
      institution: { scheme: 'bic', id: 'KASITHBK' },
      country: 'TH',
      holder: 'นาย ก',
    },
    offences: ['money-mule', 'job-scam'],
    observed: { first: '2026-11-01T02:00:00Z' },
    evaluation: { source: 'B', information: '2' },
    operatorStatus: 'possible-victim',
    advice: 'block',
    handling: {
      tlp: 'AMBER',
      codes: ['H2', 'H3'],
      conditions: 'ទូរស័ព្ទមកយើងជាមុន',
      release: { participants: ['KH'], partners: ['EXCHANGE-1'] },
      expires: '2027-11-01T00:00:00Z',
      pap: 'RED',
      tellEnquiries: true,
      blindContact: true,
    },
    agency: 'TH-CCIB',
    caseReference: 'CIB-1',
    contact: { name: 'x', email: 'x@police.example' },
    narrative: 'a "quoted" ~ line\nand \u{1f4de}',
    language: 'th',
    links: [{ id: '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c12', relation: 'controls' }],
    campaign: 'golden-harbour',
    loss: { amount: { value: '0.5', currency: 'USDT' }, victims: 1 },
    modus: ['task-scam'],
    by: { person: 'สมหญิง', agency: 'TH-CCIB' },
  },
  {
    id: '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c12',
    kind: 'phone-number',
    subject: { number: '+66812345678' },
    offences: ['phishing'],
    handling: { tlp: 'GREEN' },
  },
]
const allBut = (...kept: DisclosureName[]): DisclosureName[] =>
  disclosures.filter((name) => !kept.includes(name))
const withheld: readonly [string, readonly DisclosureName[]][] = [
  ['the whole', []],
  ['for police', ['release', 'links', 'by']],
  ['for police without the right `case`', ['release', 'links', 'by', 'caseReference', 'contact']],
  ['for a partner', allBut('advice', 'tellEnquiries')],
  ['nothing disclosed', disclosures],
  ...disclosures.map((name): [string, DisclosureName[]] => [`only ${name}`, allBut(name)]),
]

type Case = { readonly title: string; readonly envelope: string; readonly jwk: object }
type Verified = { readonly claims?: Record<string, unknown>; readonly error?: string }
const verify = async (cases: readonly Case[]): Promise<Verified[]> =>
  JSON.parse(
    await python(
      'test/interop/verify_sd_jwt.py',
      JSON.stringify(cases.map(({ envelope, jwk }) => ({ envelope, jwk }))),
    ),
  ) as Verified[]

const open = (envelope: string) => {
  const split = splitEnvelope(Buffer.from(envelope))
  const opened = split.ok ? openEnvelope(split.value) : split
  if (!split.ok || !opened.ok) throw new Error('not readable')
  return { jws: split.value.jws, ...opened.value }
}
const full = await Promise.all(
  contents.map(
    async (content) =>
      (
        await buildEnvelope(
          {
            issuer: 'TH',
            audience: 'switchboard-hub',
            version: 1,
            status: 'active',
            issuedAt: 1_795_000_000,
            content,
          },
          th.signer,
          randomBytes,
        )
      ).envelope,
  ),
)
const copies: Case[] = full.flatMap((envelope) => {
  const { jws, disclosures: all } = open(envelope)
  return withheld.map(([title, names]) => ({
    title,
    envelope: redactEnvelope(jws, all, new Set(names)),
    jwk: th.jwk,
  }))
})

await t.test(
  'whole and redacted copies verify with the issuer’s key elsewhere, and disclose the same',
  async (t) => {
    const verified = await verify(copies)
    t.equal(copies[0]!.envelope, full[0], 'with nothing withheld a copy is what was signed')
    for (const [i, { title, envelope }] of copies.entries()) {
      const { payload, content } = open(envelope)
      const {
        iss,
        aud,
        version,
        schema,
        status,
        iat,
        sd_all: _all,
        ...claims
      } = verified[i]!.claims ?? {}
      t.strictSame(
        { iss, aud, version, schema, status, iat },
        {
          iss: payload.iss,
          aud: payload.aud,
          version: payload.version,
          schema: payload.schema,
          status: payload.status,
          iat: payload.iat,
        },
        title,
      )
      t.strictSame(claims, content, `${title}: the content`)
    }
    t.strictSame(verified[0]!.claims!['narrative'], contents[0]!['narrative'])
  },
)

await t.test(
  'another key, and a changed byte anywhere in what was signed, do not verify; a changed ' +
    'disclosure discloses nothing',
  async (t) => {
    const [envelope] = full as [string]
    const [jws = '', ...parts] = envelope.split('~').slice(0, -1)
    const changed = (text: string, at: number): string =>
      `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
    // Not the last character of a part: some of its bits carry nothing, and a lenient reader reads
    // the same bytes.
    const places = Array.from({ length: jws.length - 1 }, (_, at) => at).filter(
      (at) => at % 7 === 0 && jws[at] !== '.' && jws[at + 1] !== '.',
    )
    const signed = places.map((at) => ({
      title: `byte ${at}`,
      envelope: [changed(jws, at), ...parts, ''].join('~'),
      jwk: th.jwk,
    }))
    const other = { title: 'the key of KH', envelope, jwk: kh.jwk }
    const disclosed = parts.map((part, i) => ({
      title: `disclosure ${i}`,
      envelope: [jws, ...parts.with(i, changed(part, 12)), ''].join('~'),
      jwk: th.jwk,
    }))
    const made = Buffer.from(JSON.stringify(['c2FsdHNhbHRzYWx0', 'severity', 'high'])).toString(
      'base64url',
    )
    const verified = await verify([
      other,
      ...signed,
      ...disclosed,
      { title: 'an extra one', envelope: [jws, ...parts, made, ''].join('~'), jwk: th.jwk },
    ])
    for (const [i, { title }] of [other, ...signed].entries())
      t.ok(verified[i]!.error !== undefined && verified[i]!.claims === undefined, title)
    for (const [i, { title }] of disclosed.entries()) {
      const { claims } = verified[1 + signed.length + i]!
      const names = new Set(open(envelope).disclosures.map((d) => d.name))
      const shown =
        claims === undefined
          ? []
          : [
              ...Object.keys(claims),
              ...Object.keys(claims['handling'] as object),
              ...Object.keys(claims['subject'] as object),
            ].filter((name) => names.has(name as DisclosureName))
      t.ok(
        claims === undefined || shown.length === names.size - 1,
        `${title}: all but what was changed`,
      )
    }
    t.notOk('severity' in (verified.at(-1)!.claims ?? {}), 'what was never signed is not disclosed')
  },
)
