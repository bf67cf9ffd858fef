import { entry, type CatalogueEntry } from './entry.ts'

/** Codes of subjects that are damaged in the cell of a table before anybody could read them. */
export const cellCodes = {
  'cell/spreadsheet-error': entry(
    422,
    'The cell holds an error of a spreadsheet',
    'Look the value up in its source: a formula in the table has failed.',
  ),
  'cell/empty-word': entry(
    422,
    'The cell holds a word for nothing',
    'Leave the row out, or give the value. Write a name that is such a word with @.',
  ),
  'cell/masked': entry(
    422,
    'Some digits of the number are hidden',
    'Ask whoever masked it for the whole number: a part of it is nobody’s number.',
  ),
  'cell/exponent': entry(
    422,
    'A spreadsheet has cut this number',
    'Its last digits are lost: format the column as text and enter the number again.',
  ),
  'cell/decimal': entry(
    422,
    'A spreadsheet has made a decimal of this number',
    'Format the column as text and enter the number again, with its leading zeros.',
  ),
  'cell/date': entry(
    422,
    'The cell holds a date',
    'Check the columns; if a spreadsheet made a date of the number, format the column as text.',
  ),
} as const satisfies Record<string, CatalogueEntry>
