import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import addFormatsModule, { type FormatsPlugin } from 'ajv-formats'
import type { FastifyRequest } from 'fastify'
import { readStorable } from '#core/json/storable.ts'
import { accept, refuse, type Checked, type Refusal } from '#core/refusal.ts'

/** The bytes of a JSON body as they arrived. Errors: `body/empty`. */
export const bodyBytes = (request: FastifyRequest): Checked<Buffer> =>
  Buffer.isBuffer(request.body) && request.body.length > 0
    ? accept(request.body)
    : refuse('body/empty')

/** A JSON body, read strictly and then checked. Errors: `body/…`, and those of `check`. */
export const readBody = <T>(
  request: FastifyRequest,
  check: (body: unknown) => Checked<T>,
): Checked<T> => {
  const bytes = bodyBytes(request)
  if (!bytes.ok) return bytes
  const read = readStorable(bytes.value)
  return read.ok ? check(read.value) : read
}

const addFormats = addFormatsModule as unknown as FormatsPlugin
const ajv = new Ajv2020({
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: false,
  allErrors: false,
  verbose: true,
})
addFormats(ajv)

/**
 * Reads bodies of one schema (JSON Schema 2020-12), compiled once. `refusalOf` turns the first
 * fault into a refusal. Values are never echoed.
 */
export const bodyReader = <T>(
  schema: object,
  refusalOf: (fault: ErrorObject) => Refusal,
): ((request: FastifyRequest) => Checked<T>) => {
  const isValid = ajv.compile<T>(schema)
  const check = (body: unknown): Checked<T> =>
    isValid(body) ? accept(body) : { ok: false, refusal: refusalOf(isValid.errors!.at(-1)!) }
  return (request) => readBody(request, check)
}
