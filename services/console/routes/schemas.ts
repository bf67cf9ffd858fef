/**
 * Shared by the routes' schemas: params, query and headers are checked; responses are
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
export const integer = { type: 'integer' }
export const flag = { type: 'boolean' }
export const time = {
  type: 'string',
  format: 'date-time',
  description: 'RFC 3339, UTC, microseconds',
}
export const timeOrNull = { ...time, type: ['string', 'null'] }
export const textOrNull = { type: ['string', 'null'] }
export const name = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }
export const uuid = { type: 'string', format: 'uuid' }
export const page = {
  next: { ...text, description: 'The `after` of the next page' },
  end: { ...flag, description: 'Nothing more is there yet' },
}

export const delivery = object({
  agency: text,
  participant: text,
  client: text,
  channel: { ...text, description: 'How it was read, such as page or sse' },
  topic: text,
  purpose: text,
  offeredAt: time,
  at: { ...time, description: 'When it was written down, at most a second after it was sent' },
  told: {
    enum: ['content', 'bare', 'withdrawn'],
    description: 'With its content, without it (conditions, expiry), or of its withdrawal',
  },
})
export const quarantined = object({
  id: text,
  participant: text,
  state: { enum: ['rejected', 'superseded', 'held', 'released'] },
  code: text,
  pointer: textOrNull,
  detail: textOrNull,
  digest: { ...text, description: 'SHA-256 of the bytes, hex' },
  bytes: integer,
  topic: text,
  partition: integer,
  offset: text,
  receivedAt: time,
  receiptedAt: timeOrNull,
  notice: textOrNull,
  version: { type: ['integer', 'null'] },
  confirmedAt: {
    ...time,
    description: 'When its originator confirmed what was held for its subject',
  },
  confirmation: {
    ...textOrNull,
    description: 'Its reason, to operators only; null once it is destroyed',
  },
})
