import t from 'tap'
import { createMetrics } from '#runtime/process/metrics.ts'

await t.test('every metric carries the service, and values of its labels', async (t) => {
  const metrics = createMetrics('gateway')
  metrics.counter('things_total', 'Things', ['code']).inc({ code: 'x' })
  metrics.gauge('depth', 'Depth', [], (gauge) => gauge.set(3))
  const text = await metrics.text()
  t.match(text, 'things_total{code="x",service="gateway"} 1')
  t.match(text, 'depth{service="gateway"} 3')
  t.match(text, 'nodejs_eventloop_lag_seconds{service="gateway"}')
})
