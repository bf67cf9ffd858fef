import t from 'tap'
import { readNotice } from '#core/notice/notice.ts'
import { readStrict } from '#core/json/strict-json.ts'
import { bytesOf, context } from './schemas-fixtures.ts'

await t.test('in full, every fault is told once with its own pointer', async (t) => {
  const body = {
    kind: 'bank-account',
    subject: { account: '0000123456', country: 'TH', colour: 'red' },
    offences: [],
    observed: { first: '2026-11-02T00:00:00Z', last: '2026-11-01T00:00:00Z' },
    handling: {
      tlp: 'RED',
      codes: ['H3'],
      release: { partners: ['XX'], groups: ['EU'] },
      expires: '2020-01-01T00:00:00Z',
    },
    more: 1,
  }
  const read = readNotice(body, { ...context, mode: 'all' })
  const told = read.ok ? [] : read.refusals.map(({ code, pointer }) => `${code} ${pointer}`)
  t.same(told.toSorted(), [
    'account/no-institution /subject/institution',
    'handling/conditions-missing /handling/conditions',
    'handling/expires-in-past /handling/expires',
    'handling/release-contradicts-tlp /handling/release/groups',
    'handling/release-contradicts-tlp /handling/release/partners',
    'handling/unknown-group /handling/release/groups/0',
    'handling/unknown-participant /handling/release/partners/0',
    'notice/bad-value /offences',
    'notice/observed-order /observed/last',
    'notice/unknown-member /more',
    'notice/unknown-member /subject/colour',
  ])
})

await t.test(
  'in full, at most a hundred faults are told, and kind is the first of them',
  async (t) => {
    const many = (length: number): object =>
      Object.fromEntries(Array.from({ length }, (_, i) => [`m${i}`, i]))
    const read = readNotice({ ...many(500), kind: 'fax-number' }, { ...context, mode: 'all' })
    t.equal(read.ok ? 0 : read.refusals.length, 100)
    t.match(read.ok ? {} : read.refusals[0], { code: 'notice/unknown-kind', pointer: '/kind' })
    const vast = readNotice({ ...many(5000), kind: 'phone-number' }, { ...context, mode: 'all' })
    t.equal(vast.ok ? 0 : vast.refusals.length, 1, 'of far too many members, the one best fault')
  },
)

await t.test(
  'a member name of any length makes no longer pointer than 1024 characters',
  async (t) => {
    const name = 'x'.repeat(200_000)
    const example = JSON.parse(bytesOf('valid/phone-minimal.json').toString()) as object
    const read = readNotice({ ...example, [name]: 1 }, context)
    t.same(read.ok ? [] : read.refusals, [{ code: 'notice/unknown-member', pointer: '' }])
  },
)

await t.test('with now 0 an expired notice is read all the same', async (t) => {
  const parsed = readStrict(bytesOf('invalid/handling/expires-in-past.json'))
  t.equal(readNotice(parsed.ok && parsed.value, { ...context, now: 0 }).ok, true)
})
