import { bearer, json, list, object, problems, text, time } from '#runtime/http/schema-parts.ts'
import { id, page, paging } from './schema-parts.ts'

const status = { enum: ['waiting', 'issued', 'declined'] }
const submission = object({
  id: { ...text, format: 'uuid' },
  status,
  at: time,
  submittedBy: object({ participant: text, agency: text }),
  notice: { type: 'object', description: 'As it was submitted' },
  canonical: { type: 'object' },
  warnings: list({ type: 'object' }),
  decision: {
    ...object({
      at: time,
      reason: text,
      noticeId: {
        type: ['string', 'null'],
        description: 'Of the notice that was issued; for the NCB',
      },
      agency: { ...text, description: 'Who decided; for the NCB' },
    }),
    type: ['object', 'null'],
  },
})
const one = (description: string) => ({ 200: json(description, submission), ...problems })

export const submissionSchemas = {
  submit: {
    summary: 'Submit what a corporate partner knows',
    security: bearer,
    body: { $ref: '#/components/schemas/notice' },
    description:
      'By a client of a corporate partner whose agency has the right `submit`. A notice ' +
      'without `handling.release`. It waits for the NCB that the partner is attached to, ' +
      'which issues its own notice, or declines; the partner is named to nobody else. The ' +
      'same content again gets the first answer.',
    response: {
      202: json(
        'Stored; it waits for the NCB',
        object({
          id: { ...text, format: 'uuid' },
          status,
          canonical: { type: 'object' },
          warnings: list({ type: 'object' }),
        }),
      ),
      ...problems,
    },
  },
  list: {
    summary: 'Submissions of corporate partners',
    description:
      'A partner sees its own; the NCB of a member (role `ncb`) those of the partners ' +
      'attached to it, without `status` those that wait.',
    security: bearer,
    querystring: {
      ...paging,
      properties: {
        ...paging.properties,
        status: { ...text, description: 'waiting, issued, declined or all' },
      },
    },
    response: {
      200: json('A page, oldest first', object({ submissions: list(submission), ...page })),
      ...problems,
    },
  },
  get: {
    summary: 'One submission',
    security: bearer,
    params: id,
    response: one('The submission, as it stands'),
  },
  decide: {
    summary: 'Decide a submission',
    security: bearer,
    params: id,
    body: { $ref: '#/components/schemas/submission-decision' },
    description:
      'By the NCB, once; the same decision again is the same. `issued` names the notice that ' +
      'the NCB has issued at its own gateway, under its own key.',
    response: one('The submission with its decision'),
  },
}
