import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import { appendBatch } from '#store/log/append.ts'
import type { Intake } from '#store/log/intake.ts'
import { readQuarantine, readQuarantineUse, type Quarantined } from '#store/log/quarantine.ts'
import { createFeedsWorld } from '#test/support/feeds.ts'
import { matchKey } from '#test/support/match-key.ts'

const { pool } = await createFeedsWorld(t)
const quarantine = { rowsPerDay: 3, bytesPerDay: 5000, bytes: 10_000 }
const dayMicros = 86_400_000_000

const record = (participant: string, size: number, day: number, held = false): Intake => {
  const raw = randomBytes(size)
  return {
    participant,
    raw,
    digest: createHash('sha256').update(raw).digest(),
    topic: `submitted.${participant}`,
    partition: 0,
    offset: '1',
    postedAt: null,
    publishedAt: day * dayMicros,
    receivedAt: day * dayMicros,
    outcome: {
      ok: false,
      held,
      refusal: { code: held ? 'envelope/unknown-schema' : 'envelope/not-readable' },
    },
  }
}

const take = async (records: readonly Intake[]): Promise<string[]> =>
  (await appendBatch(pool, matchKey, records, { quarantine })).answers.map(({ state }) => state)

const rowsOf = (participant: string): Promise<Quarantined[]> =>
  readQuarantine(pool, { after: 0, limit: 500, participant })

const useOf = async (participant: string) =>
  (await readQuarantineUse(pool)).find((use) => use.participant === participant)

await t.test(
  'beyond the quota of a day a sample of a refused record is kept, and its size, digest and code',
  async (t) => {
    const flood = Array.from({ length: 5 }, () => record('TH', 1000, 100))
    t.strictSame(await take(flood), Array<string>(5).fill('rejected'), 'each is answered')
    const rows = await rowsOf('TH')
    t.strictSame(
      rows.map(({ bytes, kept }) => [bytes, kept]),
      [
        [1000, 1000],
        [1000, 1000],
        [1000, 1000],
        [1000, 256],
        [1000, 256],
      ],
    )
    t.strictSame(
      rows.map(({ digest }) => digest),
      flood.map(({ digest }) => digest.toString('hex')),
    )
    t.match(await useOf('TH'), { bytes: 3512, sampled: 2, leftOut: 0 })
    t.strictSame(await take(flood), Array<string>(5).fill('rejected'), 'the same bytes again')
    t.equal((await rowsOf('TH')).length, 5, 'count once')
    await take([record('KH', 1000, 100)])
    t.match(await rowsOf('KH'), [{ kept: 1000 }], 'another participant has a quota of its own')
  },
)

await t.test(
  'far beyond it only the number is kept, and nothing that is held is lost',
  async (t) => {
    const flood = Array.from({ length: 40 }, () => record('VN', 10, 100))
    const held = record('VN', 6000, 100, true)
    t.strictSame(await take([...flood, held]), [...Array<string>(40).fill('rejected'), 'held'])
    const rows = await rowsOf('VN')
    t.equal(rows.length, 31, 'ten times the rows of a day')
    t.match(rows.at(-1), { state: 'held', bytes: 6000, kept: 6000 })
    t.match(await useOf('VN'), { leftOut: 10 })
    const settled = { ...held, outcome: { ...held.outcome, held: false } } as Intake
    t.strictSame(await take([settled]), ['rejected'], 'what was held is answered')
    t.match((await rowsOf('VN')).at(-1), { state: 'rejected' }, 'and keeps its row')
  },
)

await t.test(
  'the next day begins anew, within the quota in all; what is destroyed makes room',
  async (t) => {
    for (const day of [200, 201, 202]) await take([record('JP', 4900, day)])
    t.strictSame(
      (await rowsOf('JP')).map(({ kept }) => kept),
      [4900, 4900, 256],
    )
    await pool.query(`update quarantine set raw = '' where participant = 'JP'`)
    t.match(await useOf('JP'), { bytes: 0 })
    await take([record('JP', 4900, 203)])
    t.equal((await rowsOf('JP')).at(-1)!.kept, 4900)
  },
)
