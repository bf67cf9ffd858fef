import { bearer, json, problems } from '#runtime/http/schema-parts.ts'
import { id, issuer } from './schema-parts.ts'

const text = { schema: { type: 'string' } }

export const tokenSchema = {
  summary: 'Get an access token',
  description:
    'Client credentials (RFC 6749 §4.4). The client authenticates by HTTP Basic, by client_id ' +
    'and client_secret in the form, or by client_assertion (`private_key_jwt`, RFC 7523).',
  consumes: ['application/x-www-form-urlencoded'],
  body: {
    type: 'object',
    required: ['grant_type'],
    properties: {
      grant_type: { const: 'client_credentials' },
      client_id: { type: 'string' },
      client_secret: { type: 'string' },
      client_assertion_type: { type: 'string' },
      client_assertion: { type: 'string' },
      scope: { type: 'string', default: 'feeds:read' },
    },
  },
  response: {
    200: json('A bearer token', {
      type: 'object',
      required: ['access_token', 'token_type', 'expires_in', 'scope'],
      properties: {
        access_token: { type: 'string' },
        token_type: { const: 'Bearer' },
        expires_in: { type: 'integer' },
        scope: { type: 'string' },
      },
    }),
    ...problems,
  },
}

export const feedSchema = {
  summary: 'Read a feed',
  security: bearer,
  description: [
    'What this agency may see, in the order of the notice log; decided at the time of ' +
      'reading. The format goes by Accept: `application/json` (a page), `application/x-ndjson` ' +
      '(a line for',
    'each entry, and a last line `{ next, end }`) or `text/event-stream` (stays open; `id` is ' +
      'the cursor, `event` the event, `data` the entry; resumed by `Last-Event-ID`).',
    "Delivery is at least once, and an entry's `cursor` names it. A page looks at a bounded " +
      'stretch, so it may be short or empty before `end`; go on from `next`, which names the ' +
      'last entry, or a minute behind which there is none yet.',
    'A notice stays at its place when a later version is logged; it is readable only if its ' +
      'own version and the newest one both allow.',
    'Copies for corporate partners are marked `AMBER+STRICT` in `notice.handling.tlp`; the ' +
      'envelope keeps what its originator signed.',
  ].join(' '),
  params: {
    type: 'object',
    required: ['topic'],
    properties: { topic: { type: 'string', description: '`all`, or a kind of notice' } },
  },
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      after: {
        type: 'string',
        maxLength: 1024,
        description: 'A cursor of this feed; without it, from the beginning',
      },
      limit: { type: 'string', description: '1 to 500, default 100' },
      wait: {
        type: 'string',
        description: 'Seconds to wait for something to come, at most 60; default 0',
      },
    },
  },
  response: {
    200: {
      description: 'A page, or a stream',
      content: {
        'application/json': { schema: { $ref: '#/components/schemas/feed-page' } },
        'application/x-ndjson': text,
        'text/event-stream': text,
      },
    },
    ...problems,
  },
}

const noticeAnswer = {
  200: json(
    'The notice; without its content (`envelope` is null) where its conditions are not ' +
      'acknowledged yet, or where it has expired',
    {
      type: 'object',
      required: ['notice', 'envelope', 'proof'],
      properties: {
        notice: { $ref: '#/components/schemas/feed-page/$defs/notice' },
        envelope: { type: ['string', 'null'] },
        proof: {
          anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/feed-page/$defs/proof' }],
        },
      },
    },
  ),
  ...problems,
}

export const acknowledgeSchema = {
  summary: 'Acknowledge the conditions of a notice (H3)',
  description: 'For the whole agency and this version of the notice. Answers with the content.',
  security: bearer,
  params: id,
  querystring: issuer,
  response: noticeAnswer,
}

export const noticeSchema = {
  summary: 'The newest version of a notice that this agency may see',
  security: bearer,
  params: id,
  querystring: issuer,
  response: noticeAnswer,
}
