import { readFile } from 'node:fs/promises'
import t from 'tap'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import type { TestConsole } from '#test/support/console.ts'
import { freshDatabase } from '#test/support/database.ts'
import { uniqueName } from '#test/support/names.ts'
import { stack } from '#test/support/stack.ts'
import { run } from '../../../services/cli/program.ts'

export const database = await freshDatabase(t)

export const { brokers } = await stack()

export const pool = createPool({
  url: database,
  max: 2,
  applicationName: 'test',
  log: createLog({ service: 'test', level: 'silent' }),
})

t.teardown(() => pool.end())

export const folder = t.testdir()

export type Ran = { code: number; out: string[]; err: string }

export const run1 = async (
  args: readonly string[],
  more: readonly string[],
  input = '',
): Promise<Ran> => {
  const [out, err]: [string[], string[]] = [[], []]
  const read = async (file: string) => (file === '-' ? Buffer.from(input) : readFile(file))
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    read,
    signal: new AbortController().signal,
  }
  return { code: await run([...args, ...more], io), out, err: err.join('\n') }
}

export const admin = (args: readonly string[], input = ''): Promise<Ran> =>
  run1(['admin', ...args], [], input)

export const onHub = (args: readonly string[], input = ''): Promise<Ran> =>
  admin([...args, '--database', database], input)

// Kafka is shared by all tests, so the participants have names of their own.
export const [th, ex] = [uniqueName('TH'), uniqueName('EX')]

export const file = JSON.stringify({
  participants: [
    { id: th, type: 'member', name: 'Thailand' },
    { id: ex, type: 'corporate-partner', name: 'Exchange', attachedTo: th },
  ],
  agencies: [
    {
      id: 'A-1',
      participant: th,
      name: 'Bureau',
      rights: ['read', 'submit'],
      purposes: ['victim-rescue'],
      roles: ['ncb'],
    },
  ],
  groups: [{ id: 'G', name: 'Group', members: [th] }],
  clients: [
    { id: 'made', agency: 'A-1', purpose: 'victim-rescue' },
    { id: 'given', agency: 'A-1', purpose: 'victim-rescue', secret: 'a secret of enough length' },
  ],
})

/** The console of this database, once there is one. */
export const running: { hub?: TestConsole } = {}

export const people: Record<'otto' | 'ada' | 'ncb', string> = { otto: '', ada: '', ncb: '' }

export const asWho = (
  who: keyof typeof people,
  args: readonly string[],
  input = '',
): Promise<Ran> => run1(args, ['--console', running.hub!.url, '--token-file', people[who]], input)

export const changeAs = (
  who: keyof typeof people,
  args: readonly string[],
  input = '',
): Promise<Ran> => asWho(who, [...args, '--why', 'a test'], input)

/** Proposed by one, approved by the other. */
export const agreed = async (args: readonly string[], input = ''): Promise<Ran> => {
  const proposed = await changeAs('otto', args, input)
  return proposed.code === 0
    ? changeAs('ada', ['admin', 'proposal', 'approve', proposed.out[0]!])
    : proposed
}
