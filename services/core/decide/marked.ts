import type { Marked } from './decide.ts'
import type { Micros } from '../registry/registry.ts'
import { parseMicros } from '../time.ts'

/** The marking of a notice whose content is destroyed. Nobody gets anything of it. */
export const destroyedMark = (issuer: string, loggedAt: Micros): Marked =>
  unmarked(issuer, null, loggedAt, 'destroyed')

/** The marking of an entry that no content marks. Its originator alone may see it. */
export const unmarked = (
  issuer: string,
  agency: string | null,
  loggedAt: Micros,
  status: Marked['status'],
): Marked => ({
  issuer,
  loggedAt,
  status,
  agency,
  tlp: '',
  codes: [],
  purposes: [],
  release: null,
  expires: null,
  operatorStatus: '',
})

/**
 * The parts of a notice's content that `decide` reads. `loggedAt` is the log time, or now for a
 * notice that is not logged.
 */
export const markedOf = (
  content: Readonly<Record<string, unknown>>,
  issuer: string,
  loggedAt: Micros,
  status: Marked['status'],
): Marked => {
  const handling = content['handling'] as Record<string, unknown>
  const expires =
    typeof handling['expires'] === 'string' ? parseMicros(handling['expires']) : undefined
  return {
    issuer,
    loggedAt,
    status,
    agency: typeof content['agency'] === 'string' ? content['agency'] : null,
    tlp: handling['tlp'] as Marked['tlp'],
    codes: (handling['codes'] as Marked['codes'] | undefined) ?? ['H0'],
    purposes: (handling['purposes'] as Marked['purposes'] | undefined) ?? null,
    release: (handling['release'] as Marked['release'] | undefined) ?? null,
    expires: expires ?? null,
    operatorStatus:
      (content['operatorStatus'] as Marked['operatorStatus'] | undefined) ?? 'unknown',
  }
}
