import { accept, refuse, type Checked } from '../refusal.ts'
import { pathNamed, type Path } from './paths.ts'
import { cellValue, place, shown, splitPair, type Body } from './place.ts'

/** The path that each column of a table gives; undefined for a column that is left out. */
export type Columns = {
  readonly headers: readonly string[]
  readonly paths: readonly (Path | undefined)[]
}

/** The value of a mapping that leaves a column out. */
const leftOut = '-'

/** `COLUMN=PATH` or `COLUMN=-`. */
export const readMapping = (given: readonly string[]): Checked<ReadonlyMap<string, string>> => {
  const mapping = new Map<string, string>()
  for (const text of given) {
    const [column, path] = splitPair(text)
    if (column === '' || path === '')
      return refuse('import/bad-mapping', undefined, `${shown(text)} is not COLUMN=PATH`)
    if (path !== leftOut && pathNamed(path) === undefined)
      return refuse(
        'import/bad-mapping',
        undefined,
        `no member of a notice is called ${shown(path)}`,
      )
    mapping.set(column, path)
  }
  return accept(mapping)
}

/**
 * The columns of a header row. A header is the path of a member (`subject.number`), its short name
 * (`number`, `tlp`), or mapped to one. Any other header is refused, since content would be lost in
 * silence with its column.
 */
export const readColumns = (
  cells: readonly string[],
  mapping: ReadonlyMap<string, string>,
): Checked<Columns> => {
  const headers = cells.map((cell) => cell.trim())
  const absent = [...mapping.keys()].find((column) => !headers.includes(column))
  if (absent !== undefined)
    return refuse('import/bad-mapping', undefined, `the file has no column ${shown(absent)}`)
  const found: (Path | undefined)[] = []
  for (const header of headers) {
    const name = mapping.get(header) ?? header
    const path = name === leftOut ? undefined : pathNamed(name)
    if (path === undefined && name !== leftOut)
      return refuse('import/unknown-column', undefined, shown(header))
    if (path !== undefined && found.includes(path))
      return refuse('import/duplicate-column', undefined, `${path.name} is given twice`)
    found.push(path)
  }
  return accept({ headers, paths: found })
}

/** The body of a row of cells. An empty cell gives no member. */
export const bodyOfCells = (cells: readonly string[], { paths }: Columns): Body => {
  const body: Body = {}
  paths.forEach((path, at) => {
    const value = path && cellValue(path, cells[at] ?? '')
    if (path !== undefined && value !== undefined) place(body, path, value)
  })
  return body
}

/**
 * The column that gave the member of an RFC 6901 pointer: that member itself, one above it, or the
 * only one below it.
 */
export const columnAt = (pointer: string, { headers, paths }: Columns): string | undefined => {
  const name = pointer.slice(1).replaceAll('/', '.')
  const at = paths.findIndex(
    (path) => path !== undefined && (name === path.name || name.startsWith(`${path.name}.`)),
  )
  if (at >= 0) return headers[at]
  const below = paths.flatMap((path, i) => (path?.name.startsWith(`${name}.`) ? [i] : []))
  return below.length === 1 ? headers[below[0]!] : undefined
}
