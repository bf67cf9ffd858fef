import { readFile } from 'node:fs/promises'

/** Clock ticks of /proc: 100 a second on every Linux that Node runs on. */
const ticksPerSecond = 100

/**
 * The processor time of a process so far, of all threads, in seconds. Unlike the wall clock, other
 * processes disturb it little.
 */
export const cpuSeconds = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // the name before may hold anything
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
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
