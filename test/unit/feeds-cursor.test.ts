import {
  array,
  assert,
  integer,
  oneof,
  property,
  record,
  uint8Array,
  type Arbitrary,
} from 'fast-check'
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { createCursors } from '../../services/feeds/reading/cursor.ts'
import type { Named, Position } from '../../services/feeds/reading/position.ts'
import { registryOf, type RegistryRow } from '#core/registry/change.ts'
import type { Interval, Right } from '#core/registry/registry.ts'
import type { RegistryStep } from '#store/registry/rights-history.ts'
import { rightsEpoch } from '../../services/feeds/reading/reader.ts'
import { firstEnd } from '../../services/feeds/reading/rights-change.ts'

const secret = randomBytes(32)

const name = 'KH-ACD criminal-investigation all'

const cursors = createCursors(secret, 1, name)

const most = 2 ** 40 - 1

const index = integer({ min: -1, max: most - 1 })

const state = {
  epoch: integer({ min: 0, max: 2 ** 32 - 1 }),
  backfill: record({ at: index, since: integer({ min: 0, max: most }) }, { noNullPrototype: true }),
  waiting: integer({ min: 0, max: most }),
}

/** Every state: at an entry or a minute, with and without a backfill and something that waits. */
const named: Arbitrary<Named> = oneof(
  record({ index, ...state }, { requiredKeys: ['index', 'epoch'], noNullPrototype: true }),
  record(
    { minute: integer({ min: 0, max: most }), ...state },
    { requiredKeys: ['minute', 'epoch'], noNullPrototype: true },
  ),
)

await t.test(
  'a cursor reads back as what it was made of, is the same for the same position alone or among ' +
    'others, and has one length whatever the state',
  async (t) => {
    const isRead = (positions: readonly Named[]): boolean => {
      const made = cursors.encode(positions)
      const read = made.map((c) => cursors.decode(c))
      return (
        isDeepStrictEqual(read, positions) &&
        made.every((c, i) => c.length === 43 && c === cursors.encode([positions[i]!])[0])
      )
    }
    t.doesNotThrow(() =>
      assert(property(array(named, { maxLength: 20 }), isRead), { numRuns: 200 }),
    )
  },
)

/** The wide cipher by its definition, one block and one half at a time. */
const wideByDefinition = (clear: Buffer, keys: Buffer): Buffer => {
  let [left, right] = [clear.subarray(0, 16), clear.subarray(16)]
  for (let round = 0; round < 4; round++) {
    const aes = createCipheriv('aes-256-ecb', keys.subarray(32 * round, 32 * round + 32), null)
    const mixed = aes.setAutoPadding(false).update(right)
    const sum = Buffer.from(mixed.map((byte, i) => byte ^ left[i]!))
    ;[left, right] = [right, sum]
  }
  return Buffer.concat([left, right])
}

await t.test(
  'a cursor is its fields under four rounds of AES-256 with keys of HKDF: readers keep it, so ' +
    'its form stays',
  async (t) => {
    const info = `switchboard/cursor/2 1 ${name}`
    const keys = Buffer.from(hkdfSync('sha256', secret, '', info, 128))
    const clear = Buffer.from(
      '07' +
        '0001ba8140' +
        '00000007' +
        '0000000004' +
        '29ad3b3e00' +
        '0000000028' +
        '00'.repeat(7),
      'hex',
    )
    const position = {
      minute: 29_000_000,
      epoch: 7,
      backfill: { at: 3, since: 179_000_000_000 },
      waiting: 40,
    }
    t.equal(cursors.encode([position])[0], wideByDefinition(clear, keys).toString('base64url'))
  },
)

await t.test('of an entry and a minute, the cursor names the minute, and no scan', async (t) => {
  const [byMinute, plain, both, scanned] = cursors.encode([
    { minute: 29_000_000, epoch: 7 },
    { index: 41, epoch: 7 },
    { index: 41, minute: 29_000_000, epoch: 7 },
    { index: 41, epoch: 7, scanned: 99 } as Position,
  ])
  t.equal(both, byMinute)
  t.equal(scanned, plain)
  t.not(plain, byMinute)
})

await t.test('a cursor with any bit changed is not a cursor', async (t) => {
  const isRefused = (position: Named, bit: number): boolean => {
    const bytes = Buffer.from(cursors.encode([position])[0]!, 'base64url')
    bytes[bit >> 3]! ^= 1 << (bit & 7)
    return cursors.decode(bytes.toString('base64url')) === undefined
  }
  t.doesNotThrow(() =>
    assert(property(named, integer({ min: 0, max: 255 }), isRefused), { numRuns: 2000 }),
  )
  for (const position of [
    { index: 41, epoch: 7 },
    { minute: 29_000_000, epoch: 7, backfill: { at: 3, since: 1 }, waiting: 40 },
  ])
    for (let bit = 0; bit < 256; bit++) if (!isRefused(position, bit)) t.fail(`bit ${bit}`)
})

await t.test('a text that is cut, lengthened or encoded otherwise is not a cursor', async (t) => {
  const at = cursors.encode([{ index: 41, epoch: 7 }])[0]!
  const bytes = Buffer.from(at, 'base64url')
  const withRest = `${at.slice(0, -1)}${at.endsWith('A') ? 'B' : 'A'}`
  for (const text of [
    '',
    'x',
    at.slice(1),
    at.slice(0, -1),
    `${at}A`,
    `${at}=`,
    bytes.toString('base64'),
    bytes.subarray(16).toString('base64url'),
    at + at,
    withRest,
    '-1',
    'null',
  ])
    t.equal(cursors.decode(text), undefined, text)
  assert(
    property(
      uint8Array({ minLength: 32, maxLength: 32 }),
      (bytes) => cursors.decode(Buffer.from(bytes).toString('base64url')) === undefined,
    ),
    { numRuns: 2000 },
  )
})

await t.test(
  'a cursor of another reader, topic, key or epoch of the log is not a cursor, and shows no index',
  async (t) => {
    const made = cursors.encode([
      { index: 5, epoch: 1 },
      { index: 6, epoch: 1 },
      { minute: 5, epoch: 1, backfill: { at: 2, since: 9 } },
    ])
    for (const other of [
      createCursors(secret, 1, 'VN-C06 criminal-investigation all'),
      createCursors(secret, 1, 'KH-ACD victim-rescue all'),
      createCursors(secret, 1, 'KH-ACD criminal-investigation phone-number'),
      createCursors(randomBytes(32), 1, name),
      createCursors(secret, 2, name),
    ])
      t.strictSame(
        made.map((c) => other.decode(c)),
        [undefined, undefined, undefined],
      )
    const [a, b] = made.map((c) => Buffer.from(c, 'base64url')) as [Buffer, Buffer]
    const same = [...a].filter((byte, i) => byte === b[i]).length
    t.ok(same <= 4, 'neighbouring positions look unrelated')
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
