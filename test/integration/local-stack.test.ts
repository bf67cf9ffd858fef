import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { restartDelayMs } from '#deploy/local/processes/child.ts'
import { embeddedProblem } from '#deploy/local/embedded.ts'
import { javaProblem, kafkaJars } from '#deploy/local/kafka/jars.ts'
import { findOrphans, findRun, stopProcesses } from '#deploy/local/processes/orphans.ts'
import { choosePorts } from '#deploy/local/processes/ports.ts'
import { postgresFolder, removePostgresFolder } from '#deploy/local/postgres/place.ts'
import { wipePostgres } from '#deploy/local/postgres/postgres.ts'
import { chooseKind, startStack, type Stack } from '#deploy/local/stack.ts'
import { supervise } from '#deploy/local/processes/supervisor.ts'
import { createTapReport, totalsOf } from '#deploy/local/tests/tap-report.ts'

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1'
process.env['SWITCHBOARD_STACK'] = 'embedded'
delete process.env['SWITCHBOARD_SECURE'] // the secured one is kafka-access.test.ts's
const silent = (): void => {}

const ownFolder = async (t: Test): Promise<string> => {
  const parent = await mkdtemp(join(tmpdir(), 'switchboard-test-'))
  await chmod(parent, 0o711)
  const folder = join(parent, 'stack')
  t.teardown(async () => {
    await wipePostgres(folder)
    await rm(parent, { recursive: true, force: true })
  })
  return folder
}

