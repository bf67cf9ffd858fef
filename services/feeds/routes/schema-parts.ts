import { text } from '#runtime/http/schema-parts.ts'

/** Parts that several route schemas of the feeds share. */
export const id = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', format: 'uuid' } },
}
export const issuer = {
  type: 'object',
  additionalProperties: false,
  properties: {
    issuer: {
      type: 'string',
      maxLength: 64,
      description: 'Tells apart notices of several issuers with the same id',
    },
  },
}
export const paging = {
  type: 'object',
  additionalProperties: false,
  properties: {
    after: {
      type: 'string',
      maxLength: 64,
      description: 'The `next` of an earlier page; without it, from the beginning',
    },
    limit: { type: 'string', description: '1 to 500, default 100' },
  },
}
export const page = {
  next: { ...text, description: 'Where to go on' },
  end: { type: 'boolean', description: 'Nothing more is there yet' },
}
