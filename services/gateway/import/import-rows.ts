import { giveTurn } from '#runtime/process/give-turn.ts'
import { pause } from '#runtime/process/pause.ts'
import { catalogue, type Code } from '#core/catalogue/catalogue.ts'
import { withId } from '#core/import/derived-id.ts'
import { withPresets, type Preset } from '#core/import/place.ts'
import type { ImportRow } from '#core/import/row.ts'
import type { Checked } from '#core/refusal.ts'
import { acceptBody, tryBody, type AcceptDeps } from '../accept.ts'
import type { Caller } from '../keys/auth.ts'
import { CommitQueueFull } from '#runtime/postgres/group-commit.ts'
import { inOrder } from './in-order.ts'
import { createTurns } from './turns.ts'
import { refusedRow, takenRow, type RowResult, type Summary } from './result-line.ts'

export type Import = {
  readonly caller: Caller
  /**
   * Whether the caller may still submit. A file can take longer than the token lives, or than its
   * agency stays in good standing.
   */
  readonly mayGoOn: () => Promise<Checked<unknown>>
  readonly accept: AcceptDeps
  readonly presets: readonly Preset[]
  readonly dryRun: boolean
  /** Aborted when the gateway drains. Rows under way are finished; the others are not begun. */
  readonly signal: AbortSignal
  /** Called with the error that broke the import off. */
  readonly onBreak: (error: unknown) => void
}

/**
 * The number of rows under way at once: enough to fill a commit of each lane, few enough to leave
 * room for single notices.
 */
const width = 256
const queueFullMs = 50

/**
 * The lines of the answer. The last line is the summary. Beside it stands the error that broke the
 * import off, or for which its later rows were refused.
 */
export const importRows = async function* (
  rows: AsyncIterable<ImportRow> | Iterable<ImportRow>,
  given: Import,
): AsyncGenerator<string> {
  const inTurn = createTurns()
  const sliced = { ...given, accept: inSlices(given) }
  const counts = { rows: 0, accepted: 0, repeated: 0, refused: 0 }
  let over: Code | undefined
  const work = async (row: ImportRow): Promise<RowResult> => {
    const allowed = await given.mayGoOn()
    await giveTurn()
    if (allowed.ok) return takeRow(row, sliced, inTurn)
    over ??= allowed.refusal.code
    return refusedRow(row, [allowed.refusal])
  }
  const summary = (): Summary => ({ ...counts, ...(given.dryRun && { dryRun: true }) })
  try {
    for await (const result of inOrder(until(rows, given), work, width)) {
      await giveTurn()
      counts.rows += 1
      counts[result.status] += 1
      yield `${JSON.stringify(result)}\n`
    }
    const ended = given.signal.aborted ? 'service/unavailable' : over
    const end = { ...(ended && { error: errorOf(ended) }), summary: summary() }
    yield `${JSON.stringify(end)}\n`
  } catch (error) {
    given.onBreak(error)
    yield `${JSON.stringify({ error: errorOf('import/broken-off'), summary: summary() })}\n`
  }
}

/** What is found for many rows at once is worked on slice by slice. */
const inSlices = ({ accept }: Import): AcceptDeps => ({
  ...accept,
  findVersions: async (id) => {
    const versions = await accept.findVersions(id)
    await giveTurn()
    return versions
  },
})

const errorOf = (code: Code) => ({
  code,
  title: catalogue[code].title,
  advice: catalogue['import/broken-off'].advice,
})

const until = async function* (
  rows: AsyncIterable<ImportRow> | Iterable<ImportRow>,
  { signal }: Import,
): AsyncGenerator<ImportRow> {
  for await (const row of rows) {
    if (signal.aborted) return
    // to read a row computes, and so does checking it, and neither waits for anything
    await giveTurn()
    yield row
    await giveTurn()
  }
}

/**
 * Each row is handled like one POST, which its caller may do when its turn comes. Rows of the same
 * id keep the order of the file, so the first of them counts.
 */
const takeRow = async (
  row: ImportRow,
  given: Import,
  inTurn: ReturnType<typeof createTurns>,
): Promise<RowResult> => {
  if (!row.read.ok) return refusedRow(row, [row.read.refusal])
  const body = withId(withPresets(row.read.value, given.presets), given.caller.agency)
  const id = idOf(body)
  if (given.dryRun) {
    const tried = await tryBody(body, given.caller, given.accept)
    return tried.ok
      ? takenRow(row, tried.repeated === true, tried.value, id)
      : refusedRow(row, tried.refusals, id)
  }
  const accept = () =>
    whenThereIsRoom(() => acceptBody(body, given.caller, given.accept), given.signal)
  const outcome = await (id === undefined ? accept() : inTurn(id, accept))
  return outcome.ok
    ? takenRow(row, outcome.repeated === true, outcome.value)
    : refusedRow(row, outcome.refusals, id)
}

const idOf = (body: unknown): string | undefined => {
  const id = (body as { id?: unknown } | null)?.id
  return typeof id === 'string' && id.length <= 36 ? id : undefined
}

/**
 * An import waits while too many notices wait for a commit. A single notice is answered 503 then.
 */
const whenThereIsRoom = async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof CommitQueueFull) || signal.aborted) throw error
      await pause(queueFullMs, signal)
    }
  }
}
