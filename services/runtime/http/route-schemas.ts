import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsModule, { type FormatsPlugin } from 'ajv-formats'
import type { FastifySchema, FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify'

// ajv-formats is CommonJS; under Node's rules its function is the default export's member.
const addFormats = addFormatsModule as unknown as FormatsPlugin

/**
 * Checks params, query and headers as they arrived: nothing is coerced, defaulted or removed, and
 * the first fault ends the check (threats E3, B9). Bodies arrive as bytes and pass: their schema in
 * a route is documentation.
 */
export const createValidatorCompiler = (): FastifySchemaCompiler<FastifySchema> => {
  const ajv = new Ajv2020({
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: false,
    allErrors: false,
  })
  addFormats(ajv)
  return ({ schema, httpPart }) =>
    httpPart === 'body' ? () => true : ajv.compile(schema as object)
}

/**
 * Writes exactly what the handler returned. Fastify's own serializer drops members that a response
 * schema does not name.
 */
export const compileSerializer: FastifySerializerCompiler<FastifySchema> = () => (data) =>
  JSON.stringify(data)
