import { kindsModule, kindsSchema, readKinds } from './kinds.ts'
import { typesModule } from './types.ts'

/**
 * Every generated file: its path from the top of the project, and its text. The same schemas give
 * the same bytes.
 */
export const generated = async (): Promise<ReadonlyMap<string, string>> => {
  const kinds = await readKinds()
  const schema = kindsSchema(kinds)
  return new Map([
    ['schemas/kinds.json', `${JSON.stringify(schema, null, 2)}\n`],
    ['services/core/generated/kinds.ts', kindsModule(kinds)],
    ['services/core/generated/types.ts', await typesModule(kinds, schema)],
  ])
}
