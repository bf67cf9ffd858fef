import type { ErrorObject } from 'ajv/dist/2020.js'
import type { FastifyRequest } from 'fastify'
import { pointerToken } from '#core/json/pointer.ts'
import type { Checked, Refusal } from '#core/refusal.ts'
import { bodyReader } from '#runtime/http/body.ts'
import { object, text } from '#runtime/http/schema-parts.ts'

/** Every change has a reason. */
const why = {
  ...text,
  minLength: 1,
  maxLength: 500,
  pattern: '\\S',
  description: 'The reason, kept with the change',
}

/** The schema of a body, as the route documents it. No other member is allowed. */
export const bodyOf = (properties: object, required: readonly string[]): object =>
  object({ ...properties, why }, { additionalProperties: false, required: [...required, 'why'] })

/** Reads the body of a change. Errors: `body/…`, `registry/bad-body`. */
export const changeReader = <T>(schema: object): ((request: FastifyRequest) => Checked<T>) =>
  bodyReader<T>(schema, refusalOf)

const refusalOf = ({ instancePath, params, message }: ErrorObject): Refusal => {
  const member: unknown = params['additionalProperty'] ?? params['missingProperty']
  return {
    code: 'registry/bad-body',
    pointer: typeof member === 'string' ? `${instancePath}${pointerToken(member)}` : instancePath,
    ...(message !== undefined && { detail: message }),
  }
}

/** The body of a change that needs a reason and nothing else. */
export const whyBody = bodyOf({}, [])
export const readWhy = changeReader<{ readonly why: string }>(whyBody)
