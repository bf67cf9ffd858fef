/** The totals of a run of tests. */
export type Totals = { readonly passed: number; readonly failed: number }

/**
 * The totals of tap's closing line `# { total: 6, pass: 2, fail: 2, … }`; undefined for any other
 * line. tap leaves out counts of zero.
 */
export const totalsOf = (line: string): Totals | undefined => {
  const counts = /^# \{ total: \d+.*\}$/.exec(line)?.[0]
  if (counts === undefined) return undefined
  const count = (name: string): number =>
    Number(new RegExp(`\\b${name}: (\\d+)`).exec(counts)?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail') }
}

const isNoise = (line: string): boolean =>
  /^\s*(ok \d+.*|1\.\.\d+.*|# Subtest: .*|# time=.*|TAP version \d+)?$/.test(line)

/**
 * Shortens TAP for reading: one line for each file that passes, and everything but the passing
 * points of a file that fails. The returned function takes line by line and answers the lines to
 * print; the lines of a file are kept until its verdict, since its diagnosis follows the verdict.
 */
export const createTapReport = (): ((line: string) => string[]) => {
  let held: string[] = []
  let state: 'file' | 'failed' | 'diagnosis' = 'file'
  const release = (line: string, withHeld: boolean): string[] => {
    const lines = [...(withHeld ? held.filter((one) => !isNoise(one)) : []), line]
    held = []
    return lines
  }
  return (line) => {
    if (state === 'diagnosis') {
      state = line === '  ...' ? 'file' : state
      return [line]
    }
    if (state === 'failed' && line === '  ---') {
      state = 'diagnosis'
      return [line]
    }
    const failed = line.startsWith('not ok')
    state = failed ? 'failed' : 'file'
    if (failed || totalsOf(line) !== undefined) return release(line, true)
    if (/^ok \d+/.test(line)) return release(line, false)
    held.push(line)
    return []
  }
}
