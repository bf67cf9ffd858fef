import { produceV9 } from '@platformatic/kafka'
import type { Test } from 'tap'
import { defaultRates, gatewayPrincipal } from '#core/kafka/access.ts'
import { connectTo } from '#test/support/kafka-attempts.ts'
import { until } from '#test/support/until.ts'
import { clients, applyKafka, countries, securityOf, accessAdmin } from './world.ts'

export const rates = async (t: Test): Promise<void> => {
  await t.test(
    'each principal has its byte rates, and whoever exceeds them is slowed down',
    async (t) => {
      const { rates } = await accessAdmin.read()
      t.same(Object.fromEntries(rates), {
        hub: defaultRates.hub,
        ...Object.fromEntries(countries.map((p) => [gatewayPrincipal(p), defaultRates.gateway])),
      })
      await accessAdmin.setRates('gateway-TH', { producer: 1024, consumer: 1024 })
      const connection = await connectTo(clients, securityOf('gateway-TH'))
      t.teardown(() => connection.close().catch(() => undefined))
      const send = async (): Promise<number> => {
        const answer = await produceV9.api.async(connection, -1, 5_000, [
          { topic: 'submitted.TH', partition: 0, value: Buffer.alloc(4096) },
        ])
        return typeof answer === 'object' ? answer.throttleTimeMs : 0
      }
      const throttled = await until(
        'it is throttled',
        async () => (await send()) || undefined,
        20_000,
      )
      t.ok(throttled > 0, `${throttled} ms`)
      const corrected = await applyKafka()
      t.same(
        corrected.out.filter((line) => !line.startsWith('= ')),
        ['+ gateway-TH sends at most 4096 KiB/s and receives at most 4096 KiB/s'],
        'what was changed by hand is put right',
      )
    },
  )

  await t.test(
    'rules of others that reach our topics are shown and left alone; ours that nothing calls ' +
      'for are removed',
    async (t) => {
      const rule = {
        permission: 'allow',
        operation: 'read',
        resource: 'topic',
        pattern: 'prefixed',
        name: 'sub',
        host: '*',
      }
      await accessAdmin.addRules([
        { principal: 'mirror', ...rule },
        { principal: 'gateway-TH', ...rule },
      ])
      const { out } = await applyKafka()
      t.same(
        out.filter((line) => !line.startsWith('= ')),
        ['- gateway-TH may read topic sub*', '! mirror may read topic sub*: not by this command'],
      )
      t.same(
        (await accessAdmin.read()).rules.filter((r) => r.name === 'sub').map((r) => r.principal),
        ['mirror'],
      )
    },
  )
}
