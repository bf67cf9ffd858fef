import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { Client } from 'pg'
import type { Test } from 'tap'
import { findOrphans } from '#deploy/local/processes/orphans.ts'
import { startStack, type Stack } from '#deploy/local/stack.ts'
import { supervise } from '#deploy/local/processes/supervisor.ts'
import { silent, ownFolder, isAlive, problem } from './world.ts'

export const servers = async (t: Test): Promise<void> => {
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
      new Kafka({
        clientId: 'local-stack-test',
        brokers: [...brokers],
        logLevel: logLevel.NOTHING,
      }),
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

  const waitingChild = (...args: string[]): ChildProcess =>
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', ...args], { stdio: 'ignore' })

  const needsServers = problem === undefined ? {} : { skip: problem }

  const folder = await ownFolder(t)

  await t.test(
    'a second start in the same folder finds the data and the ports of the first',
    needsServers,
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
    needsServers,
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
    needsServers,
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

  await t.test(
    'a start that fails leaves nothing running and says why',
    needsServers,
    async (t) => {
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
    },
  )

  await t.test('a fresh start has no data', needsServers, async (t) => {
    const stack = await startStack({ folder, fresh: true })
    t.teardown(stack.stop)
    await t.rejects(kept(stack), { message: /relation "kept" does not exist/ })
  })
}
