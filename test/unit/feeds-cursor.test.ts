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
