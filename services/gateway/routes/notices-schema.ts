import { refuse, accept, type Checked } from '#core/refusal.ts'
import { dues, type Due } from '#core/notice/review.ts'
import { readNumbered } from '#runtime/http/paging.ts'
import { bearer, json, object, problems, uuid } from '#runtime/http/schema-parts.ts'

const params = { ...object({ id: uuid }), required: ['id'] }
const notice = { $ref: '#/components/schemas/notice' }

/** The reason of a revocation or of a confirmation. */
export const reasonBody = {
  type: 'object',
  additionalProperties: false,
  required: ['reason'],
  properties: { reason: { type: 'string', minLength: 1, maxLength: 2000 } },
}

const accepted = {
  type: 'object',
  required: ['id', 'version', 'digest', 'status', 'canonical', 'warnings'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    version: { type: 'integer' },
    digest: { type: 'string', description: 'SHA-256 of the signed envelope, hex' },
    status: { const: 'queued' },
    canonical: {
      type: 'object',
      description: 'The canonical form; `key` is what notices are matched by',
    },
    warnings: { type: 'array', items: { type: 'object' } },
  },
}
const view = {
  type: 'object',
  properties: {
    ...accepted.properties,
    status: { enum: ['queued', 'held', 'accepted', 'superseded', 'rejected'] },
    receipt: {
      type: ['object', 'null'],
      description:
        "The hub's answer: status, index and time in the notice log, or code, pointer and detail",
    },
    contentDestroyed: {
      type: 'string',
      format: 'date-time',
      description: 'Its time of retention is over: `notice` is null',
    },
    review: {
      type: ['string', 'null'],
      description: 'When it is to be looked at again: as sent, or as this gateway has it',
    },
    expires: { type: ['string', 'null'] },
    due: {
      type: 'array',
      items: { enum: dues },
      description: 'What it is due for: send a next version, or revoke it',
    },
    advice: { type: 'string', description: 'What to do next, where the hub has not accepted it' },
    confirmation: {
      type: 'object',
      description:
        "That a held notice is meant: the last word of its originator, and the hub's receipt " +
        'where it refused it',
      properties: {
        id: { type: 'string', format: 'uuid', description: 'GET /v1/said/{id} tells more' },
        reason: { type: 'string' },
        submitter: { type: 'string' },
        confirmedAt: { type: 'string', format: 'date-time' },
        state: { enum: ['open', 'rejected'] },
        receipt: { type: ['object', 'null'] },
      },
    },
    consents: {
      type: 'array',
      description:
        'H2: who asks at feeds to pass it on, oldest first, and what was answered there. Said ' +
        'with the token of a client, and signed by no country',
      items: {
        type: 'object',
        properties: {
          id: { type: 'string', format: 'uuid' },
          askedBy: { type: 'object', properties: { participant: { type: 'string' } } },
          to: { type: 'array', items: { type: 'string' } },
          reason: { type: 'string' },
          version: { type: 'integer' },
          status: { enum: ['waiting', 'granted', 'refused'] },
          at: { type: 'string', format: 'date-time' },
          answer: {
            type: ['object', 'null'],
            properties: {
              reason: { type: 'string' },
              until: { type: ['string', 'null'] },
              at: { type: 'string', format: 'date-time' },
            },
          },
          signed: { type: 'boolean' },
        },
      },
    },
    reactions: {
      type: 'array',
      description: 'What other participants said to it, oldest first',
      items: {
        type: 'object',
        properties: {
          participant: { type: 'string' },
          reaction: { type: 'string' },
          action: { type: 'string' },
          amount: { type: 'object' },
          note: { type: 'string' },
          at: { type: 'string', format: 'date-time' },
        },
      },
    },
    deliveries: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          version: { type: 'integer' },
          participant: { type: 'string' },
          at: { type: 'string', format: 'date-time' },
        },
      },
    },
  },
}

const states = ['queued', 'held', 'accepted', 'superseded', 'rejected'] as const

/**
 * The route schemas. Params, query and headers are checked; bodies and responses are documentation.
 */
export const noticeSchemas = {
  post: {
    summary: 'Submit a notice',
    description: 'Durable when answered 202. The same id and content again gets the first answer.',
    security: bearer,
    body: notice,
    response: { 202: json('Stored and queued', accepted), ...problems },
  },
  put: {
    summary: 'Submit the next version',
    description: 'If-Match names the version this one is based on; the subject stays the same.',
    security: bearer,
    params,
    body: notice,
    response: { 202: json('Stored and queued', accepted), ...problems },
  },
  revoke: {
    summary: 'Revoke a notice',
    description:
      'Final. The reason reaches whoever may see the notice. One that is held for its subject ' +
      'is published to nobody.',
    security: bearer,
    params,
    body: reasonBody,
    response: { 202: json('Stored and queued', accepted), ...problems },
  },
  confirm: {
    summary: 'Confirm a notice that is held for its subject',
    description:
      'Its subject is on the never-list (emergency numbers, lines of banks and police, ' +
      'wallets of exchanges), and it is meant all the same. Signed, and on its way to the hub ' +
      'when answered 202; the notice is published then. 409 never-list/not-held where it does ' +
      'not wait for it. The reason reaches operators, not readers.',
    security: bearer,
    params,
    body: reasonBody,
    response: {
      202: json('Signed and queued', {
        ...accepted,
        properties: { ...accepted.properties, status: { const: 'held' } },
      }),
      ...problems,
    },
  },
  get: {
    summary: 'The state of a notice',
    security: bearer,
    params,
    response: { 200: json('The newest version', view), ...problems },
  },
  list: {
    summary: "An agency's own notices, oldest first",
    description: 'A page of large notices ends before its limit: read on while `end` is false.',
    security: bearer,
    querystring: {
      type: 'object',
      properties: {
        status: { type: 'string' },
        due: {
          type: 'string',
          description: 'review or expiry: only notices that stand and are due for it',
        },
        after: { type: 'string' },
        limit: { type: 'string' },
      },
      additionalProperties: false,
    },
    response: {
      200: json('A page', {
        type: 'object',
        properties: {
          notices: { type: 'array', items: view },
          next: { type: 'string' },
          end: { type: 'boolean' },
        },
      }),
      ...problems,
    },
  },
}

export type ListQuery = {
  readonly status?: string
  readonly due?: Due
  readonly after: number
  readonly limit: number
}

/** `limit`: 1 to 500, default 100; `after`: the `next` of an earlier page. */
export const listQuery = ({ status, due, ...page }: Record<string, string>): Checked<ListQuery> => {
  if (status !== undefined && !(states as readonly string[]).includes(status))
    return refuse('request/bad-parameter', undefined, `status is one of ${states.join(', ')}`)
  if (due !== undefined && !(dues as readonly string[]).includes(due))
    return refuse('request/bad-parameter', undefined, `due is one of ${dues.join(', ')}`)
  if (due !== undefined && status !== undefined)
    return refuse('request/bad-parameter', undefined, 'what is due is accepted: leave status out')
  const read = readNumbered(page)
  return read.ok
    ? accept({
        ...(status !== undefined && { status }),
        ...(due !== undefined && { due: due as Due }),
        ...read.value,
      })
    : read
}
