import { entry, type CatalogueEntry } from './entry.ts'

/** Codes of rows and files of an import. */
export const importCodes = {
  // Batch import
  'import/bad-mapping': entry(
    400,
    'A mapping or preset is not valid',
    'Write COLUMN=PATH or PATH=VALUE, with paths as in the documentation of the import.',
  ),
  'import/unknown-column': entry(
    422,
    'A column of the file has no meaning',
    'Name it by the path of a member, map it with map=COLUMN=PATH, or leave it out with ' +
      'map=COLUMN=-.',
  ),
  'import/duplicate-column': entry(
    422,
    'Two columns give the same member',
    'Leave one out with map=COLUMN=-.',
  ),
  'import/no-header': entry(
    422,
    'The file has no header row',
    'Begin the file with a row that names the columns.',
  ),
  'import/bad-csv': entry(
    422,
    'The row is not CSV as RFC 4180 defines it',
    'Quote cells that hold commas, quotes or line breaks, and double the quotes in them.',
  ),
  'import/column-count': entry(
    422,
    'The row has more or fewer cells than the header',
    'Quote cells that hold commas; give every column of the header a cell.',
  ),
  'import/row-too-large': entry(
    422,
    'The row is too large',
    'Send at most 256 KiB a row; a quote that is never closed swallows the rest of a file.',
  ),
  'import/broken-off': entry(
    400,
    'The file broke off',
    'Send the same file again: rows that were taken are not taken twice.',
  ),
  'import/not-stix': entry(
    422,
    'The body is not a STIX 2.1 bundle',
    'Send one object of type bundle with objects of spec_version 2.1.',
  ),
  'import/too-many-bundles': entry(
    429,
    'Too many STIX bundles are imported at once',
    'Send it again when another import has ended; a system has two at once, a gateway eight.',
  ),
  'import/revoked': entry(
    422,
    'The object is revoked',
    'Nothing need be done; revoke your own notice on it, if there is one.',
  ),
  'import/not-misp': entry(
    422,
    'The file is not a MISP event',
    'Send one event as MISP exports it: an object with Event.',
  ),
  'import/unsupported-pattern': entry(
    422,
    'The pattern of the indicator is not one this import reads',
    "Use [phone-number:value = '…'], [bank-account:iban = '…'], " +
      "[cryptocurrency-wallet:value = '…'], [ipv4-addr:value = '…'] or [imei:value = '…'].",
  ),
} as const satisfies Record<string, CatalogueEntry>
