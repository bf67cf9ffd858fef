import { connect } from 'node:net'
import { rightClock } from '#test/support/clock.ts'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { paths } from '#core/import/paths.ts'
import type { ImportRow } from '#core/import/row.ts'
import { accept, refuse } from '#core/refusal.ts'
import { createHttp } from '#runtime/http/http.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { neverListOf } from '#core/identifiers/never-list.ts'
import type { AcceptDeps } from '../../services/gateway/accept.ts'
import { limitArrival } from '../../services/gateway/routes/arrival.ts'
import { CommitQueueFull } from '#runtime/postgres/group-commit.ts'
import { importRows } from '../../services/gateway/import/import-rows.ts'
import { all } from './import-fixtures.ts'

const registry = {
  hasParticipant: () => true,
  hasAgency: () => true,
  hasGroup: () => true,
  hasPartner: () => true,
}

const valid = {
  kind: 'phone-number',
  subject: { number: '+66812345678' },
  offences: ['job-scam'],
  handling: { tlp: 'GREEN' },
}

const deps = {
  participant: 'TH',
  now: rightClock.now,
  view: () => registry,
  neverList: neverListOf([]),
  contract: () => 2,
  bounds: { noticeMaxVersions: 10, noticeVersionsPerHour: 10 },
  postedAt: async () => undefined,
  findVersions: async () => Promise.reject(new Error('the database is away')),
} as unknown as AcceptDeps

const threeRows = async function* (): AsyncGenerator<ImportRow> {
  yield { row: 1, line: 1, read: refuse('body/not-json', '') }
  yield { row: 2, line: 2, read: accept({}) }
  yield { row: 3, line: 3, read: refuse('body/not-json', '') }
}

const broken: unknown[] = []

const given = {
  caller: { subject: 's', agency: 'TH-CCIB', scopes: [] },
  mayGoOn: async () => ({ ok: true, value: true }) as const,
  accept: deps,
  presets: [],
  dryRun: false,
  signal: new AbortController().signal,
  onBreak: (error: unknown) => broken.push(error),
}

const lines = async (more: object, source: AsyncIterable<ImportRow> = threeRows()) =>
  (await all(importRows(source, { ...given, ...more }))).map(
    (line) => JSON.parse(line) as Record<string, unknown>,
  )

await t.test(
  'an import that breaks off says so in its last line, with what was taken before',
  async (t) => {
    t.match(await lines({}), [
      { row: 1, status: 'refused' },
      { row: 2, code: 'notice/missing-member' },
      { row: 3 },
      { summary: { rows: 3, refused: 3 } },
    ])
    t.match(
      await lines({
        presets: Object.entries({
          kind: 'phone-number',
          'subject.number': '+66812345678',
          offences: ['job-scam'],
          'handling.tlp': 'GREEN',
        }).map(([name, value]) => ({ path: paths.get(name)!, value })),
      }),
      [{ row: 1 }, { error: { code: 'import/broken-off' }, summary: { rows: 1, refused: 1 } }],
    )
    t.match(broken, [{ message: 'the database is away' }])
    t.match(
      await lines({ signal: AbortSignal.abort() }),
      [{ error: { code: 'service/unavailable' }, summary: { rows: 0 } }],
      'a gateway that stops',
    )
  },
)

await t.test(
  'rows that come when the caller may not submit any more are told so, whatever is wrong with them',
  async (t) => {
    let asked = 0
    const mayGoOn = async () => (++asked === 1 ? accept(true) : refuse('auth/suspended'))
    t.match(await lines({ mayGoOn }), [
      { row: 1, status: 'refused', code: 'body/not-json' },
      { row: 2, status: 'refused', code: 'auth/suspended' },
      { row: 3, status: 'refused', code: 'auth/suspended' },
      { error: { code: 'auth/suspended' }, summary: { rows: 3, refused: 3 } },
    ])
  },
)

await t.test('an import waits while too much waits for a commit', async (t) => {
  let tries = 0
  const stored: unknown[] = []
  const full = {
    ...deps,
    signer: { kid: 'k', sign: async () => Buffer.alloc(64) },
    findVersions: async () => [],
    store: async (s: unknown) =>
      ++tries < 3 ? Promise.reject(new CommitQueueFull('full')) : stored.push(s),
  } as unknown as AcceptDeps
  const one = async function* (): AsyncGenerator<ImportRow> {
    yield { row: 1, read: accept(valid) }
  }
  t.match(await lines({ accept: full }, one()), [
    { row: 1, status: 'accepted' },
    { summary: { accepted: 1 } },
  ])
  t.equal(stored.length, 1)
})

await t.test('a single notice must arrive in time, a file may take longer', async (t) => {
  const app = await createHttp({
    service: 'x',
    log: createLog({ service: 'x', level: 'silent' }),
    metrics: createMetrics('x'),
    ready: async () => [],
    api: { title: 'x', version: '1', description: 'x' },
    requestTimeoutMs: 60_000,
  })
  t.teardown(() => app.close())
  limitArrival(app, 150)
  for (const path of ['/v1/notices', '/v1/notices/import']) app.post(path, async () => ({}))
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const slow = async (path: string): Promise<string> => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ` +
        `application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{`,
    )
    setTimeout(() => socket.destroyed || socket.write('}'), 600)
    return text(socket)
  }
  const [single, file] = await Promise.all([slow('/v1/notices'), slow('/v1/notices/import')])
  t.match(single, /^HTTP\/1.1 408 /)
  t.match(file, /^HTTP\/1.1 200 /)
})
