import { bearer, json, list, object, problems, text, time } from '#runtime/http/schema-parts.ts'
import { id, issuer, page, paging } from './schema-parts.ts'

const notice = object({
  issuer: text,
  id: { ...text, format: 'uuid' },
  version: { type: 'integer' },
})
const consent = object({
  id: { ...text, format: 'uuid' },
  side: { enum: ['asker', 'originator'], description: 'Whose side the caller is on' },
  notice,
  askedBy: object({ participant: text, agency: text }),
  to: list(text),
  reason: text,
  at: time,
  status: { enum: ['waiting', 'granted', 'refused'] },
  answer: {
    ...object({
      reason: text,
      until: { ...time, type: ['string', 'null'] },
      at: time,
      agency: { ...text, description: 'Who answered; shown to the originator' },
    }),
    type: ['object', 'null'],
  },
})
const one = (status: number, description: string) => ({
  [status]: json(description, consent),
  ...problems,
})

export const consentSchemas = {
  ask: {
    summary: 'Ask the originator whether a notice may be passed on (H2)',
    security: bearer,
    params: id,
    querystring: issuer,
    body: { $ref: '#/components/schemas/consent-request' },
    description:
      'By a reader that holds its content. The same question again gets the same request. ' +
      'Consent changes nothing of who may see the notice: the originator releases it to ' +
      'others by a next version.',
    response: one(201, 'The request, as it stands'),
  },
  list: {
    summary: 'Requests for consent',
    description:
      'What the agency asked, and what is asked about notices it submitted (an NCB: about all ' +
      'of its participant), in the order asked.',
    security: bearer,
    querystring: paging,
    response: { 200: json('A page', object({ requests: list(consent), ...page })), ...problems },
  },
  get: {
    summary: 'One request for consent',
    security: bearer,
    params: id,
    response: one(200, 'The request, as it stands'),
  },
  answer: {
    summary: 'Answer a request for consent',
    description:
      'By the originator (the submitting agency, or the NCB of the issuer), once. The same ' +
      'answer again is the same.',
    security: bearer,
    params: id,
    body: { $ref: '#/components/schemas/consent-answer' },
    response: one(200, 'The request with its answer'),
  },
}
