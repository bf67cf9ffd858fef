import { bearer, problems } from '#runtime/http/schema-parts.ts'
const text = { type: 'string' }
const flag = { type: 'boolean' }
const texts = { type: 'array', items: text }

const outcome = {
  content: { ...flag, description: 'Would be given it' },
  existence: { ...flag, description: 'May know that it is there' },
  rule: { ...text, description: 'services/core/README.md lists them' },
  sees: { ...texts, description: 'The members of the body that would be given, by their paths' },
  withheld: { ...texts, description: 'Those that would not' },
  conditions: { ...flag, description: 'H3: to be acknowledged first; taken as acknowledged here' },
  notToBePassedOn: { ...flag, description: 'H2' },
  toldFirst: {
    ...flag,
    description: 'A victim desk: others are told once it was, or after a head start',
  },
  copyTlp: { ...text, description: 'How the copy is marked' },
}
const required = ['content', 'existence', 'rule', 'sees', 'withheld']
const named = {
  type: 'object',
  required: ['agency', 'outcomes'],
  properties: {
    agency: text,
    outcomes: {
      type: 'array',
      items: { type: 'object', required, properties: outcome },
      description: 'One; several where what this agency may do is not known here',
    },
  },
}
const counted = {
  type: 'object',
  required: ['least', 'most', ...required],
  properties: {
    least: { type: 'integer', description: 'So many agencies at least' },
    most: { type: 'integer' },
    ...outcome,
  },
}

export const rehearseSchema = {
  summary: 'Who would see a notice',
  security: bearer,
  description: [
    'Takes the body of a notice, refuses it as `POST /v1/notices` would, and answers who ' +
      'would see which of its members, and by which rule, by the registry as this gateway knows ' +
      'it.',
    'Own agencies by name; of other participants how many agencies come to which outcome, and ' +
      'by name only those that the body names. Nothing is stored, signed or published. Scope ' +
      '`notices:read` or `notices:write`.',
  ].join(' '),
  body: { $ref: '#/components/schemas/notice' },
  response: {
    200: {
      description: 'What would become of it',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: [
              'at',
              'registryVersion',
              'canonical',
              'warnings',
              'agencies',
              'participants',
            ],
            properties: {
              at: { ...text, format: 'date-time' },
              registryVersion: { type: 'integer' },
              canonical: { type: 'object' },
              warnings: { type: 'array', items: { type: 'object' } },
              agencies: {
                type: 'array',
                description: 'Own agencies',
                items: {
                  type: 'object',
                  required: ['agency', 'purpose', ...required],
                  properties: {
                    agency: text,
                    purpose: {
                      type: ['string', 'null'],
                      description: 'It was tried with: one the agency holds and the notice allows',
                    },
                    ...outcome,
                  },
                },
              },
              participants: {
                type: 'array',
                description: 'Every other participant',
                items: {
                  type: 'object',
                  required: ['participant', 'type', 'named', 'others'],
                  properties: {
                    participant: text,
                    type: { enum: ['member', 'dialogue-partner', 'corporate-partner'] },
                    named: {
                      type: 'array',
                      items: named,
                      description: 'Its agencies that the body names',
                    },
                    others: {
                      type: 'array',
                      items: counted,
                      description: 'The rest of its agencies',
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
    ...problems,
  },
}
