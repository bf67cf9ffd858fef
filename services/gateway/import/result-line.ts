import { catalogue } from '#core/catalogue/catalogue.ts'
import type { ImportRow } from '#core/import/row.ts'
import type { Refusal } from '#core/refusal.ts'
import type { Accepted } from '../acceptance.ts'

type Place = Pick<ImportRow, 'row' | 'line' | 'from'>
type Fault = {
  readonly code: string
  readonly pointer?: string
  readonly column?: string
  readonly detail?: string
  readonly advice: string
}

/** The line of the answer for one row. `errors` has every fault if there are several (dry run). */
export type RowResult = Place &
  (
    | ({ readonly status: 'accepted' | 'repeated'; readonly id?: string } & Partial<
        Pick<Accepted, 'version' | 'digest' | 'warnings'>
      > &
        Pick<Accepted, 'canonical'>)
    | ({
        readonly status: 'refused'
        readonly id?: string
        readonly errors?: readonly Fault[]
      } & Fault)
  )

export type Summary = {
  readonly rows: number
  readonly accepted: number
  readonly repeated: number
  readonly refused: number
  readonly dryRun?: true
}

const placeOf = ({ row, line, from }: ImportRow): Place => ({
  row,
  ...(line !== undefined && { line }),
  ...(from !== undefined && { from }),
})

const faultOf = ({ code, pointer, detail }: Refusal, { columnOf }: ImportRow): Fault => {
  const column = pointer === undefined ? undefined : columnOf?.(pointer)
  return {
    code,
    ...(pointer !== undefined && { pointer }),
    ...(column !== undefined && { column }),
    ...(detail !== undefined && { detail }),
    advice: catalogue[code].advice,
  }
}

export const refusedRow = (
  row: ImportRow,
  refusals: readonly Refusal[],
  id?: string,
): RowResult => {
  const errors = refusals.map((refusal) => faultOf(refusal, row))
  return {
    ...placeOf(row),
    status: 'refused',
    ...(id !== undefined && { id }),
    ...errors[0]!,
    ...(errors.length > 1 && { errors }),
  }
}

export const takenRow = (
  row: ImportRow,
  repeated: boolean,
  taken: Pick<Accepted, 'canonical' | 'warnings'> & Partial<Accepted>,
  id?: string,
): RowResult => {
  const { version, digest, canonical, warnings } = taken
  const named = taken.id ?? id
  return {
    ...placeOf(row),
    status: repeated ? 'repeated' : 'accepted',
    ...(named !== undefined && { id: named }),
    ...(version !== undefined && { version }),
    ...(digest !== undefined && { digest }),
    canonical,
    ...(warnings.length > 0 && { warnings }),
  }
}
