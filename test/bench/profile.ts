import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { stackFolder } from '#deploy/local/project.ts'

const folder = resolve(stackFolder('bench'), 'profiles')

/** Settings by which every service writes a CPU profile when it ends. */
export const profileEnvironment = async (): Promise<Record<string, string>> => {
  await mkdir(folder, { recursive: true })
  for (const file of await readdir(folder))
    if (file.startsWith('CPU.')) await rm(resolve(folder, file))
  return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` }
}

type Profile = {
  /** Microseconds of the same clock as `process.hrtime`. */
  readonly startTime: number
  readonly nodes: readonly {
    id: number
    children?: readonly number[]
    callFrame: { functionName: string; url: string; lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Keeps the profiles of one service under the figure's name and tells where its time went. */
export const keepProfiles = async (
  figure: string,
  service: string,
  processes: ReadonlyMap<number, string>,
  since: number,
): Promise<string[]> => {
  const said: string[] = []
  for (const file of await readdir(folder)) {
    const [, pid] = /^CPU\.\d+\.\d+\.(\d+)\./.exec(file) ?? []
    if (pid === undefined) continue
    if (processes.get(Number(pid)) !== service) {
      await rm(resolve(folder, file))
      continue
    }
    const kept = resolve(folder, `${figure}.${service}.${pid}.cpuprofile`)
    await rename(resolve(folder, file), kept)
    said.push(kept, ...mostTime(JSON.parse(await readFile(kept, 'utf8')) as Profile, since))
  }
  return said
}

export const monotonicMicros = (): number => Number(process.hrtime.bigint() / 1000n)

/**
 * Where the time went after `since`: by function alone, and by function of ours with all it calls.
 */
const mostTime = ({ nodes, samples, timeDeltas, startTime }: Profile, since: number): string[] => {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName || '(anonymous)'} ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`,
    ]),
  )
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  )
  const paths = new Map<number, ReadonlySet<string>>()
  const pathOf = (id: number): ReadonlySet<string> => {
    const known =
      paths.get(id) ??
      new Set([names.get(id)!, ...(parents.has(id) ? pathOf(parents.get(id)!) : [])])
    paths.set(id, known)
    return known
  }
  const [alone, within] = [new Map<string, number>(), new Map<string, number>()]
  let [at, total] = [startTime, 0]
  samples.forEach((id, i) => {
    at += timeDeltas[i]!
    if (at < since || names.get(id)!.startsWith('(idle)')) return
    total += timeDeltas[i]!
    alone.set(names.get(id)!, (alone.get(names.get(id)!) ?? 0) + timeDeltas[i]!)
    for (const name of pathOf(id)) within.set(name, (within.get(name) ?? 0) + timeDeltas[i]!)
  })
  const top = (times: Map<string, number>, count: number): string[] =>
    [...times]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, count)
      .map(([name, time]) => `${((100 * time) / total).toFixed(1).padStart(5)} %  ${name}`)
  return [
    `${(total / 1_000_000).toFixed(1)} s on the main thread; by function alone:`,
    ...top(alone, 25),
    'with what it calls:',
    ...top(within, 70),
  ]
}
