import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { kinds } from '#core/generated/kinds.ts'
import { contractSchemas, schemaDocuments } from '#core/schema/documents.ts'
import { isUtcTime, isUuid } from '#core/schema/formats.ts'
import { generated } from '#deploy/generate/generated.ts'
import { schemas } from './schemas-fixtures.ts'

await t.test(
  'generated files are those of the schemas: run `npm run generate` after a change',
  async (t) => {
    for (const [path, text] of await generated())
      t.equal(readFileSync(new URL(`../${path}`, schemas), 'utf8'), text, path)
  },
)

await t.test(
  'every schema is one by its meta-schema, under its own address, and compiles in strict mode',
  async (t) => {
    const ajv = new Ajv2020({
      strict: true,
      strictRequired: false,
      discriminator: true,
      formats: { 'date-time': isUtcTime, uuid: isUuid },
      schemas: [...schemaDocuments],
    })
    for (const { $id } of schemaDocuments) {
      t.type(ajv.getSchema($id), 'function', $id)
      const path = $id.replace('https://switchboard.example/schemas/1/', '')
      t.equal(
        (JSON.parse(readFileSync(new URL(path, schemas), 'utf8')) as { $id: string }).$id,
        $id,
        path,
      )
    }
    t.equal(schemaDocuments.length, kinds.length + 19)
  },
)

await t.test(
  'as OpenAPI components the schemas refer to each other and to nothing else',
  async (t) => {
    const at = (ref: string): unknown =>
      ref
        .replace('#/components/schemas/', '')
        .split('/')
        .reduce<unknown>(
          (s, name) => (s as Record<string, unknown> | undefined)?.[name],
          contractSchemas,
        )
    const refs = JSON.stringify(contractSchemas).matchAll(/"\$ref":"([^"]*)"/g)
    for (const [, ref = ''] of refs)
      t.ok(ref.startsWith('#/components/schemas/') && at(ref) !== undefined, ref)
    t.notMatch(JSON.stringify(contractSchemas), 'switchboard.example')
  },
)
