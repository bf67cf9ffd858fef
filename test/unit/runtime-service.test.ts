import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { until } from '#test/support/until.ts'

t.setTimeout(180_000)

type Line = { level: string; msg: string; url?: string; err?: { message: string } }
type Service = {
  readonly child: ChildProcess
  readonly lines: Line[]
  readonly errors: () => string
  readonly line: (msg: string) => Promise<Line>
  readonly code: () => Promise<number | null>
}

/** A process whose service is the given expression, `(deps) => Promise<{ close }>`. */
const run = (t: Test, start: string, env: Record<string, string> = {}): Service => {
  const script =
    `import { runService } from '#runtime/process/service.ts'; import { ` +
    `readConfig } from '#runtime/process/config.ts'; setInterval(() ` +
    `=> {}, 1000); await runService('sample', ${start})`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const lines: Line[] = []
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += String(chunk)))
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (text) => lines.push(JSON.parse(text) as Line))
  const closed = once(child, 'close').then(([code]) => code as number | null)
  const line = async (msg: string): Promise<Line> => {
    for (;;) {
      const found = lines.find((l) => l.msg === msg)
      if (found) return found
      await Promise.race([
        once(reader, 'line'),
        closed.then(() => {
          throw new Error(`ended without "${msg}": ${errors}`)
        }),
      ])
    }
  }
  return { child, lines, errors: () => errors, line, code: () => closed }
}

await t.test('SIGTERM drains and ends with 0; one line says where it is ready', async (t) => {
  const service = run(
    t,
    `async ({ log }) => ({ url: 'http://x:1', close: async () => { await new ` +
      `Promise((r) => setTimeout(r, 50)); log.info('closed') } })`,
  )
  t.equal((await service.line('ready')).url, 'http://x:1')
  service.child.kill('SIGTERM')
  t.equal(await service.code(), 0)
  t.strictSame(
    service.lines.map((l) => l.msg),
    ['ready', 'draining', 'closed', 'stopped'],
  )
})

await t.test('a second signal ends a drain that hangs', async (t) => {
  const service = run(t, `async () => ({ close: () => new Promise(() => {}) })`)
  await service.line('ready')
  service.child.kill('SIGINT')
  await service.line('draining')
  service.child.kill('SIGTERM')
  t.equal(await service.code(), 1)
})

await t.test('a signal while starting drains once it has started', async (t) => {
  const service = run(
    t,
    `async ({ log }) => { log.info('starting'); await new Promise((r) => ` +
      `setTimeout(r, 200)); return { close: async () => log.info('closed') } }`,
  )
  await service.line('starting')
  service.child.kill('SIGTERM')
  t.equal(await service.code(), 0)
  t.ok(service.lines.some((l) => l.msg === 'closed'))
})

await t.test('a wrong configuration is one message on stderr and status 1', async (t) => {
  const service = run(
    t,
    `async ({ env }) => readConfig(env, { a: { type: 'string', example: '1', ` +
      `doc: 'A.' }, b: { type: 'url', example: 'x:y', doc: 'B.' } })`,
  )
  t.equal(await service.code(), 1)
  t.match(
    service.errors(),
    new RegExp(
      [
        '^sample: The configuration is not complete:',
        ' {2}- A is not set: A\\. Example: A=1',
        ' {2}- B is not set: B\\. Example: B=x:y',
        '$',
      ].join('\n'),
    ),
  )
  const level = run(t, 'async () => ({ close: async () => {} })', { LOG_LEVEL: 'loud' })
  t.equal(await level.code(), 1)
  t.match(level.errors(), 'LOG_LEVEL is not one of')
})

await t.test(
  'what nobody catches is logged and ends the process with 1, wherever it comes from',
  async (t) => {
    const rows: [string, string][] = [
      ['a start that fails', `async () => { throw new Error('broken') }`],
      [
        'a rejection',
        'async () => { void Promise.reject(new ' +
          `Error('broken')); return { close: async () => {} } }`,
      ],
      [
        'an exception',
        'async () => { setTimeout(() => { throw new ' +
          `Error('broken') }, 1); return { close: async () => {} } }`,
      ],
      [
        'a consumer that crashed',
        'async ({ crash }) => { setTimeout(() => crash(new ' +
          `Error('broken')), 1); return { close: async () => {} } }`,
      ],
    ]
    for (const [what, start] of rows) {
      const service = run(t, start)
      t.equal(await service.code(), 1, what)
      t.match(
        service.lines.at(-1),
        { level: 'fatal', msg: 'crashed', err: { message: 'broken' } },
        what,
      )
    }
  },
)

/** It is asked by HTTP, since nobody reads its log, and told by messages to crash. */
const noisy = `async ({ log, metrics }) => {
  const { createServer } = await import('node:http')
  const more = () => { for (let i = 0; i < 200; i++) log.info({ i }, 'x'.repeat(2000)) }
  const noise = setInterval(more, 5)
  process.emitWarning('a warning')
  const server = createServer(async (_, res) => res.end(await metrics.text()))
  await new Promise((r) => server.listen(0, '127.0.0.1', r))
  process.on('message', () => { throw new Error('meant') })
  process.send(server.address().port)
  return { close: async () => { clearInterval(noise); server.close(); process.disconnect() } }
}`

const droppedLines = async (port: number): Promise<boolean> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/`)).text()
  return /^switchboard_log_lines_dropped_total\S* [1-9]/m.test(text)
}

for (const [where, redirect] of [
  ['a full pipe that nobody reads', '> >(exec sleep 100)'],
  ['a closed pipe', '> >(true)'],
  ['a full device', '> /dev/full'],
] as const) {
  await t.test(`a service whose log goes to ${where} answers, drops lines and ends`, async (t) => {
    for (const [end, code] of [
      ['SIGTERM', 0],
      ['crash', 1],
    ] as const) {
      const child = spawn(
        'bash',
        ['-c', `exec "$NODE" --input-type=module -e "$SCRIPT" ${redirect} 2>&1`],
        {
          env: {
            PATH: process.env['PATH'] ?? '',
            NODE: process.execPath,
            SCRIPT: `import { runService } from '#runtime/process/service.ts'
              await runService('sample', ${noisy})`,
          },
          stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
          detached: true,
        },
      )
      const exited = once(child, 'exit')
      t.teardown(() => {
        try {
          process.kill(-child.pid!, 'SIGKILL')
        } catch {
          // all of them have ended
        }
      })
      const [port] = (await once(child, 'message')) as [number]
      await until('lines are dropped and counted', () => droppedLines(port))
      if (end === 'crash') child.send('crash')
      else child.kill('SIGTERM')
      t.strictSame((await exited)[0], code, `${end} ends it with ${code}`)
    }
  })
}
