import { bearer } from '#runtime/http/schema-parts.ts'
export const importPath = '/v1/notices/import'

const strings = {
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, maxItems: 100 }],
}

const rowResult = {
  type: 'object',
  required: ['row', 'status'],
  properties: {
    row: { type: 'integer', description: 'From 1; the header of a CSV file is none' },
    line: { type: 'integer', description: 'Where the row begins in the file, from 1' },
    from: { type: 'string', description: 'STIX: a pointer to the object in the bundle' },
    status: { enum: ['accepted', 'repeated', 'refused'] },
    id: { type: 'string' },
    version: { type: 'integer' },
    digest: { type: 'string' },
    canonical: { type: 'object' },
    warnings: { type: 'array', items: { type: 'object' } },
    code: { type: 'string' },
    pointer: { type: 'string' },
    column: { type: 'string' },
    detail: { type: 'string' },
    advice: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object' },
      description: 'Every fault, where there are several; dry run only',
    },
  },
}
const lastLine = {
  type: 'object',
  required: ['summary'],
  properties: {
    summary: {
      type: 'object',
      properties: {
        rows: { type: 'integer' },
        accepted: { type: 'integer' },
        repeated: { type: 'integer' },
        refused: { type: 'integer' },
        dryRun: { const: true },
      },
    },
    error: {
      type: 'object',
      description:
        'What broke the import off, or why its later rows were refused (the token is over, the ' +
        'agency is suspended); the rows before it stand',
      properties: {
        code: { type: 'string' },
        title: { type: 'string' },
        advice: { type: 'string' },
      },
    },
  },
}
const file = { schema: { type: 'string' } }

/** The route schema of the import. Only the query is checked; the other parts are documentation. */
export const importSchema = {
  summary: 'Import a file of notices',
  description:
    'One result per row, in order, streamed while the file is read; the last line is the ' +
    'summary. A fault of a row stops nothing. A row without an id gets one derived from its ' +
    'content, so the same file again adds nothing. Token and standing are checked at each row: ' +
    'when they end, later rows are refused with their code, and the same file is sent again ' +
    'with another token.',
  security: bearer,
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      dryRun: {
        type: 'string',
        description: 'true: nothing is stored, and every fault of a row is told',
      },
      map: { ...strings, description: 'CSV: COLUMN=PATH, or COLUMN=- to leave the column out' },
      set: {
        ...strings,
        description: 'PATH=VALUE for rows that do not give it, as in handling.tlp=AMBER',
      },
    },
  },
  body: {
    content: {
      'text/csv': file,
      'application/x-ndjson': file,
      'application/stix+json': { schema: { type: 'object' } },
    },
  },
  response: {
    200: {
      description: 'One line per row, then the summary',
      content: { 'application/x-ndjson': { schema: { anyOf: [rowResult, lastLine] } } },
    },
    '4XX': {
      description: 'A problem (RFC 9457): nothing was read',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/problem' } } },
    },
  },
}
