import type { Test } from 'tap'
import { call } from '#test/support/clients.ts'
import { until } from '#test/support/until.ts'
import { world, inMemory, tokenOf, readAll } from './world.ts'

export const operating = async (t: Test): Promise<void> => {
  await t.test('a process that drains answers who waits, and has its ledger written', async (t) => {
    const feeds = await world.start({ LEDGER_FLUSH_MS: '10000' })
    const { next } = await readAll(feeds, 'VN-C06')
    const waiting = call(`${feeds.url}/v1/feeds/all?wait=30&after=${next}`, tokenOf('VN-C06'))
    await until(
      'it waits',
      async () =>
        (await feeds.metrics.registry.getSingleMetric('switchboard_readers')!.get()).values[0]
          ?.value === 1,
    )
    const started = performance.now()
    await feeds.close()
    t.match(await waiting, { status: 200, body: { entries: [], end: true } })
    t.ok(performance.now() - started < 5000)
    const { rows } = await world.pool.query<{ n: number }>(
      `select count(*) as n from delivery where agency = 'VN-C06'`,
    )
    t.ok(rows[0]!.n > 0)
  })

  await t.test(
    "health, readiness, metrics and the interface's description need no token",
    async (t) => {
      for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs'])
        t.equal((await fetch(`${inMemory.url}${path}`)).status, 200, path)
      const metrics = await fetch(`${inMemory.url}/metrics`).then((r) => r.text())
      for (const name of [
        'switchboard_handed_over_total',
        'switchboard_decisions',
        'switchboard_tail_entries',
        'switchboard_readers',
        'switchboard_tokens_total',
      ])
        t.match(metrics, new RegExp(`^${name}`, 'm'), name)
      const { body } = await call(`${inMemory.url}/openapi.json`, undefined)
      t.match(Object.keys(body['paths'] as object).sort(), [
        '/oauth/token',
        '/v1/consent-requests',
        '/v1/consent-requests/{id}',
        '/v1/consent-requests/{id}/answer',
        '/v1/feeds/{topic}',
        '/v1/notices/{id}',
        '/v1/notices/{id}/acknowledge-conditions',
        '/v1/notices/{id}/consent-requests',
        '/v1/submissions',
        '/v1/submissions/{id}',
        '/v1/submissions/{id}/decide',
      ])
    },
  )
}
