import { audienceTokens } from '#core/decide/audience.ts'
import { contentOf, openEnvelope, splitEnvelope } from '#core/envelope/envelope.ts'
import { markedOf } from '#core/decide/marked.ts'
import { signNotices } from './bench-notices.ts'
import type { BenchSystem } from './bench-system.ts'

/** One notice in so many is for Viet Nam as well. */
const rareEvery = 10_000
const chunk = 50_000

/**
 * Fills the log up to `size` entries by SQL. All carry the statement of one of two notices, signed,
 * released to Cambodia or to Cambodia and Viet Nam: what a page costs does not depend on their
 * differing, and signing a million would take minutes.
 */
export const seedLog = async (bench: BenchSystem, size: number): Promise<void> => {
  const often = await template(bench, ['KH'])
  const rare = await template(bench, ['KH', 'VN'])
  const {
    rows: [{ next } = { next: 0 }],
  } = await bench.pool.query<{ next: number }>('select next_index as next from sequencer')
  const client = await bench.pool.connect()
  try {
    await client.query('set synchronous_commit = off')
    for (let from = next; from < size; from += chunk) {
      const values = [
        from,
        Math.min(size, from + chunk) - 1,
        often.statement,
        rare.statement,
        often.disclosures,
        rare.disclosures,
        often.tokens,
        rare.tokens,
      ]
      await client.query(
        `with given as (select i as index, i % ${rareEvery} = 0 as rare
          from generate_series($1::bigint, $2::bigint) as i), entries as (${insertEntries})
        ${insertTokens}`,
        values,
      )
    }
    await client.query(
      `update sequencer set next_index = greatest(next_index, $1), last_time = greatest(last_time,
        $1)`,
      [size],
    )
  } finally {
    client.release(true)
  }
  await bench.pool.query('vacuum analyze entry, entry_token')
}

const insertEntries = `
  insert into entry (index, time, event, issuer, id, version, status, kind, digest, statement,
    disclosures, canonical, warnings, tokens,
    registry_version, salt, leaf, batch, published_at, received_at)
  select index, 1790000000000000 + index, 'notice', 'TH', uuidv7(), 1, 'active', 'phone-number',
  '\\x00', case when rare then $4 else $3::text end,
    case when rare then $6 else $5::text
    end, '{"key":"+66812345678","country":"TH","type":"mobile"}', '[]', case when rare then $8
    else $7::text[] end, 1,
    sha256(int8send(index)), sha256(int8send(index)), 0, 0, 0 from given`

const insertTokens = `insert into entry_token (token, index, kind)
  select unnest(case when rare then $8 else $7::text[] end), index, 'phone-number' from given`

const template = async (bench: BenchSystem, participants: readonly string[]) => {
  const [signed] = await signNotices(bench, 1, ['TH'], {
    handling: { tlp: 'AMBER', release: { participants } },
  })
  const split = splitEnvelope(Buffer.from(signed!.envelope))
  if (!split.ok) throw new Error(split.refusal.code)
  const opened = openEnvelope(split.value)
  if (!opened.ok) throw new Error(opened.refusal.code)
  const marked = markedOf(
    contentOf(opened.value.payload, opened.value.disclosures),
    'TH',
    0,
    'active',
  )
  return {
    statement: split.value.jws,
    disclosures: split.value.disclosures.join('~'),
    tokens: audienceTokens(marked),
  }
}
