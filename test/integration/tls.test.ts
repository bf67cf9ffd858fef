import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as tlsConnect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { projectFolder } from '#deploy/local/project.ts'
import { makeCertificates, opensslProblem, type Certificates } from '#deploy/tls/certificates.ts'
import { measureCertificates } from '#runtime/keys/certificate-metrics.ts'
import { ConfigError } from '#runtime/process/config.ts'
import { createHttp } from '#runtime/http/http.ts'
import { listenerTls, type ListenerSettings } from '#runtime/http/listener-tls.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { until } from '#test/support/until.ts'

const problem = await opensslProblem()
if (problem !== undefined) {
  t.plan(0, problem)
  process.exit(0)
}

t.setTimeout(120_000)
const log = createLog({ service: 'test', level: 'silent' })
const folder = await mkdtemp(join(tmpdir(), 'switchboard-tls-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
const local = ['localhost', '127.0.0.1']
const wishes = [
  { name: 'gateway-TH', hosts: local },
  { name: 'police', hosts: [] },
]
const own = await makeCertificates(join(folder, 'own'), wishes)
const other = await makeCertificates(join(folder, 'other'), wishes)
const ca = await readFile(own.ca, 'utf8')

const settingsOf = (
  { files }: Certificates,
  more: Partial<ListenerSettings> = {},
): ListenerSettings => {
  const { cert, key } = files('gateway-TH')
  return { host: '127.0.0.1', tlsCertFile: cert, tlsKeyFile: key, ...more }
}

const serve = async (t: Test, settings: ListenerSettings): Promise<number> => {
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

const get = async (
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

const outcome = (settings: ListenerSettings): string => {
  try {
    return listenerTls(settings) === undefined ? 'plain' : 'tls'
  } catch (error) {
    return error instanceof ConfigError ? 'refused' : String(error)
  }
}

await t.test('plain HTTP only on loopback, or where that is said', async (t) => {
  const { tlsCertFile, tlsKeyFile } = settingsOf(own)
  for (const [host, more, expected] of [
    ['127.0.0.1', {}, 'plain'],
    ['127.8.9.1', {}, 'plain'],
    ['::1', {}, 'plain'],
    ['[::1]', {}, 'plain'],
    ['localhost', {}, 'plain'],
    ['0.0.0.0', {}, 'refused'],
    ['::', {}, 'refused'],
    ['10.0.0.1', {}, 'refused'],
    ['gateway.example', {}, 'refused'],
    ['127.0.0.1.example', {}, 'refused'],
    ['', {}, 'refused'],
    ['0.0.0.0', { allowPlainHttp: true }, 'plain'],
    ['0.0.0.0', { allowPlainHttp: false }, 'refused'],
    ['0.0.0.0', { tlsCertFile, tlsKeyFile }, 'tls'],
    ['127.0.0.1', { tlsCertFile, tlsKeyFile }, 'tls'],
    ['0.0.0.0', { tlsCertFile, tlsKeyFile, allowPlainHttp: true }, 'tls'],
    ['127.0.0.1', { tlsCertFile }, 'refused'],
    ['127.0.0.1', { tlsKeyFile }, 'refused'],
    ['127.0.0.1', { tlsClientCaFile: own.ca }, 'refused'],
    ['127.0.0.1', { tlsCertFile, tlsKeyFile: other.files('gateway-TH').key }, 'refused'],
    ['127.0.0.1', { tlsCertFile: tlsKeyFile, tlsKeyFile }, 'refused'],
  ] as const) {
    t.equal(
      outcome({ host, ...more }),
      expected,
      `${host || '(empty)'} ${Object.keys(more).join(' ')}`,
    )
  }
  await cp(tlsKeyFile!, join(folder, 'open.key'))
  await chmod(join(folder, 'open.key'), 0o644)
  t.throws(
    () => listenerTls({ host: '127.0.0.1', tlsCertFile, tlsKeyFile: join(folder, 'open.key') }),
    { message: /is open to others; run: chmod 600/ },
    'a key that others can read',
  )
})

const services = {
  hub: { REPLY_KEY_FILE: own.ca, KAFKA_BROKERS: '127.0.0.1:1' },
  gateway: {
    PARTICIPANT: 'TH',
    NOTICE_KEY_FILE: own.ca,
    HUB_KEYS_FILE: own.ca,
    NATIONAL_ISSUER: 'x',
    NATIONAL_JWKS: 'x',
    KAFKA_BROKERS: '127.0.0.1:1',
  },
  feeds: { ACCESS_TOKEN_KEY_FILE: own.ca, CURSOR_KEY_FILE: own.ca },
  console: { SESSION_KEY_FILE: own.ca },
} as const

for (const [name, settings] of Object.entries(services)) {
  await t.test(
    `${name} does not start with plain HTTP on an address that others reach`,
    async (t) => {
      const child = spawn(process.execPath, [resolve(projectFolder, `services/${name}/main.ts`)], {
        env: {
          PATH: process.env['PATH'],
          ...settings,
          DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
          HOST: '0.0.0.0',
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
      t.equal(code, 1)
      t.match(
        said,
        'HOST is an address that others reach, and there is no certificate: ' +
          'set TLS_CERT_FILE and TLS_KEY_FILE, or ALLOW_PLAIN_HTTP=true',
      )
    },
  )
}

await t.test('a gateway does not speak plainly to a broker on another machine', async (t) => {
  const child = spawn(process.execPath, [resolve(projectFolder, 'services/gateway/main.ts')], {
    env: {
      PATH: process.env['PATH'],
      ...services.gateway,
      KAFKA_BROKERS: 'kafka.example:9092',
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  t.equal(code, 1)
  t.match(said, /KAFKA_TLS_CA_FILE is not set and a broker is on another machine/)
})

const negotiated = async (port: number, options: ConnectionOptions): Promise<string> => {
  const socket = tlsConnect({ host: '127.0.0.1', port, ca, servername: 'localhost', ...options })
  try {
    await once(socket, 'secureConnect')
    return socket.getProtocol() ?? ''
  } catch {
    return 'refused'
  } finally {
    socket.destroy()
  }
}

const plainAnswer = async (port: number): Promise<string> => {
  const socket = connect(port, '127.0.0.1', () =>
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'),
  )
  return text(socket).catch(() => '')
}

await t.test(
  'a listener with a certificate speaks TLS 1.3 and 1.2, with what is safe, and nothing else',
  async (t) => {
    const port = await serve(t, settingsOf(own))
    const answer = await get(port)
    t.equal(answer.status, 200)
    t.equal(answer.headers['strict-transport-security'], 'max-age=31536000')
    for (const [what, options, expected] of [
      ['by itself', {}, 'TLSv1.3'],
      ['TLS 1.2', { maxVersion: 'TLSv1.2' }, 'TLSv1.2'],
      [
        'TLS 1.1',
        { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
        'refused',
      ],
      ['no forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }, 'refused'],
      [
        'CBC',
        { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA' },
        'refused',
      ],
      [
        'a client that trusts another authority',
        { ca: await readFile(other.ca, 'utf8') },
        'refused',
      ],
      ['a client that looks for another host', { servername: 'gateway.example' }, 'refused'],
    ] as const)
      t.equal(await negotiated(port, options), expected, what)
    t.equal(await plainAnswer(port), '', 'plain HTTP is not answered')
  },
)

await t.test(
  'with an authority of clients, nobody connects without a certificate of it',
  async (t) => {
    const port = await serve(t, settingsOf(own, { tlsClientCaFile: own.ca }))
    const pair = async ({ files }: Certificates): Promise<ConnectionOptions> => ({
      cert: await readFile(files('police').cert),
      key: await readFile(files('police').key),
    })
    t.equal((await get(port, '/healthz', await pair(own))).status, 200)
    await t.rejects(get(port), 'without one')
    await t.rejects(get(port, '/healthz', await pair(other)), 'with one of another authority')
  },
)

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