const until = async (
  what: string,
  holds: () => Promise<boolean> | boolean,
  limitMs: number,
): Promise<void> => {
  const deadline = performance.now() + limitMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`)
    await sleep(20)
  }
}

const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new Client({ connectionString: url })
  client.on('error', silent)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const withKafka = async <T>({ brokers }: Stack, use: (kafka: Kafka) => Promise<T>): Promise<T> =>
  await use(
    new Kafka({ clientId: 'local-stack-test', brokers: [...brokers], logLevel: logLevel.NOTHING }),
  )

const write = async (stack: Stack): Promise<void> => {
  await query(stack.databaseUrl, 'create table kept as select 42 as answer')
  await withKafka(stack, async (kafka) => {
    const [admin, producer] = [kafka.admin(), kafka.producer()]
    await admin.createTopics({
      topics: [{ topic: 'kept', numPartitions: 1 }],
      waitForLeaders: true,
    })
    await producer.connect()
    await producer.send({ topic: 'kept', acks: -1, messages: [{ key: 'k', value: 'v' }] })
    await Promise.all([producer.disconnect(), admin.disconnect()])
  })
}

const kept = async (stack: Stack): Promise<unknown> => ({
  rows: await query(stack.databaseUrl, 'select answer from kept'),
  records: await withKafka(stack, async (kafka) => {
    const admin = kafka.admin()
    try {
      await admin.connect()
      return (await admin.fetchTopicOffsets('kept')).map(({ high }) => high)
    } finally {
      await admin.disconnect()
    }
  }),
})
const written = { rows: [{ answer: 42 }], records: ['1'] }

const isAlive = (pid: number | undefined): boolean => {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}

const waitingChild = (...args: string[]): ChildProcess =>
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', ...args], { stdio: 'ignore' })

const problem = await embeddedProblem()
const needsServers = problem === undefined ? {} : { skip: problem }

await t.test('the embedded servers', needsServers, async (t) => {
  const folder = await ownFolder(t)

  await t.test(
    'a second start in the same folder finds the data and the ports of the first',
    async (t) => {
      const first = await startStack({ folder })
      await write(first)
      const { kafka, postgres } = first.pids()
      t.ok(isAlive(kafka) && isAlive(postgres), 'both run')
      await first.stop()
      t.notOk(isAlive(kafka) || isAlive(postgres), 'both are stopped')
      const second = await startStack({ folder })
      t.teardown(second.stop)
      t.same([second.brokers, second.databaseUrl], [first.brokers, first.databaseUrl])
      t.same(await kept(second), written)
      const secret = await stat(join(folder, 'postgres-password'))
      t.equal(secret.mode & 0o777, 0o600, 'nobody else reads the password')
      await t.rejects(
        startStack({ folder }),
        { message: /is in use by another process/ },
        'a folder in use is refused',
      )
      t.same(await kept(second), written, 'and its servers go on')
    },
  )

  await t.test(
    'a server that is killed starts again within two seconds, at its port, with its data',
    async (t) => {
      let seen: Readonly<Record<string, number>> = {}
      const supervisor = await supervise({
        folder,
        onPids: (pids) => {
          seen = pids
        },
      })
      t.teardown(supervisor.stopAll)
      const stack = await startStack({ folder, supervisor })
      for (const name of ['kafka', 'postgres']) {
        const before = stack.pids()[name] ?? t.fail(`${name} has a pid`)
        process.kill(Number(before), 'SIGKILL')
        await until(`${name} is reported gone`, () => seen[name] !== before, 1_000)
        await until(`${name} starts again`, () => seen[name] !== undefined, 2_000)
        t.not(seen[name], before, `${name} has another pid`)
      }
      await until(
        'both serve again',
        async () =>
          await kept(stack).then(
            () => true,
            () => false,
          ),
        60_000,
      )
      t.same(await kept(stack), written)
    },
  )

  await t.test(
    'what a killed supervisor left running is stopped by the next start, and nothing else is',
    async (t) => {
      const module = JSON.stringify(import.meta.resolve('#deploy/local/stack.ts'))
      const program = `import { startStack } from ${module}
      const stack = await startStack({ folder: ${JSON.stringify(folder)} })
      console.log(JSON.stringify(stack.pids()))`
      const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const stranger = waitingChild(folder)
      t.teardown(() => {
        stranger.kill('SIGKILL')
      })
      const [line] = (await once(owner.stdout, 'data')) as [Buffer]
      const orphans = JSON.parse(String(line)) as Record<string, number>
      owner.kill('SIGKILL')
      await once(owner, 'exit')
      t.ok(isAlive(orphans['kafka']) && isAlive(orphans['postgres']), 'they outlive it')
      const stack = await startStack({ folder })
      t.teardown(stack.stop)
      t.notOk(
        isAlive(orphans['kafka']) || isAlive(orphans['postgres']),
        'the next start stops them',
      )
      t.ok(isAlive(stranger.pid), 'a process that only names the folder goes on')
      t.same(await kept(stack), written)
    },
  )

  await t.test('a start that fails leaves nothing running and says why', async (t) => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    t.teardown(() => {
      other.close()
    })
    const port = String((other.address() as { port: number }).port)
    t.teardown(() => {
      for (const name of ['SWITCHBOARD_POSTGRES_PORT', 'SWITCHBOARD_KAFKA_HEAP'])
        delete process.env[name]
    })
    process.env['SWITCHBOARD_POSTGRES_PORT'] = port
    await t.rejects(startStack({ folder }), {
      message: `port ${port} (SWITCHBOARD_POSTGRES_PORT) is in use by another program`,
    })
    delete process.env['SWITCHBOARD_POSTGRES_PORT']
    process.env['SWITCHBOARD_KAFKA_HEAP'] = '1m'
    await t.rejects(startStack({ folder }), {
      message: /kafka ended .* before it was ready; .*logs\/kafka.log says:/,
    })
    t.same(await findOrphans(folder), [])
  })

  await t.test('a fresh start has no data', async (t) => {
    const stack = await startStack({ folder, fresh: true })
    t.teardown(stack.stop)
    await t.rejects(kept(stack), { message: /relation "kept" does not exist/ })
  })
})

await t.test('the supervisor', async (t) => {
  await t.test('stops in reverse order, and kills what does not end in time', async (t) => {
    const folder = await ownFolder(t)
    const ends: string[] = []
    let before: string[] = []
    const supervisor = await supervise({
      folder,
      onPids: (pids) => {
        const now = Object.keys(pids)
        ends.push(...before.filter((name) => !now.includes(name)))
        before = now
      },
    })
    const deaf = "process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)"
    const heard = async (): Promise<boolean> =>
      (await readFile(join(folder, 'logs/second.log'), 'utf8')).includes('deaf')
    await supervisor.start('first', {
      command: process.execPath,
      args: ['-e', 'setInterval(() => {}, 1000)'],
      ready: async () => true,
    })
    await supervisor.start('second', {
      command: process.execPath,
      args: ['-e', deaf],
      ready: heard,
      stopTimeoutMs: 300,
    })
    const pids = Object.values(supervisor.pids())
    await supervisor.stopAll()
    t.same(ends, ['second', 'first'])
    t.same(pids.map(isAlive), [false, false])
    await t.rejects(
      supervisor.start('third', { command: process.execPath, args: [], ready: async () => true }),
      { message: /is stopping/ },
    )
  })

  await t.test(
    'reports a process that ends before it serves, with the end of its log, and does not ' +
      'start it again',
    async (t) => {
      const supervisor = await supervise({ folder: await ownFolder(t) })
      t.teardown(supervisor.stopAll)
      const plan = {
        command: process.execPath,
        args: ['-e', "console.error('no key'); process.exit(3)"],
        ready: async () => false,
      }
      await t.rejects(supervisor.start('broken', plan), {
        message: /broken ended \(exit code 3\) before it was ready; .*broken.log says:\nno key$/,
      })
      await t.rejects(supervisor.start('absent', { ...plan, command: '/nonexistent' }), {
        message: /absent ended \(spawn \/nonexistent ENOENT\)/,
      })
      t.same(supervisor.pids(), {})
    },
  )

  t.ok(
    [0, 1, 2, 3, 10, 1_000].every((failures) => restartDelayMs(failures) < 2_000),
    'waits less than two seconds however often a start fails',
  )
})

await t.test(
  'a run stops what its processes started, through however many others, and nothing else',
  async (t) => {
    const inner =
      "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, " +
      "1000)'], { detached: true, stdio: 'ignore' }).unref()"
    const [own, other] = ['1', '2'].map((run) =>
      spawn(process.execPath, ['-e', inner], {
        env: { LOCAL_STACK_TEST: `${process.pid}-${run}` },
        stdio: 'ignore',
      }),
    )
    await Promise.all(
      [own, other].map(async (child) => {
        if (child !== undefined) await once(child, 'exit')
      }),
    )
    const left = await findRun('LOCAL_STACK_TEST', `${process.pid}-1`)
    t.equal(left.length, 1)
    await stopProcesses(left, silent)
    t.same(await findRun('LOCAL_STACK_TEST', `${process.pid}-1`), [])
    const others = await findRun('LOCAL_STACK_TEST', `${process.pid}-2`)
    t.equal(others.length, 1)
    await stopProcesses(others, silent)
  },
)

await t.test('where the servers come from', async (t) => {
  const external = {
    KAFKA_BROKERS: '127.0.0.1:9092',
    DATABASE_URL: 'postgres://u:p@127.0.0.1/postgres',
  }
  t.equal(await chooseKind(external), 'external', 'the environment comes first')
  t.equal(
    await chooseKind({ ...external, SWITCHBOARD_STACK: 'docker' }),
    'docker',
    'SWITCHBOARD_STACK forces',
  )
  await t.rejects(chooseKind({ SWITCHBOARD_STACK: 'mock' }), {
    message: 'SWITCHBOARD_STACK is one of external, embedded, docker; not "mock"',
  })
  await t.rejects(chooseKind({ KAFKA_BROKERS: '127.0.0.1:9092' }), {
    message: /set both KAFKA_BROKERS .* and DATABASE_URL/,
  })
})

await t.test(
  'missing Java or Maven gives one message that names the choices, and no half-fetched jars',
  async (t) => {
    const folder = await ownFolder(t)
    const { PATH, JAVA_HOME } = process.env
    t.teardown(() => {
      process.env['PATH'] = PATH
      if (JAVA_HOME !== undefined) process.env['JAVA_HOME'] = JAVA_HOME
    })
    process.env['PATH'] = '/nonexistent'
    delete process.env['JAVA_HOME']
    const choices = /Java 17 or later and Maven[^]*Docker[^]*KAFKA_BROKERS[^]*DATABASE_URL/
    t.match(await javaProblem(), choices)
    await t.rejects(kafkaJars(silent, join(folder, 'kafka')), { message: choices })
    t.same(await readdir(folder), [], 'nothing is left')
  },
)

await t.test(
  'a port is the configured one, else the last one, else a free one below the range of source ' +
    'ports',
  async (t) => {
    const folder = join(await ownFolder(t), '..')
    const variables = { one: 'PORT_ONE', two: 'PORT_TWO' }
    const first = await choosePorts(folder, variables, {})
    t.ok(
      Object.values(first).every((port) => port >= 21_000 && port < 32_768) &&
        first.one !== first.two,
      'two free ones',
    )
    t.same(await choosePorts(folder, variables, {}), first, 'remembered')
    t.same(
      await choosePorts(folder, variables, { PORT_ONE: '20999' }),
      { ...first, one: 20_999 },
      'configured',
    )
    for (const wrong of ['0', '65536', 'x', '1.5'])
      await t.rejects(
        choosePorts(folder, variables, { PORT_ONE: wrong }),
        { message: /^PORT_ONE is a port/ },
        wrong,
      )
    await writeFile(join(folder, 'ports.json'), '{"one":')
    t.type((await choosePorts(folder, variables, {})).one, 'number', 'a broken file is as none')
  },
)

await t.test(
  'the data of a PostgreSQL whose user cannot reach the folder lies in a shelter, always the same',
  async (t) => {
    const folder = await ownFolder(t)
    const nobody = { uid: 65_534, gid: 65_534 }
    t.equal(
      await postgresFolder(join(folder, '..'), undefined),
      join(folder, '../postgres'),
      'run as ourselves: in the folder',
    )
    t.equal(
      await postgresFolder(join(folder, '..'), nobody),
      join(folder, '../postgres'),
      'reachable: in the folder',
    )
    await chmod(join(folder, '..'), 0o700)
    const sheltered = await postgresFolder(join(folder, '..'), nobody)
    t.not(sheltered, join(folder, '../postgres'))
    t.equal(await postgresFolder(join(folder, '..'), nobody), sheltered)
    await removePostgresFolder(join(folder, '..'), nobody)
    await t.rejects(stat(join(sheltered, '..')), { code: 'ENOENT' }, 'and goes with its stack')
    await chmod(join(folder, '..'), 0o711)
  },
)

await t.test("tap's closing line gives the totals, and the report keeps what failed", async (t) => {
  for (const [line, totals] of [
    ['# { total: 6, pass: 2, fail: 2, todo: 1, skip: 1 }', { passed: 2, failed: 2 }],
    ['# { total: 3, pass: 3 }', { passed: 3, failed: 0 }],
    ['# { total: 0 }', { passed: 0, failed: 0 }],
    ['    # { total: 3, pass: 3 }', undefined],
    ['# time=3ms', undefined],
  ] as const)
    t.same(totalsOf(line), totals, line)
  const report = createTapReport()
  const tap = [
    'TAP version 14',
    '1..2',
    '# Subtest: a',
    '    ok 1 - fine',
    'ok 1 - a',
    '# Subtest: b',
    '    ok 1 - fine',
    '    not ok 2 - bad',
    'not ok 2 - b',
    '  ---',
    '  exitCode: 1',
    '  ...',
    '',
    '# { total: 3, pass: 2, fail: 1 }',
  ]
  t.same(tap.flatMap(report), [
    'ok 1 - a',
    '    not ok 2 - bad',
    'not ok 2 - b',
    '  ---',
    '  exitCode: 1',
    '  ...',
    '# { total: 3, pass: 2, fail: 1 }',
  ])
})
