/**
 * Parts that several route schemas share. Fastify checks params, query and headers by them; bodies
 * and responses are documentation (OpenAPI 3.1).
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
export const textOrNull = { type: ['string', 'null'] }
export const integer = { type: 'integer' }
export const flag = { type: 'boolean' }
export const uuid = { type: 'string', format: 'uuid' }
export const time = {
  type: 'string',
  format: 'date-time',
  description: 'RFC 3339, UTC, microseconds',
}
export const timeOrNull = { ...time, type: ['string', 'null'] }
