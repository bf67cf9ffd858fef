import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { restartDelayMs } from '#deploy/local/processes/child.ts'
import { supervise } from '#deploy/local/processes/supervisor.ts'
import { ownFolder, isAlive } from './world.ts'

export const supervisor = async (t: Test): Promise<void> => {
  await t.test(
    'the supervisor stops in reverse order, and kills what does not end in time',
    async (t) => {
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
      const deaf =
        "process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)"
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
    },
  )

  await t.test(
    'the supervisor reports a process that ends before it serves, with the end of its log, and ' +
      'does not start it again',
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
}
