import { readFile, writeFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { join } from 'node:path'
import type { Test } from 'tap'
import { makeCertificates } from '#deploy/tls/certificates.ts'
import { until } from '#test/support/until.ts'
import { folder, local, wishes, own, settingsOf, serve, get } from './world.ts'

export const changes = async (t: Test): Promise<void> => {
  await t.test(
    'a certificate is changed without a restart: what is open goes on, what is half written ' +
      'changes nothing',
    async (t) => {
      const made = await makeCertificates(join(folder, 'renewed'), [
        { name: 'gateway-TH', hosts: local },
      ])
      const { cert, key } = made.files('gateway-TH')
      const renewedCa = await readFile(made.ca, 'utf8')
      const port = await serve(t, settingsOf(made))
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      t.teardown(() => agent.destroy())
      const shown = async (): Promise<string> =>
        (await get(port, '/healthz', { ca: renewedCa })).socket.getPeerCertificate().serialNumber
      const [first] = [await shown(), await get(port, '/healthz', { ca: renewedCa, agent })]
      const before = [await readFile(cert), await readFile(key)] as const

      await makeCertificates(join(folder, 'renewed'), [{ name: 'gateway-TH', hosts: local }], {
        renew: true,
      })
      const after = [await readFile(cert), await readFile(key)] as const
      await until('the other certificate is shown', async () => (await shown()) !== first, 20_000)
      const second = await shown()
      const kept = await get(port, '/healthz', { ca: renewedCa, agent })
      t.equal(
        kept.socket.getPeerCertificate().serialNumber,
        first,
        'a connection that was open keeps its own',
      )

      await writeFile(cert, before[0])
      await new Promise((done) => setTimeout(done, 6_000))
      t.equal(await shown(), second, 'a certificate without its key is not taken')
      await writeFile(cert, after[0].subarray(0, 100))
      await writeFile(key, before[1])
      t.equal(
        (await get(port, '/healthz', { ca: renewedCa })).status,
        200,
        'half a file ends nothing',
      )
      await writeFile(cert, before[0])
      await until(
        'the pair is taken as soon as it fits',
        async () => (await shown()) === first,
        20_000,
      )
    },
  )

  await t.test('the end of a certificate is in the metrics', async (t) => {
    const port = await serve(t, settingsOf(own))
    const { body } = await get(port, '/metrics')
    const seconds = Number(
      /switchboard_certificate_not_after_seconds\{use="listener",service="test"\} (\S+)/.exec(
        body,
      )?.[1],
    )
    const days = (seconds - Date.now() / 1000) / 86_400
    t.ok(days > 363 && days < 366, `${days.toFixed(1)} days`)
  })

  await t.test(
    'certificates that are there stay, until they are soon to end or name other hosts',
    async (t) => {
      const place = join(folder, 'kept')
      t.same((await makeCertificates(place, wishes)).made, ['gateway-TH', 'police'])
      t.same((await makeCertificates(place, wishes)).made, [])
      t.same(
        (
          await makeCertificates(place, [
            { name: 'gateway-TH', hosts: [...local, 'gateway.example'] },
          ])
        ).made,
        ['gateway-TH'],
        'another host',
      )
      t.same((await makeCertificates(place, [{ name: 'soon', hosts: [] }], { days: 20 })).made, [
        'soon',
      ])
      t.same(
        (await makeCertificates(place, [{ name: 'soon', hosts: [] }])).made,
        ['soon'],
        'less than a month left',
      )
      t.same((await makeCertificates(place, [{ name: 'soon', hosts: [] }])).made, [])
      await t.rejects(makeCertificates(place, [{ name: '../x', hosts: [] }]), {
        message: /name is made of/,
      })
    },
  )
}
