import type { ErrorObject } from 'ajv/dist/2020.js'
import type { Code } from '../catalogue/catalogue.ts'
import { kinds } from '../generated/kinds.ts'
import { parentPointer, pointerToken } from '../json/pointer.ts'
import type { Refusal } from '../refusal.ts'

/**
 * The fault that a schema found, as a refusal of the catalogue, with the RFC 6901 pointer of the
 * member at fault. It never echoes a value.
 */
export const refusalOf = (error: ErrorObject): Refusal => {
  const say = sayings[error.keyword]
  const { code, at, detail } =
    say === undefined ? { code: 'notice/bad-value' as const, detail: error.message } : say(error)
  const pointer =
    at === undefined ? error.instancePath : parentPointer(error.instancePath, pointerToken(at))
  return { code, pointer, ...(detail !== undefined && { detail }) }
}

type Saying = {
  readonly code: Code
  readonly at?: string | number
  readonly detail?: string | undefined
}

const described = ({ parentSchema, message }: ErrorObject): string | undefined =>
  (parentSchema as { description?: string } | undefined)?.description ?? message

const badValue = (detail: string | undefined): Saying => ({ code: 'notice/bad-value', detail })

const unknownKind: Saying = {
  code: 'notice/unknown-kind',
  at: 'kind',
  detail: `one of ${kinds.join(', ')}`,
}

const sayings: Readonly<Record<string, (error: ErrorObject) => Saying>> = {
  required: ({ params }) => ({
    code: 'notice/missing-member',
    at: params['missingProperty'] as string,
  }),
  additionalProperties: ({ params }) => ({
    code: 'notice/unknown-member',
    at: params['additionalProperty'] as string,
  }),
  type: ({ message }) => ({ code: 'notice/bad-type', detail: message }),
  enum: ({ params }) => badValue(`one of ${(params['allowedValues'] as unknown[]).join(', ')}`),
  const: ({ params }) => badValue(`must be ${String(params['allowedValue'])}`),
  pattern: (error) => badValue(described(error)),
  format: (error) => badValue(described(error)),
  uniqueItems: ({ params }) => ({
    ...badValue(`the same as item ${Math.min(params['i'] as number, params['j'] as number)}`),
    at: Math.max(params['i'] as number, params['j'] as number),
  }),
  discriminator: ({ params }) =>
    params['tag'] === 'kind'
      ? unknownKind
      : { code: 'notice/bad-value', at: params['tag'] as string },
  // The choices in our schemas are between sets of members that belong together.
  anyOf: ({ parentSchema }) => ({ code: 'notice/missing-member', detail: choices(parentSchema) }),
}

const choices = (schema: object | undefined): string => {
  const branches = (schema as { anyOf: { required?: string[] }[] }).anyOf
  return `needs ${branches.map(({ required = [] }) => required.join(' + ')).join(', or ')}`
}
