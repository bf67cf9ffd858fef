import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { Test } from 'tap'
import { catalogue } from '#core/catalogue/catalogue.ts'
import { answered, arrived, call, post } from '#test/support/clients.ts'
import { wallet } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { system, info } from './world.ts'

export const operating = async (t: Test): Promise<void> => {
  await t.test(
    'an operator follows one notice from POST to every hand-over, and why others did not get it',
    async (t) => {
      const notice = wallet()
      await post(info, 'TH', notice)
      await arrived(info, 'KH-ACD', notice.id)
      await answered(info, 'TH', notice.id)
      const trace = await until('the hand-over in the trace', async () => {
        const answer = await call(
          `${info.console.url}/v1/trace/${notice.id}`,
          info.console.tokens.operator,
        )
        return /"KH-ACD"[^}]*"at"|"at"[^}]*"KH-ACD"/.test(JSON.stringify(answer.body))
          ? answer
          : undefined
      })
      const text = JSON.stringify(trace.body)
      for (const step of ['posted', 'signed', 'published', 'received', 'logged', 'receipted'])
        t.match(text, `"${step}"`, step)
      t.match(text, /VN-C06/)
      t.match(await call(`${info.console.url}/v1/trace/${notice.id}`, undefined), { status: 401 })
      t.match(
        await call(`${info.console.url}/v1/trace/${randomUUID()}`, info.console.tokens.operator),
        { status: 404 },
      )
    },
  )

  await t.test('every service answers health, readiness, its interface and metrics', async (t) => {
    for (const url of [
      ...Object.values(info.gateways).map((g) => g.url),
      info.feeds.url,
      info.console.url,
    ]) {
      for (const path of ['/healthz', '/readyz', '/docs', '/metrics'])
        t.equal((await call(`${url}${path}`, undefined)).status, 200, `${url}${path}`)
      t.match((await call(`${url}/openapi.json`, undefined)).body, {
        openapi: /^3\.1/,
        paths: Object,
      })
      t.match(await call(`${url}/nowhere`, undefined), {
        status: 404,
        body: { code: 'request/not-found' },
      })
    }
    t.equal(
      (await stat(`${system.supervisor.folder}/system.json`)).mode & 0o777,
      0o600,
      'the file with the tokens is for its owner',
    )
    t.ok(Object.keys(catalogue).length > 50)
  })
}
