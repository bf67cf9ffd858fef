import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { catalogue, type Code } from '#core/catalogue/catalogue.ts'
import { schemaDocuments } from '#core/schema/documents.ts'
import { problemBody } from '#runtime/http/problem.ts'
import { id } from './schema-messages-fixtures.ts'

const ajv = new Ajv2020({ strict: false, validateFormats: false, schemas: [...schemaDocuments] })

const isValid = (file: string, value: unknown): boolean =>
  ajv.validate(`https://switchboard.example/schemas/1/${file}`, value)

await t.test('the answer to every code is a valid problem', async (t) => {
  for (const code of Object.keys(catalogue) as Code[]) {
    t.ok(isValid('problem.json', problemBody({ code })), code)
    t.ok(
      isValid(
        'problem.json',
        problemBody([{ code, pointer: '/a', detail: 'x' }], { instance: 'req-1' }),
      ),
      code,
    )
  }
  t.notOk(
    isValid('problem.json', {
      type: 'about:blank',
      title: 'x',
      status: 200,
      code: 'x',
      advice: 'y',
    }),
  )
})

await t.test(
  'a feed page has entries, next and end; an entry of the hub has no envelope, and a partner ' +
    'gets no proof',
  async (t) => {
    const notice = {
      id,
      issuer: 'TH',
      version: 1,
      status: 'active',
      canonical: { key: '+447700900123', country: 'GB' },
      kind: 'phone-number',
      subject: { number: '+447700900123' },
      offences: ['phishing'],
      handling: { tlp: 'GREEN' },
    }
    const entry = {
      cursor: 'c1',
      event: 'notice.published',
      notice,
      envelope: 'a.b.c~',
      proof: { index: 0, salt: 'ab', time: '2026-11-24T03:50:12.000001Z' },
    }
    const page = (...entries: object[]): object => ({ entries, next: 'c2', end: true })
    const withdrawn = {
      cursor: 'c2',
      event: 'notice.withdrawn',
      notice: { id, issuer: 'TH', reason: 'release changed' },
      envelope: null,
      proof: null,
    }
    for (const good of [
      page(),
      page(entry),
      page(withdrawn),
      page({ ...entry, proof: undefined, later: 1 }),
    ])
      t.ok(isValid('feed-page.json', JSON.parse(JSON.stringify(good))), JSON.stringify(good))
    for (const bad of [
      { entries: [], next: 'c' },
      page({ ...entry, event: 'notice.lost' }),
      page({ ...entry, notice: {} }),
      page({ ...entry, cursor: '' }),
      page({ ...entry, proof: {} }),
      { entries: [], end: true, next: null },
    ]) {
      t.notOk(isValid('feed-page.json', bad), JSON.stringify(bad))
    }
  },
)
