import t from 'tap'
import { campaignTries } from '#test/support/campaign-test.ts'
import { playStrip } from './strip/play.ts'

const { tries, seed } = campaignTries(300)

await t.test(
  'who can write to topics and delete from them makes other records of genuine ones: none is ' +
    `acted on (seed ${seed})`,
  async (t) => {
    const played = await playStrip(t, tries, seed)
    t.comment(`seed ${seed}: ${JSON.stringify(played)}`)
    t.ok(played.tries >= tries, `${played.tries} records were made`)
    t.equal(played.actedOn, 0)
    t.ok(played.genuine > 0, `${played.genuine} genuine records were logged as they were signed`)
    t.ok(Object.keys(played.codes).length > 3, JSON.stringify(played.codes))
  },
)
