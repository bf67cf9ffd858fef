import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { canonicalise } from '#core/identifiers/canonicalise.ts'
import { commonNeverList, neverListOf, readNeverList } from '#core/identifiers/never-list.ts'
import { loadNeverList } from '#runtime/files/never-list-file.ts'

const common = commonNeverList()
const list = neverListOf(common)

type Row = {
  readonly kind: string
  readonly subject: object
  readonly listed: boolean
  readonly source: string
  readonly note: string
}
const vectors = JSON.parse(
  readFileSync(new URL('../../schemas/vectors/never-list.json', import.meta.url), 'utf8'),
) as readonly Row[]

await t.test(
  'schemas/vectors/never-list.json: however a subject is written, its key is on the common ' +
    'list or not',
  async (t) => {
    for (const { kind, subject, listed, source, note } of vectors) {
      t.ok(source, `${note}: has its source`)
      const read = canonicalise(kind, subject)
      t.ok(read.ok, note)
      if (read.ok)
        t.equal(
          list.find(kind, read.value.canonical) !== undefined,
          listed,
          `${note}: ${read.value.canonical.key}`,
        )
    }
  },
)

await t.test(
  'every entry of the common list says whose it is and who says so, and none is there twice',
  async (t) => {
    t.ok(common.every(({ reason, source }) => reason !== '' && source !== ''))
    t.equal(list.size, common.length)
  },
)

await t.test(
  "a list of one's own names by its places everything that is wrong with it, at once",
  async (t) => {
    const entry = {
      kind: 'phone-number',
      subject: { number: '191', defaultCountry: 'TH' },
      reason: 'police',
      source: 'us',
    }
    t.match(readNeverList({ version: '2026-11-25', entries: [entry] }), {
      ok: true,
      value: [{ canonical: { key: 'short:TH:191' } }],
    })
    t.match(readNeverList({ version: '2026-11-25', entries: [{ ...entry, everywhere: true }] }), {
      value: [{ canonical: { key: 'short:*:191' } }],
    })
    const { source: _, ...without } = entry
    const read = readNeverList({
      version: 'today',
      entries: [without, { ...entry, kind: 'car' }, { ...entry, more: 1 }],
    })
    t.same(
      read.ok ? [] : read.refusals.map(({ code, pointer }) => `${code} ${pointer}`).toSorted(),
      [
        'notice/bad-value /entries/1/kind',
        'notice/bad-value /version',
        'notice/missing-member /entries/0/source',
        'notice/unknown-member /entries/2/more',
      ],
    )
    const subjects = readNeverList({
      version: '2026-11-25',
      entries: [
        entry,
        { ...entry, subject: { number: '191' } },
        { ...entry, kind: 'wallet-address', subject: { address: 'x' } },
      ],
    })
    t.same(subjects.ok ? [] : subjects.refusals.map(({ code, pointer }) => `${code} ${pointer}`), [
      'phone/no-country /entries/1/subject/number',
      'wallet/unknown-chain /entries/2/subject/address',
    ])
  },
)

await t.test(
  'a service does not start with a never-list that is not valid, and reads a good one beside ' +
    'the common one',
  async (t) => {
    const file = join(await mkdtemp(join(tmpdir(), 'switchboard-never-list-')), 'own.json')
    await writeFile(
      file,
      '{"version":"2026-11-25","entries":' +
        '[{"kind":"phone-number","subject":{"number":"1"},"reason":"r"},{}]}',
    )
    await t.rejects(loadNeverList(file), {
      name: 'ConfigError',
      message: /NEVER_LIST_FILE[^]*\/entries\/0\/source[^]*\/entries\/1\//,
    })
    await writeFile(file, 'no')
    await t.rejects(loadNeverList(file), { name: 'ConfigError', message: /body\/not-json/ })
    await writeFile(
      file,
      '{"version":"2026-11-25","entries":[{"kind":"phone-number","subject":{"number":"+66 2 ' +
        '123 4567"},"reason":"our desk","source":"us"}]}',
    )
    const both = await loadNeverList(file)
    t.match(both.find('phone-number', { key: '+6621234567' }), { reason: 'our desk' })
    t.ok(both.find('phone-number', { key: 'short:TH:191' }))
    t.equal((await loadNeverList(undefined)).size, common.length)
  },
)

await t.test(
  'what is listed as a messaging account is listed as its number, and as any other account of it',
  (t) => {
    const read = readNeverList({
      version: '2026-12-01',
      entries: [
        {
          kind: 'social-account',
          subject: { platform: 'whatsapp', phone: '+66 2 123 4567' },
          reason: 'our desk',
          source: 'us',
        },
      ],
    })
    const own = neverListOf(read.ok ? read.value : [])
    t.equal(own.size, 1)
    for (const [kind, subject, listed] of [
      ['phone-number', { number: '+6621234567' }, true],
      ['social-account', { platform: 'viber', phone: '+6621234567' }, true],
      ['payment-proxy', { scheme: 'promptpay', proxy: '021234567' }, true],
      ['phone-number', { number: '+6621234568' }, false],
    ] as const) {
      const identified = canonicalise(kind, subject)
      t.ok(identified.ok, JSON.stringify(subject))
      if (identified.ok)
        t.equal(own.find(kind, identified.value.canonical) !== undefined, listed, kind)
    }
    t.end()
  },
)
