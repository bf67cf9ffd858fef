import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { javaProblem, kafkaJars } from '#deploy/local/kafka/jars.ts'
import { findRun, stopProcesses } from '#deploy/local/processes/orphans.ts'
import { choosePorts } from '#deploy/local/processes/ports.ts'
import { postgresFolder, removePostgresFolder } from '#deploy/local/postgres/place.ts'
import { chooseKind } from '#deploy/local/stack.ts'
import { createTapReport, totalsOf } from '#deploy/local/tests/tap-report.ts'
import { silent, ownFolder } from './world.ts'

export const places = async (t: Test): Promise<void> => {
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
    'the data of a PostgreSQL whose user cannot reach the folder lies in a shelter, always ' +
      'the same',
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

  await t.test(
    "tap's closing line gives the totals, and the report keeps what failed",
    async (t) => {
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
    },
  )
}
