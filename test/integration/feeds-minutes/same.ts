import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { forKh } from '#test/support/feeds.ts'
import { openStream } from '#test/support/sse-client.ts'
import { until } from '#test/support/until.ts'
import { busy, silent, processOf, type MinutesWorld } from './world.ts'

const releasedElsewhere = { tlp: 'AMBER', purposes: ['victim-rescue'] }

/** Hidden from both readers, who hold a token of some of them. */
const hidden = [
  { ...releasedElsewhere, release: { participants: ['KH'], partners: ['EXCHANGE-1'] } },
  { tlp: 'RED' },
]
const open = { tlp: 'GREEN', release: { partners: ['EXCHANGE-1'] } }

const logHidden = async (world: MinutesWorld): Promise<void> => {
  await world.append(hidden.map((handling) => ({ content: forKh({ handling }) })))
  await world.settled(world.feeds)
}

/** Notes what a reader is shown: the minute of a cursor, and where the same text came first. */
const notesOf = (world: MinutesWorld, agency: string) => {
  const seen: object[] = []
  const texts: string[] = []
  return {
    seen,
    note: (what: string, text: string, more: object = {}): void => {
      const { minute, index: _place, ...state } = world.namedBy(agency, text)!
      texts.push(text)
      const at = minute === undefined ? 'an entry' : world.since(minute)
      const same = texts.indexOf(text)
      seen.push({ what, at, state, length: text.length, same, ...more })
    },
  }
}

/** What a reader sees in three minutes, with a visible entry in the second. */
const seenIn = async (world: MinutesWorld, agency: string, isBusy: boolean): Promise<object[]> => {
  const { seen, note } = notesOf(world, agency)
  const fill = async (): Promise<void> => (isBusy ? await logHidden(world) : undefined)
  const headers = { authorization: `Bearer ${world.tokens[agency]!}` }
  let after = (await world.readAll(processOf(world, 0), agency)).next
  for (let turn = 0; turn < 6; turn++) {
    const { url } = processOf(world, turn)
    await fill()
    if (turn === 2) await world.append([{ content: forKh({ handling: open }) }])
    await world.settled(world.feeds)
    await fill()
    const page = await world.read(processOf(world, turn), agency, { after })
    page.entries.forEach(({ cursor }) => note('entry', cursor))
    note('next', page.next, { entries: page.entries.length, end: page.end })
    after = page.next
    // A minute ends during each second wait; in the busy log alone an entry wakes the reader then.
    const isLong = turn % 2 === 1
    const polling = fetch(`${url}/v1/feeds/all?wait=${isLong ? 2 : 1}&after=${after}`, {
      headers: { ...headers, accept: 'application/x-ndjson' },
    }).then((answer) => answer.text())
    if (isLong) await world.passMinutes()
    await fill()
    const lines = await polling
    const waited = JSON.parse(lines) as { next: string; end: boolean }
    note('next of a long poll', waited.next, { end: waited.end })
    const live = await openStream(`${url}/v1/feeds/all`, world.tokens[agency]!, {
      'last-event-id': after,
    })
    await fill()
    note('id', await until('an idle id', () => live.events.find((e) => e.comment === 'idle')?.id))
    live.close()
  }
  return seen
}

/** What a reader sees of answers that give nothing: status, headers and length, and the body. */
const nothingIn = async (
  { feeds, tokens }: MinutesWorld,
  agency: string,
  hiddenId: string,
): Promise<object[]> => {
  const paths = [
    'feeds/all?after=x',
    'feeds/all?limit=0',
    'feeds/nothing',
    `notices/${hiddenId}`,
    `notices/${hiddenId}?issuer=TH`,
    `notices/${hiddenId}/acknowledge-conditions`,
  ]
  return await Promise.all(
    paths.map(async (path) => {
      const answer = await fetch(`${feeds[0].url}/v1/${path}`, {
        method: path.includes('acknowledge') ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${tokens[agency]!}` },
      })
      const { date: _at, 'x-request-id': _id, ...headers } = Object.fromEntries(answer.headers)
      const {
        instance: _of,
        requestId: _too,
        ...body
      } = (await answer.json()) as Record<string, unknown>
      return { path: path.replace(hiddenId, 'id'), status: answer.status, headers, body }
    }),
  )
}

export const same = async (t: Test): Promise<void> => {
  for (const agency of ['KH-ACD', 'EXCHANGE-1'])
    await t.test(`${agency} cannot tell a busy log from a silent one`, async (t) => {
      const [ofBusy, ofSilent] = await Promise.all([
        seenIn(busy, agency, true),
        seenIn(silent, agency, false),
      ])
      t.strictSame(ofBusy, ofSilent)
      t.equal(ofSilent.length, 19)
    })

  await t.test(
    'answers that give nothing are the same of a hidden and an absent notice',
    async (t) => {
      const notices = hidden.map((handling) => forKh({ handling }))
      await busy.append(notices.map((content) => ({ content })))
      await busy.settled(busy.feeds)
      for (const agency of ['KH-ACD', 'EXCHANGE-1'])
        for (const { id } of notices)
          t.strictSame(
            await nothingIn(busy, agency, id),
            await nothingIn(silent, agency, randomUUID()),
            agency,
          )
    },
  )
}
