import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import t from 'tap'

/*
 * The feeds with their filter switched off: `decide` lets everybody see everything, and no entry is
 * in memory. Row-level security, the second wall, is the only filter left.
 */
const decideFile = import.meta.resolve('#core/decide/decide.ts')
const head = /export const decide = \([^)]*\): Decision => \{/
const opened = (source: string): string => {
  if (!head.test(source)) throw new Error('decide is written otherwise than this test expects')
  const always =
    'if (registry !== undefined) return { content: true, ' +
    `existence: true, withhold: [], rule: 'originator' }`
  return source.replace(head, (found) => `${found}\n  ${always}`)
}
registerHooks({
  load: (url, context, nextLoad) => {
    if (url !== decideFile) return nextLoad(url, context)
    return {
      format: 'module-typescript',
      source: opened(readFileSync(fileURLToPath(url), 'utf8')),
      shortCircuit: true,
    }
  },
})
// Imported here and not above, so that the loaded module has the change.
const { createFeedsWorld, feedReader, forKh, token } = await import('#test/support/feeds.ts')
const { call } = await import('#test/support/clients.ts')
const { decide } = await import('#core/decide/decide.ts')

const world = await createFeedsWorld(t)
const feeds = await world.start({ TAIL_MAX_ENTRIES: '0' })

/**
 * Written by hand: who holds one of its tokens. The wall is coarse: `decide` has the rules on
 * purposes, rights and the like.
 */
const handlings: readonly [object, readonly string[]][] = [
  [{ tlp: 'RED', release: { agencies: ['KH-ACD'] } }, ['TH-CCIB', 'KH-ACD']],
  [{ tlp: 'AMBER' }, ['TH-CCIB']],
  [{ tlp: 'AMBER', release: { participants: ['VN'] } }, ['TH-CCIB', 'VN-C06']],
  [{ tlp: 'AMBER', release: { partners: ['EXCHANGE-1'] } }, ['TH-CCIB', 'EXCHANGE-1']],
  [{ tlp: 'GREEN' }, ['TH-CCIB', 'KH-ACD', 'VN-C06', 'JP-NPA']],
]
const notices = handlings.map(([handling], i) => forKh({ handling, narrative: `notice ${i}` }))
const agencies = ['TH-CCIB', 'KH-ACD', 'VN-C06', 'JP-NPA', 'EXCHANGE-1']
const tokens = Object.fromEntries(
  await Promise.all(
    agencies.map(async (agency) => [agency, await token(feeds, agency.toLowerCase())] as const),
  ),
)
const { readAll } = feedReader((agency) => tokens[agency]!)
await world.append(notices.map((content) => ({ content })))
await world.settled([feeds])

await t.test(
  'with the filter of the feeds off, no reader gets an entry whose tokens it does not hold',
  async (t) => {
    t.equal(decide({} as never, {} as never, {} as never, 0).content, true, 'the filter is off')
    for (const agency of agencies) {
      const due = notices.filter((_, i) => handlings[i]![1].includes(agency)).map((n) => n.id)
      const { entries } = await readAll(feeds, agency)
      t.strictSame(
        entries.map((e) => e.notice.id),
        due,
        `${agency}: pages`,
      )
      t.strictSame(
        (await readAll(feeds, agency, {}, 'phone-number')).entries.map((e) => e.notice.id),
        due,
        `${agency}: pages of a kind`,
      )
      for (const { id } of notices)
        t.equal(
          (await call(`${feeds.url}/v1/notices/${id}`, tokens[agency])).status,
          due.includes(id) ? 200 : 404,
          `${agency}: by id`,
        )
    }
  },
)

await t.test('nor the content of a version by which it lost the notice', async (t) => {
  const content = forKh({ narrative: 'for KH' })
  await world.append([
    { content },
    {
      content: {
        ...content,
        narrative: 'for VN only',
        handling: { tlp: 'AMBER', release: { participants: ['VN'] } },
      },
      version: 2,
    },
  ])
  await world.settled([feeds])
  const seen = JSON.stringify([
    (await readAll(feeds, 'KH-ACD')).entries,
    (await call(`${feeds.url}/v1/notices/${content.id}`, tokens['KH-ACD'])).body,
  ])
  t.match(seen, 'for KH')
  t.notMatch(seen, 'for VN only')
  t.notOk(seen.includes(Buffer.from('for VN only').toString('base64url').slice(0, 12)))
  t.match(JSON.stringify((await readAll(feeds, 'VN-C06')).entries), 'for VN only')
})
