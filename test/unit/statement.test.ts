import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import t from 'tap'
import { neverListOf } from '#core/identifiers/never-list.ts'
import type { PublicJwk, Registry } from '#core/registry/registry.ts'
import { schemaVersions } from '#core/schema/versions.ts'
import { signStatement, statementLimitBytes, statementText } from '#core/signing/statement.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { checkRecord } from '../../services/hub/intake/check.ts'
import { checkContext } from '../../services/hub/intake/check-context.ts'

type Vectors = {
  readonly jwk: PublicJwk
  readonly kid: string
  readonly statement: { readonly iss: string; readonly digest: string }
  readonly rows: readonly {
    readonly what: string
    readonly record: string
    readonly code?: string
  }[]
}
const vectors = JSON.parse(
  readFileSync(new URL('../../schemas/vectors/statement.json', import.meta.url), 'utf8'),
) as Vectors
/** RFC 8037, appendix A. */
const signer = createSigner(
  createPrivateKey({
    key: { ...vectors.jwk, d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' },
    format: 'jwk',
  }),
)

const registry = {
  version: 1,
  agencies: new Map(),
  groups: new Map(),
  clients: new Map(),
  participants: new Map([
    [
      vectors.statement.iss,
      { id: vectors.statement.iss, type: 'member', status: 'active', admitted: [{ from: 0 }] },
    ],
  ]),
  keys: new Map([
    [
      vectors.kid,
      {
        kid: vectors.kid,
        owner: vectors.statement.iss,
        purpose: 'notice',
        jwk: vectors.jwk,
        valid: { from: 0 },
        status: 'active',
      },
    ],
  ]),
} as unknown as Registry
/** The code of a refused record, and what was looked up. */
const check = async (record: string) => {
  const asked: string[] = []
  const heldBytes = async (participant: string, digest: Buffer): Promise<undefined> => {
    asked.push(`${participant} ${digest.toString('hex')}`)
  }
  const context = checkContext(registry, 1, {
    neverList: neverListOf([]),
    schemas: schemaVersions,
    heldBytes,
    newestMark: () => Promise.resolve(undefined),
    saidAbout: () => Promise.resolve(0),
    wasTold: () => Promise.resolve(false),
  })
  const fault = (error: unknown): never => {
    throw error
  }
  const { outcome } = await checkRecord(
    {
      topic: `submitted.${vectors.statement.iss}`,
      partition: 0,
      offset: '0',
      timestampMs: 0,
      key: null,
      value: Buffer.from(record),
      headers: {},
      lag: 0,
    },
    context,
    fault,
  )
  return { code: outcome.ok ? 'accepted' : outcome.refusal.code, asked }
}

await t.test(
  'schemas/vectors/statement.json: a statement is read to the digest it names, or refused ' +
    'with its code before that',
  async (t) => {
    t.equal(signer.kid, vectors.kid)
    t.equal(
      (await signStatement(vectors.statement as Parameters<typeof signStatement>[0], signer)).text,
      vectors.rows[0]!.record,
      'the first is what our own gateway signs',
    )
    for (const { what, record, code } of vectors.rows) {
      const outcome = await check(record)
      if (code === undefined)
        t.same(
          outcome,
          {
            code: 'never-list/not-held',
            asked: [`${vectors.statement.iss} ${vectors.statement.digest}`],
          },
          what,
        )
      else t.same(outcome, { code, asked: [] }, what)
    }
  },
)

await t.test(
  'no envelope is taken for a statement, and whatever a record holds, looking at it throws nothing',
  async (t) => {
    t.equal(statementText(Buffer.from((await envelopeOf(signer)).envelope)), undefined)
    const { record } = vectors.rows[0]!
    t.equal(statementText(Buffer.from(record)), record)
    t.equal(statementText(Buffer.from(`${record}~`)), undefined)
    t.equal(
      statementText(Buffer.from(record + 'A'.repeat(statementLimitBytes))),
      undefined,
      'too long to be one',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc
            .string()
            .map((text) => Buffer.from(`${Buffer.from(text).toString('base64url')}.${text}`)),
        ),
        (bytes) => void statementText(bytes),
      ),
      { numRuns: 2000 },
    )
  },
)
