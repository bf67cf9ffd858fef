import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request, type Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { makeCertificates, opensslProblem, type Certificates } from '#deploy/tls/certificates.ts'
import { measureCertificates } from '#runtime/keys/certificate-metrics.ts'
import { createHttp } from '#runtime/http/http.ts'
import { listenerTls, type ListenerSettings } from '#runtime/http/listener-tls.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'

const problem = await opensslProblem()

if (problem !== undefined) {
  t.plan(0, problem)
  process.exit(0)
}

t.setTimeout(120_000)

const log = createLog({ service: 'test', level: 'silent' })

export const folder = await mkdtemp(join(tmpdir(), 'switchboard-tls-'))

t.teardown(() => rm(folder, { recursive: true, force: true }))

export const local = ['localhost', '127.0.0.1']

export const wishes = [
  { name: 'gateway-TH', hosts: local },
  { name: 'police', hosts: [] },
]

export const own = await makeCertificates(join(folder, 'own'), wishes)

export const other = await makeCertificates(join(folder, 'other'), wishes)

export const ca = await readFile(own.ca, 'utf8')

export const settingsOf = (
  { files }: Certificates,
  more: Partial<ListenerSettings> = {},
): ListenerSettings => {
  const { cert, key } = files('gateway-TH')
  return { host: '127.0.0.1', tlsCertFile: cert, tlsKeyFile: key, ...more }
}

export const serve = async (t: Test, settings: ListenerSettings): Promise<number> => {
  const metrics = createMetrics('test')
  measureCertificates(metrics, { listener: settings.tlsCertFile })
  const app = await createHttp({
    service: 'test',
    log,
    metrics,
    tls: listenerTls(settings),
    ready: async () => [],
    api: { title: 'T', version: '1', description: 'd' },
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  return (app.server.address() as { port: number }).port
}

type Answer = {
  readonly status: number
  readonly body: string
  readonly socket: TLSSocket
  readonly headers: NodeJS.Dict<string | string[]>
}

export const get = async (
  port: number,
  path = '/healthz',
  options: ConnectionOptions & { agent?: Agent } = {},
): Promise<Answer> => {
  const sent = request({ host: 'localhost', port, path, ca, agent: false, ...options }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return {
    status: response.statusCode ?? 0,
    socket: response.socket as TLSSocket,
    headers: response.headers,
    body: await text(response),
  }
}
