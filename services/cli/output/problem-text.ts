import { catalogue, type Code } from '#core/catalogue/catalogue.ts'
import type { Refusal } from '#core/refusal.ts'
import { printable } from './printable.ts'

/** RFC 9457 with our members, as a service answers it. Each member can be missing. */
export type Problem = {
  readonly status?: number
  readonly code?: string
  readonly title?: string
  readonly detail?: string
  readonly advice?: string
  readonly errors?: readonly {
    readonly pointer?: string
    readonly code?: string
    readonly detail?: string
  }[]
}

/** A refusal for people: what, where, and what to do. */
export const problemLines = (problem: Problem, status = problem.status): string[] => [
  printable(
    `refused: ${status ?? ''} ${problem.code ?? ''} ` +
      `${problem.title ?? ''}${problem.detail === undefined ? '' : `: ${problem.detail}`}`,
  ),
  ...(problem.errors ?? []).map((e) =>
    printable(
      `  at ${e.pointer === '' ? 'the whole body' : e.pointer}: ${e.code} ${e.detail ?? ''}`,
    ),
  ),
  ...(problem.advice === undefined ? [] : [printable(`advice: ${problem.advice}`)]),
]

/** The same for a refusal of this program. */
export const refusalLines = ({ code, pointer, detail }: Refusal): string[] => [
  printable(
    `refused: ${code} ${catalogue[code].title}${detail === undefined ? '' : `: ${detail}`}`,
  ),
  ...(pointer === undefined || pointer === '' ? [] : [printable(`  at ${pointer}`)]),
  printable(`advice: ${catalogue[code].advice}`),
]

/** The catalogue's advice for the code of a receipt. */
export const adviceOf = (code: string): string | undefined =>
  Object.hasOwn(catalogue, code) ? catalogue[code as Code].advice : undefined
