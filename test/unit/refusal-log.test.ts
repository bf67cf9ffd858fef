import t from 'tap'
import { createLog } from '#runtime/process/log.ts'
import type { Intake } from '#store/log/intake.ts'
import { until } from '#test/support/until.ts'
import { createRefusalLog } from '../../services/hub/intake/refusal-log.ts'

const record = (participant: string): Intake => ({
  participant,
  raw: Buffer.from('x'),
  digest: Buffer.from('00', 'hex'),
  topic: `submitted.${participant}`,
  partition: 0,
  offset: '1',
  postedAt: null,
  publishedAt: 0,
  receivedAt: 0,
  outcome: { ok: false, held: false, refusal: { code: 'envelope/not-readable' } },
})

await t.test(
  'a flood of refused records is two lines, and none of another participant is missed',
  async (t) => {
    const lines: Record<string, unknown>[] = []
    const destination = {
      write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    }
    const refused = createRefusalLog(createLog({ service: 'test', destination }), 200)
    for (let i = 0; i < 1000; i++) refused.add(record('TH'), 'envelope/not-readable')
    refused.add(record('KH'), 'envelope/not-readable')
    t.equal(lines.length, 2, 'the first of each at once')
    await until('the rest is told', () => lines.length === 3)
    t.match(lines[2], { participant: 'TH', code: 'envelope/not-readable', count: 999 })
    refused.add(record('TH'), 'envelope/not-readable')
    refused.close()
    t.match(lines[3], { participant: 'TH', count: 1 }, 'what was counted is told at the end')
    t.equal(lines.length, 4)
  },
)
