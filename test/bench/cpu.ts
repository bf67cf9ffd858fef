import { readFile } from 'node:fs/promises'

/** Clock ticks of /proc: 100 a second on every Linux that Node runs on. */
const ticksPerSecond = 100

/**
 * The processor time of a process so far, of all threads, in seconds. Unlike the wall clock, other
 * processes disturb it little.
 */
export const cpuSeconds = async (pid: number): Promise<number> => {
  const [user = 0, system = 0] = await ticks(pid)
  return (user + system) / ticksPerSecond
}

/** Runs `work` and tells how much processor time a process used meanwhile. */
export const withCpu = async <T>(
  pid: number,
  work: () => Promise<T>,
): Promise<{ result: T; seconds: number }> => {
  const before = await cpuSeconds(pid)
  const result = await work()
  return { result, seconds: (await cpuSeconds(pid)) - before }
}

/**
 * The processor time of each process by its name, in seconds, with its children, those that have
 * ended included: PostgreSQL with all its backends.
 */
export const cpuByName = async (
  pids: Readonly<Record<string, number>>,
): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(pids).map(async ([name, pid]) => {
        const own = await ticks(pid)
        const children = await Promise.all((await childrenOf(pid)).map(cpuSeconds))
        return [name, sum(own) / ticksPerSecond + sum(children)] as const
      }),
    ),
  )

/** User and system ticks of a process, and the same of its children that have ended. */
const ticks = async (pid: number): Promise<number[]> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // the name before may hold anything
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).map(Number)
}

const childrenOf = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
    .trim()
    .split(' ')
    .filter((child) => child !== '')
    .map(Number)

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
