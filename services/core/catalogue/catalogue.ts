import { cellCodes } from './cells.ts'
import { requestCodes } from './requests.ts'
import { noticeCodes } from './notices.ts'
import { identifierCodes } from './identifiers.ts'
import { envelopeCodes } from './envelopes.ts'
import { hubCodes } from './hub.ts'
import { importCodes } from './imports.ts'
import { machineCodes } from './machines.ts'
import { serviceCodes } from './service.ts'

/**
 * The one catalogue of codes. Each code names the HTTP status it is answered with, a fixed phrase,
 * and what the user should do next. Codes are stable: they are added, never changed. Details that
 * vary travel in `detail`.
 */
export const catalogue = {
  ...requestCodes,
  ...noticeCodes,
  ...cellCodes,
  ...identifierCodes,
  ...machineCodes,
  ...envelopeCodes,
  ...hubCodes,
  ...importCodes,
  ...serviceCodes,
} as const

export type Code = keyof typeof catalogue
