import { array, assert, integer, property, record, uint8Array, type Arbitrary } from 'fast-check'
import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { createCursors } from '../../services/feeds/reading/cursor.ts'
import type { Position } from '../../services/feeds/reading/position.ts'
import { registryOf, type RegistryRow } from '#core/registry/change.ts'
import type { Interval, Right } from '#core/registry/registry.ts'
import type { RegistryStep } from '#store/registry/rights-history.ts'
import { rightsEpoch } from '../../services/feeds/reading/reader.ts'
import { firstEnd } from '../../services/feeds/reading/rights-change.ts'
import { createOpenReaders } from '../../services/feeds/handing-over/open-readers.ts'
import { readFormat, readQuery } from '../../services/feeds/routes/feed-query.ts'
import { readTopic } from '../../services/feeds/reading/topic.ts'
import { createWaiting } from '../../services/feeds/reading/waiting.ts'
import { checkSecret, hashSecret } from '#runtime/keys/client-secret.ts'

const secret = randomBytes(32)
const cursors = createCursors(secret, 'KH-ACD criminal-investigation all')
const index = integer({ min: -1, max: 2 ** 47 })
const uint32 = integer({ min: 0, max: 2 ** 32 - 1 })
const position: Arbitrary<Position> = record(
  {
    index,
    epoch: uint32,
    backfill: record(
      { at: index, since: integer({ min: 0, max: 2 ** 40 - 1 }) },
      { noNullPrototype: true },
    ),
    waiting: integer({ min: 0, max: 2 ** 47 }),
  },
  { requiredKeys: ['index', 'epoch'], noNullPrototype: true },
)

await t.test(
  'a cursor reads back as the position it was made of, and is the same for the same position',
  async (t) => {
    const isRead = (positions: readonly Position[]): boolean => {
      const made = cursors.encode(positions)
      const read = made.map((c) => cursors.decode(c))
      return (
        isDeepStrictEqual(read, positions) && isDeepStrictEqual(cursors.encode(positions), made)
      )
    }
    t.doesNotThrow(() =>
      assert(property(array(position, { maxLength: 20 }), isRead), { numRuns: 200 }),
    )
  },
)

await t.test(
  'a cursor with one bit changed, cut, lengthened or of another encoding is not a cursor',
  async (t) => {
    for (const at of cursors.encode([
      { index: 41, epoch: 7 },
      { index: 41, epoch: 7, backfill: { at: 3, since: 179_000_000_000 } },
      { index: 41, epoch: 7, waiting: 40 },
      { index: 41, epoch: 7, backfill: { at: 3, since: 1 }, waiting: 40 },
    ])) {
      const bytes = Buffer.from(at, 'base64url')
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Buffer.from(bytes)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        const read = cursors.decode(changed.toString('base64url'))
        if (read !== undefined) t.fail(`bit ${bit} changed reads as ${JSON.stringify(read)}`)
      }
      for (const text of [
        '',
        'x',
        at.slice(1),
        `${at}A`,
        `${at}=`,
        bytes.toString('base64'),
        at + at,
        '-1',
        'null',
      ]) {
        if (text !== at) t.equal(cursors.decode(text), undefined, text)
      }
    }
    assert(
      property(
        uint8Array({ minLength: 16, maxLength: 16 }),
        (bytes) => cursors.decode(Buffer.from(bytes).toString('base64url')) === undefined,
      ),
      { numRuns: 2000 },
    )
  },
)

await t.test(
  'a cursor of another reader, topic or key is not a cursor, and shows no index',
  async (t) => {
    const made = cursors.encode([
      { index: 5, epoch: 1 },
      { index: 6, epoch: 1 },
      { index: 5, epoch: 1, backfill: { at: 2, since: 9 } },
    ])
    for (const other of [
      createCursors(secret, 'VN-C06 criminal-investigation all'),
      createCursors(secret, 'KH-ACD victim-rescue all'),
      createCursors(secret, 'KH-ACD criminal-investigation phone-number'),
      createCursors(randomBytes(32), 'KH-ACD criminal-investigation all'),
    ])
      t.strictSame(
        made.map((c) => other.decode(c)),
        [undefined, undefined, undefined],
      )
    const [a, b] = made.map((c) => Buffer.from(c, 'base64url')) as [Buffer, Buffer]
    const same = [...a].filter((byte, i) => byte === b[i]).length
    t.ok(same <= 3, 'neighbouring positions look unrelated')
  },
)

await t.test(
  'what was handed over before the rights of a cursor ended is behind it: of the times with ' +
    'its epoch, the first it can be of',
  async (t) => {
    const participant = (admitted: readonly Interval[]): RegistryRow => ({
      kind: 'participant',
      id: 'KH',
      body: { id: 'KH', type: 'member', name: 'KH', status: 'active', admitted },
    })
    const agency = (rights: readonly Right[], name = 'A'): RegistryRow => ({
      kind: 'agency',
      id: 'A',
      body: { id: 'A', participant: 'KH', name, status: 'active', rights, purposes: [], roles: [] },
    })
    const reader = { participant: 'KH', agency: 'A' }
    const steps: RegistryStep[] = [
      { row: participant([{ from: 1 }]), at: 1 },
      { row: agency(['read']), at: 2 },
      { row: agency(['read'], 'another name'), at: 3 },
      { row: agency(['read', 'case']), at: 4 },
      { row: agency(['read'], 'as it was'), at: 5 },
      { row: agency(['read', 'strict']), at: 6 },
    ]
    const epochOf = (row: RegistryRow): number =>
      rightsEpoch(reader, registryOf(0, [steps[0]!.row, row]))
    const [plain, withCase, strict] = [
      epochOf(steps[1]!.row),
      epochOf(steps[3]!.row),
      epochOf(steps[5]!.row),
    ]
    t.equal(epochOf(steps[2]!.row), plain, 'a name decides nothing')
    t.equal(new Set([plain, withCase, strict]).size, 3)
    t.equal(firstEnd(steps, reader, plain, 0), 4)
    t.equal(firstEnd(steps, reader, plain, 4), 4)
    t.equal(firstEnd(steps, reader, plain, 5), 6, 'made after its first time was over')
    t.equal(firstEnd(steps, reader, withCase, 0), 5)
    t.equal(firstEnd(steps, reader, 12345, 0), 0, 'an epoch that never was')
  },
)

