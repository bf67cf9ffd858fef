import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import addFormatsModule, { type FormatsPlugin } from 'ajv-formats'
import type { FastifyRequest } from 'fastify'
import { pointerToken } from '#core/json/pointer.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { readStrict } from '#core/json/strict-json.ts'
import { bodyBytes } from '#runtime/http/http.ts'
import { object, text } from './schemas.ts'

const addFormats = addFormatsModule as unknown as FormatsPlugin
const ajv = new Ajv2020({
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: false,
  allErrors: false,
})
addFormats(ajv)

/** Every change says why. */
export const why = {
  ...text,
  minLength: 1,
  maxLength: 500,
  pattern: '\\S',
  description: 'The reason, kept with the change',
}

/** The schema of a body, as the route documents it: no member but these. */
export const bodyOf = (properties: object, required: readonly string[]): object =>
  object({ ...properties, why }, { additionalProperties: false, required: [...required, 'why'] })

/**
 * Reads a request's JSON strictly and holds it to a schema; what it does not name is refused.
 * Values are never echoed.
 */
export const bodyReader = <T>(schema: object): ((request: FastifyRequest) => Checked<T>) => {
  const check = ajv.compile<T>(schema)
  return (request) => {
    const bytes = bodyBytes(request)
    const read = bytes.ok ? readStrict(bytes.value) : bytes
    if (!read.ok) return read
    return check(read.value)
      ? accept(read.value)
      : refuse('registry/bad-body', pointerOf(check.errors![0]!), check.errors![0]!.message)
  }
}

const pointerOf = ({ instancePath, params }: ErrorObject): string => {
  const member: unknown = params['additionalProperty'] ?? params['missingProperty']
  return typeof member === 'string' ? `${instancePath}${pointerToken(member)}` : instancePath
}
