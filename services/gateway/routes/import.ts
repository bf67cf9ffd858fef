import type { FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { readMapping } from '#core/import/columns.ts'
import { readPresets, type Preset } from '#core/import/place.ts'
import type { ImportRow } from '#core/import/row.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Http } from '#runtime/http/http.ts'
import type { Log } from '#runtime/process/log.ts'
import { problem } from '#runtime/http/problem.ts'
import type { AuthenticateCaller } from '../keys/auth.ts'
import type { AcceptDeps } from '../accept.ts'
import { createBundles, type Bundles } from '../import/bundles.ts'
import { csvRows } from '../import/csv-rows.ts'
import { importRows } from '../import/import-rows.ts'
import { ndjsonRows } from '../import/ndjson-rows.ts'
import { packLines } from '../import/pack.ts'
import { importPath, importSchema } from './import-schema.ts'

export type ImportDeps = {
  readonly authenticate: AuthenticateCaller
  /** The same without counting a request. */
  readonly identify: AuthenticateCaller
  readonly accept: AcceptDeps
  readonly log: Log
}

type Query = {
  readonly dryRun?: string
  readonly map?: string | string[]
  readonly set?: string | string[]
}
type Rows = AsyncIterable<ImportRow> | Iterable<ImportRow>
type Settings = {
  readonly mapping: ReadonlyMap<string, string>
  readonly presets: readonly Preset[]
  readonly dryRun: boolean
}

const scopeNeeded = 'notices:write'
const mediaTypes = ['text/csv', 'application/x-ndjson', 'application/stix+json']
/** A bound. The file is read as it is worked, so its size costs no memory. */
const fileLimitBytes = 4 * 1024 ** 3

/** POST /v1/notices/import: a file in, one line per row out, both as streams. */
export const addImportRoute = async (app: Http, deps: ImportDeps): Promise<void> => {
  const draining = new AbortController()
  const bundles = createBundles()
  app.addHook('preClose', async () => draining.abort())
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(mediaTypes, (_request, payload, done) => done(null, payload))
    scope.post(
      importPath,
      { schema: importSchema, bodyLimit: fileLimitBytes },
      async (request, reply) => {
        const caller = await deps.authenticate(request, scopeNeeded)
        if (!caller.ok) return problem(reply, caller.refusal)
        const settings = readSettings(request.query as Query)
        if (!settings.ok) return problem(reply, settings.refusal)
        const rows = await openRows(
          { request, reply, system: caller.value.subject },
          settings.value.mapping,
          bundles,
        )
        if (!rows.ok) return problem(reply, rows.refusal)
        const onBreak = (err: unknown): void =>
          deps.log.warn({ err, reqId: request.id }, 'import broken off')
        return stream(
          reply,
          importRows(rows.value, {
            caller: caller.value,
            mayGoOn: () => deps.identify(request, scopeNeeded),
            accept: deps.accept,
            ...settings.value,
            signal: draining.signal,
            onBreak,
          }),
        )
      },
    )
  })
}

const stream = (reply: FastifyReply, lines: AsyncGenerator<string>): FastifyReply =>
  reply.type('application/x-ndjson').send(Readable.from(packLines(lines), { objectMode: false }))

const readSettings = ({ dryRun = 'false', map = [], set = [] }: Query): Checked<Settings> => {
  if (dryRun !== 'true' && dryRun !== 'false')
    return refuse('request/bad-parameter', undefined, 'dryRun is true or false')
  const mapping = readMapping([map].flat())
  if (!mapping.ok) return mapping
  const presets = readPresets([set].flat())
  return presets.ok
    ? accept({ mapping: mapping.value, presets: presets.value, dryRun: dryRun === 'true' })
    : presets
}

type Sent = {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** The national system that sends. */
  readonly system: string
}

const openRows = async (
  sent: Sent,
  mapping: ReadonlyMap<string, string>,
  bundles: Bundles,
): Promise<Checked<Rows>> => {
  const { body, headers } = sent.request
  if (!(body instanceof Readable)) return refuse('body/empty')
  const [type] = (headers['content-type'] ?? '').toLowerCase().split(';')
  if (type?.trim() === 'text/csv') return csvRows(body, mapping)
  if (mapping.size > 0) return refuse('import/bad-mapping', undefined, 'map is for text/csv')
  return type?.trim() === 'application/x-ndjson'
    ? accept(ndjsonRows(body))
    : readBundle(body, sent, bundles)
}

/** A bundle has its place until the answer has ended, or the sender is gone. */
const readBundle = async (
  body: Readable,
  { reply, system }: Sent,
  bundles: Bundles,
): Promise<Checked<Rows>> => {
  const place = bundles.enter(system)
  if (!place.ok) return place
  reply.raw.once('close', place.value)
  return bundles.read(body)
}
