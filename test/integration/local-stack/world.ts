import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test } from 'tap'
import { embeddedProblem } from '#deploy/local/embedded.ts'
import { wipePostgres } from '#deploy/local/postgres/postgres.ts'

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1'

process.env['SWITCHBOARD_STACK'] = 'embedded'

delete process.env['SWITCHBOARD_SECURE'] // the secured one is kafka-access.test.ts's

export const silent = (): void => {}

export const ownFolder = async (t: Test): Promise<string> => {
  const parent = await mkdtemp(join(tmpdir(), 'switchboard-test-'))
  await chmod(parent, 0o711)
  const folder = join(parent, 'stack')
  t.teardown(async () => {
    await wipePostgres(folder)
    await rm(parent, { recursive: true, force: true })
  })
  return folder
}

export const isAlive = (pid: number | undefined): boolean => {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}

export const problem = await embeddedProblem()
