import { refuse } from '#core/refusal.ts'
import type { Appended, Intake } from '#store/log/intake.ts'

type Append = (records: readonly Intake[]) => Promise<Appended>

/**
 * Appends a batch. If PostgreSQL refuses the data (SQLSTATE class 22 or 23, where repetition does
 * not help), the batch is halved until the record at fault stands alone and is refused. One such
 * record neither stops its neighbours nor is lost.
 */
export const appendAround = async (
  append: Append,
  records: readonly Intake[],
): Promise<Appended> => {
  try {
    return await append(records)
  } catch (error) {
    if (!isDataError(error)) throw error
    if (records.length > 1) return halves(append, records)
    const { refusal } = refuse('envelope/not-readable', undefined, 'the record cannot be stored')
    return append(records.map((r) => ({ ...r, outcome: { ok: false, held: false, refusal } })))
  }
}

const halves = async (append: Append, records: readonly Intake[]): Promise<Appended> => {
  const middle = records.length >> 1
  const first = await appendAround(append, records.slice(0, middle))
  const second = await appendAround(append, records.slice(middle))
  return {
    batch: second.batch,
    answers: [...first.answers, ...second.answers],
    further: [...first.further, ...second.further],
    logged: first.logged + second.logged,
  }
}

const isDataError = (error: unknown): boolean => {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && /^2[23]/.test(code)
}
