import type { FastifyRequest } from 'fastify'
import type { Checked } from '#core/refusal.ts'
import { readStrict } from '#core/json/strict-json.ts'
import { bodyBytes } from '#runtime/http/http.ts'

/** A JSON body, read strictly and held to its schema. */
export const readBody = <T>(
  request: FastifyRequest,
  check: (body: unknown) => Checked<T>,
): Checked<T> => {
  const bytes = bodyBytes(request)
  if (!bytes.ok) return bytes
  const read = readStrict(bytes.value)
  return read.ok ? check(read.value) : read
}
