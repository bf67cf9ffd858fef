/**
 * Shared by the routes' schemas: params, query and headers are checked; bodies and responses are
 * documentation.
 */
export const bearer = [{ bearer: [] }]
export const problems = {
  '4XX': {
    description: 'A problem (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/problem' } } },
  },
}
export const json = (description: string, schema: object) => ({
  description,
  content: { 'application/json': { schema } },
})
export const object = (properties: object, more: object = {}) => ({
  type: 'object',
  properties,
  ...more,
})
export const list = (items: object) => ({ type: 'array', items })
export const text = { type: 'string' }
export const time = {
  type: 'string',
  format: 'date-time',
  description: 'RFC 3339, UTC, microseconds',
}
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
