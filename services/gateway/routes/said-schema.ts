import { bearer, json, object, problems, text, uuid } from '#runtime/http/schema-parts.ts'

const params = { ...object({ id: uuid }), required: ['id'] }
const moment = { ...text, format: 'date-time' }

/** The route schemas. Params are checked; bodies and responses are documentation. */
export const saidSchemas = {
  react: {
    summary: 'React to a notice',
    description:
      'Of any participant, by its issuer and id. Always 202: a notice that the agency may not ' +
      'see and one that does not exist both end as notice/not-found, which GET /v1/said/{id} ' +
      'tells. The originator is shown the participant, never the agency or the person. The same ' +
      'reaction again is the first one. Scope `notices:write`.',
    security: bearer,
    params,
    body: { $ref: '#/components/schemas/reaction-body' },
    response: {
      202: json('Signed and queued', object({ id: uuid, status: { const: 'queued' } })),
      ...problems,
    },
  },
  get: {
    summary: 'How far something that was answered 202 has come',
    description: 'Of the own agency. Scope `notices:read`.',
    security: bearer,
    params,
    response: {
      200: json(
        'Its state',
        object({
          id: uuid,
          type: { enum: ['confirmation', 'reaction'] },
          status: { enum: ['queued', 'held', 'accepted', 'superseded', 'rejected'] },
          postedAt: moment,
          answeredAt: { type: ['string', 'null'] },
          receipt: {
            type: ['object', 'null'],
            description: "The hub's answer: index and time in the log, or code and pointer",
          },
          advice: { ...text, description: 'What to do next, where the hub has not accepted it' },
        }),
      ),
      ...problems,
    },
  },
}
