import t from 'tap'
import { campaignTries } from '#test/support/campaign-test.ts'
import { measureHolds } from '#test/support/loop-holds.ts'
import { runSystem } from '#test/support/system.ts'
import { largeRequests } from './event-loop/large-requests.ts'

const limitMs = 50
/** A busy machine makes a hold longer, and never shorter: one good try is enough. */
const { tries } = campaignTries(8)
const isCampaign = process.env['CAMPAIGN_TRIES'] !== undefined

const { env, takeHold } = await measureHolds(t)
const system = await runSystem(t, 'test-event-loop', { env })

for (const { name, service, ask } of largeRequests(system.info, isCampaign))
  await t.test(`${name}: the event loop is held for less than ${limitMs} ms`, async (t) => {
    const pid = system.supervisor.pids()[service]!
    const holds: number[] = []
    while (holds.length < tries && !holds.some((ms) => ms < limitMs)) {
      await takeHold(pid)
      await ask()
      holds.push(await takeHold(pid))
    }
    const said = holds.map((ms) => ms.toFixed(1)).join(', ')
    t.ok(
      holds.some((ms) => ms < limitMs),
      `${said} ms`,
    )
  })