await t.test('a topic is `all` or a kind of notice', async (t) => {
  t.strictSame(readTopic('all'), { name: 'all', kind: null })
  t.strictSame(readTopic('phone-number'), { name: 'phone-number', kind: 'phone-number' })
  for (const name of ['', 'ALL', 'phone', '__proto__', 'constructor'])
    t.equal(readTopic(name), undefined, name)
})

await t.test('limit is 1 to 500 and wait 0 to 60 seconds; anything else is refused', async (t) => {
  t.strictSame(readQuery({}), { ok: true, value: { after: undefined, limit: 100, waitMs: 0 } })
  t.strictSame(readQuery({ limit: '500', wait: '60', after: 'x' }), {
    ok: true,
    value: { after: 'x', limit: 500, waitMs: 60_000 },
  })
  for (const bad of [
    { limit: '0' },
    { limit: '501' },
    { limit: '-1' },
    { limit: '1.5' },
    { limit: ' 1' },
    { limit: '' },
    { wait: '61' },
    { wait: '-1' },
    { wait: '1s' },
  ]) {
    t.match(
      readQuery(bad),
      { ok: false, refusal: { code: 'request/bad-parameter' } },
      JSON.stringify(bad),
    )
  }
})

await t.test(
  'the format is the one that Accept wants most, and JSON where it wants none of ours',
  async (t) => {
    const rows: [string | undefined, string][] = [
      [undefined, 'application/json'],
      ['', 'application/json'],
      ['*/*', 'application/json'],
      ['text/html', 'application/json'],
      ['text/event-stream', 'text/event-stream'],
      ['Text/Event-Stream', 'text/event-stream'],
      ['application/x-ndjson', 'application/x-ndjson'],
      ['application/json;q=0.5, text/event-stream', 'text/event-stream'],
      ['text/event-stream;q=0, application/json', 'application/json'],
      ['application/x-ndjson;q=0.9, text/event-stream;q=0.1', 'application/x-ndjson'],
      ['text/event-stream;q=x', 'application/json'],
    ]
    for (const [accept, format] of rows) t.equal(readFormat(accept), format, accept ?? 'none')
  },
)

await t.test('a client secret is known again by its hash, and no other is', async (t) => {
  const stored = await hashSecret('correct horse')
  t.match(stored, /^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
  t.not(await hashSecret('correct horse'), stored, 'salted')
  t.equal(await checkSecret('correct horse', stored), true)
  for (const bad of [
    undefined,
    '',
    'scrypt$',
    stored.slice(0, -1),
    stored.replace('16384', '16'),
    stored.replace('scrypt', 'bcrypt'),
    stored.replace('16384', '9999999'),
  ]) {
    t.equal(await checkSecret('correct horse', bad), false, String(bad))
  }
  t.equal(await checkSecret('Correct horse', stored), false)
})

await t.test('an unknown client costs as much time as a wrong secret', async (t) => {
  const stored = await hashSecret('x')
  const times: { known: number; unknown: number }[] = []
  const time = async (hash: string | undefined): Promise<number> => {
    const started = performance.now()
    await checkSecret('y', hash)
    return performance.now() - started
  }
  for (let i = 0; i < 15; i++)
    times.push({ known: await time(stored), unknown: await time(undefined) })
  const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[7]!
  const ratio = median(times.map((x) => x.unknown)) / median(times.map((x) => x.known))
  t.ok(ratio > 1 / 3 && ratio < 3, `${ratio} times as much`)
})

await t.test('places are bounded for each client and in all, and given back once', async (t) => {
  const open = createOpenReaders({ perClient: 2, max: 3 })
  const a = open.enter('a')
  const a2 = open.enter('a')
  t.match(open.enter('a'), { ok: false, refusal: { code: 'service/too-many-requests' } })
  t.ok(open.enter('b').ok)
  t.match(open.enter('c'), { ok: false, refusal: { code: 'service/unavailable' } })
  if (a.ok && a2.ok) {
    a.value.leave()
    a.value.leave()
    t.equal(open.count(), 2, 'leaving twice counts once')
    t.ok(open.enter('c').ok)
    t.notOk(a2.value.signal.aborted)
    open.close()
    t.ok(a2.value.signal.aborted, 'draining ends those who are in')
  }
  t.match(
    open.enter('d'),
    { ok: false, refusal: { code: 'service/unavailable' } },
    'and lets nobody in',
  )
})

await t.test(
  'a waiter wakes when something happens, when its time is over and when it is told to stop',
  async (t) => {
    const { wait, wake } = createWaiting()
    const never = new AbortController()
    const waits = [wait(60_000, never.signal), wait(60_000, never.signal)]
    wake()
    t.strictSame(await Promise.all(waits), [true, true])
    t.equal(await wait(1, never.signal), false)
    const stopped = wait(60_000, never.signal)
    never.abort()
    t.equal(await stopped, false)
    t.equal(await wait(60_000, never.signal), false, 'at once when it was told before')
  },
)
