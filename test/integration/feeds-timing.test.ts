import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { campaignTries } from '#test/support/campaign-test.ts'
import { createFeedsWorld, forKh, token } from '#test/support/feeds.ts'
import { rankTest } from '#test/support/rank-test.ts'

/*
 * Whether the time of an answer tells a reader with nothing to see how much was logged. Two worlds
 * are asked by turns, in random order, so that whatever else the machine does falls on both. A
 * difference counts if it is surely there (p < 1e-6) and large enough to be used over a network, in
 * two of two repetitions: a busy machine gives no false alarm.
 */
if (process.env['CAMPAIGN_TRIES'] === undefined) {
  t.plan(0, 'run by npm run campaign timing: it judges times, on a quiet machine')
  process.exit(0)
}
const { tries, seed } = campaignTries(20)
const repetitions = 2
const hiddenEntries = 300
const noticeableMs = 1

const makeWorld = async (hidden: number) => {
  const world = await createFeedsWorld(t)
  const feeds = await world.start()
  const handling = {
    tlp: 'AMBER',
    purposes: ['victim-rescue'],
    release: { participants: ['KH'], partners: ['EXCHANGE-1'] },
  }
  const notices = Array.from({ length: hidden }, () => ({ content: forKh({ handling }) }))
  if (hidden > 0) await world.append(notices)
  await world.settled([feeds])
  return { feeds, token: await token(feeds, 'kh-acd'), hiddenId: notices[0]?.content.id }
}

const [busy, silent] = [await makeWorld(hiddenEntries), await makeWorld(0)]
const absentId = '00000000-0000-4000-8000-000000000000'

const channels: Readonly<Record<string, (of: typeof busy) => string>> = {
  page: () => '/v1/feeds/all',
  'page of a kind': () => '/v1/feeds/phone-number',
  'long poll': () => '/v1/feeds/all?wait=1',
  'notice by id': (of) => `/v1/notices/${of.hiddenId ?? absentId}`,
  'bad cursor': () => '/v1/feeds/all?after=x',
}

const timed = async (world: typeof busy, path: string): Promise<number> => {
  const began = performance.now()
  const answer = await fetch(`${world.feeds.url}${path}`, {
    headers: { authorization: `Bearer ${world.token}` },
  })
  await answer.arrayBuffer()
  return performance.now() - began
}

let state = seed
/** A coin that the seed repeats (a linear congruential generator). */
const coin = (): boolean => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >= 2 ** 31

for (const [channel, pathOf] of Object.entries(channels))
  await t.test(`${channel}: a busy log is answered like a silent one (seed ${seed})`, async (t) => {
    const found: object[] = []
    const rounds = channel === 'long poll' ? Math.ceil(tries / 10) : tries
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const times = new Map([busy, silent].map((world) => [world, [] as number[]]))
      for (let i = 0; i < rounds; i++) {
        for (const world of coin() ? [busy, silent] : [silent, busy]) {
          await delay(1) // each request comes at its own place between two turns of the clock
          times.get(world)!.push(await timed(world, pathOf(world)))
        }
      }
      const test = rankTest(times.get(busy)!, times.get(silent)!)
      t.comment(`${channel}: p ${test.p.toExponential(1)}, ${test.medianDifference.toFixed(2)} ms`)
      if (test.p < 1e-6 && Math.abs(test.medianDifference) > noticeableMs) found.push(test)
    }
    t.not(found.length, repetitions, JSON.stringify(found))
  })
