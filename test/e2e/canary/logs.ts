import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Test } from 'tap'
import { call, post } from '#test/support/clients.ts'
import { planted, h3 } from './planted.ts'
import { system, info, held, shown, text, feeds, askedIn } from './world.ts'

export const logs = async (t: Test): Promise<void> => {
  const ports = JSON.parse(
    await readFile(resolve(system.supervisor.folder, 'ports.json'), 'utf8'),
  ) as Record<string, number>

  const secrets = [
    ...Object.values(info.gateways).map((g) => g.token),
    ...Object.values(info.feeds.agencies).flatMap((a) => [a.token, a.clientSecret]),
    ...Object.values(info.console.tokens),
    ...Object.values(info.ncb).map((n) => n.token),
  ]

  await t.test(
    'what is refused leaves nothing of its content in any log or metric, nor does what is accepted',
    async (t) => {
      const { id: _id, ...body } = planted[0]!.body as { id: string }
      const refused: readonly unknown[] = [
        { ...body, offences: [h3.tokens.narrative] },
        { ...body, [h3.tokens.narrative!]: 1 },
        { ...body, handling: { tlp: h3.tokens.narrative } },
        { ...body, subject: { address: `0x${h3.tokens.subject}zz`, chain: 'evm' } },
        `{"narrative": "${h3.tokens.narrative}`,
        { ...body, agency: 'KH-ACD' },
      ]
      for (const each of refused) t.ok((await post(info, 'TH', each)).status >= 400)
      for (const path of [`/v1/notices/${h3.tokens.narrative}`, `/v1/feeds/${h3.tokens.narrative}`])
        await call(`${feeds}${path}`, info.feeds.agencies['KH-ACD']!.token)
      const urls = [
        ...Object.values(info.gateways).map((g) => g.url),
        feeds,
        info.console.url,
        `http://127.0.0.1:${ports['hub']}`,
      ]
      const metrics = await Promise.all(urls.map((url) => text(`${url}/metrics`)))
      for (const each of metrics) t.match(each, /^200\n[^]*process_cpu/)
      t.strictSame(
        [...shown(held(metrics.join('\n'))), ...askedIn(metrics.join('\n'))],
        [],
        'metrics',
      )
      for (const secret of secrets) t.notOk(metrics.join('\n').includes(secret))
      const folder = resolve(system.supervisor.folder, 'logs')
      const names = await readdir(folder)
      // else their logs are with the container engine, or with whoever runs them
      const servers = system.kind === 'embedded' ? ['kafka', 'postgres'] : []
      for (const service of ['hub', 'feeds', 'console', 'gateway-TH', ...servers])
        t.ok(
          names.some((n) => n.startsWith(service)),
          `there is a log of ${service}`,
        )
      for (const name of names) {
        const log = await readFile(resolve(folder, name), 'utf8')
        t.strictSame([...shown(held(log)), ...askedIn(log)], [], name)
        t.notOk(
          secrets.some((secret) => log.includes(secret)),
          `${name}: no token, no secret`,
        )
      }
    },
  )
}
