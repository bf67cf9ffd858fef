import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import t from 'tap'
import { noticeExtension } from '#core/import/stix.ts'
import { arrived, call, statusOf } from '#test/support/clients.ts'
import { phone } from '#test/support/notices.ts'
import { runSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'
import { readInput } from '../../services/cli/io.ts'
import { run } from '../../services/cli/program.ts'

const system = await runSystem(t, 'test-import')
const { info } = system
const gateway = info.gateways['TH']!

type Row = Record<string, unknown> & { readonly row: number; readonly status: string }
type Answer = {
  readonly status: number
  readonly rows: Row[]
  readonly last: { readonly summary?: Record<string, number>; readonly error?: object }
  readonly problem: Record<string, unknown>
}

const send = async (
  type: string,
  body: string | ReadableStream,
  query = '',
  token = gateway.token,
): Promise<Answer> => {
  const response = await fetch(`${gateway.url}/v1/notices/import${query}`, {
    method: 'POST',
    headers: { 'content-type': type, authorization: `Bearer ${token}` },
    body,
    duplex: 'half',
    signal: AbortSignal.timeout(120_000),
  })
  const text = await response.text()
  if (response.status !== 200)
    return {
      status: response.status,
      rows: [],
      last: {},
      problem: JSON.parse(text) as Record<string, unknown>,
    }
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
  return { status: 200, rows: lines.slice(0, -1), last: lines.at(-1)! as object, problem: {} }
}

const stored = async (): Promise<number> => {
  let count = 0
  for (let after = '0'; ;) {
    const { body } = await call(`${gateway.url}/v1/notices?limit=500&after=${after}`, gateway.token)
    count += (body['notices'] as unknown[]).length
    after = String(body['next'])
    if (body['end'] === true) return count
  }
}

const header =
  'kind,subject.number,subject.role,offences,handling.tlp,handling.release.participants,narrative'
const good = (i: number): string =>
  `phone-number,+668${String(10_000_000 + i)},displayed,job-scam;loan-scam,AMBER,KH;VN,` +
  `"row ${i}, with ""quotes""\nand a second line"`
/** 2,000 rows, of which every hundredth has a fault. */
const faults = [
  [
    'phone-number,+66,displayed,job-scam,AMBER,KH,impossible',
    { code: 'phone/impossible', pointer: '/subject/number', column: 'subject.number' },
  ],
  [
    'phone-number,+66812345678,displayed,job-scam,PINK,KH,',
    { code: 'notice/bad-value', pointer: '/handling/tlp', column: 'handling.tlp' },
  ],
  [
    'phone-number,+66812345678,displayed,job-scam,AMBER,XX,',
    { code: 'handling/unknown-participant', column: 'handling.release.participants' },
  ],
  ['phone-number,+66812345678,displayed', { code: 'import/column-count' }],
  [
    'phone-number,+66812345678,displayed,job-scam,AMBER,KH,stray " quote',
    { code: 'import/bad-csv' },
  ],
] as const
const csv = [
  header,
  ...Array.from({ length: 2000 }, (_, i) =>
    i % 100 === 99 ? faults[((i - 99) / 100) % faults.length]![0] : good(i),
  ),
].join('\r\n')

await t.test(
  'a dry run of 2,000 rows tells every fault with row, line, column, code and advice, and ' +
    'stores nothing',
  async (t) => {
    const { rows, last } = await send('text/csv', csv, '?dryRun=true')
    t.same(last, {
      summary: { rows: 2000, accepted: 1980, repeated: 0, refused: 20, dryRun: true },
    })
    t.same(
      rows.map((r) => r.row),
      Array.from({ length: 2000 }, (_, i) => i + 1),
      'in order',
    )
    rows
      .filter((r) => r.status === 'refused')
      .forEach((row, i) =>
        t.match(row, {
          row: i * 100 + 100,
          line: 2 + (i * 100 + 99) * 2 - i,
          ...faults[i % faults.length]![1],
          advice: String,
        }),
      )
    t.match(rows[0], {
      line: 2,
      status: 'accepted',
      canonical: { key: '+66810000000' },
      id: /^[0-9a-f]{8}-[0-9a-f]{4}-8/,
    })
    t.notOk('digest' in rows[0]!, 'nothing is signed')
    t.equal(await stored(), 0)
  },
)

await t.test(
  'the same file for good takes the good rows; sent again it adds nothing',
  async (t) => {
    const first = await send('text/csv; charset=utf-8', csv)
    t.same(first.last, { summary: { rows: 2000, accepted: 1980, repeated: 0, refused: 20 } })
    t.match(first.rows[0], {
      row: 1,
      line: 2,
      status: 'accepted',
      version: 1,
      digest: /^[0-9a-f]{64}$/,
    })
    t.equal(await stored(), 1980)
    const again = await send('text/csv', csv)
    t.same(again.last, { summary: { rows: 2000, accepted: 0, repeated: 1980, refused: 20 } })
    t.same(
      again.rows.map(({ id, digest }) => [id, digest]),
      first.rows.map(({ id, digest }) => [id, digest]),
      'each row gets its first answer',
    )
    t.equal(await stored(), 1980)
    const id = String(first.rows[0]!['id'])
    const entry = await arrived(info, 'KH-ACD', id, 'all', 60_000)
    t.match(
      entry.notice,
      { narrative: 'row 0, with "quotes"\nand a second line', offences: ['job-scam', 'loan-scam'] },
      'the notice reaches Phnom Penh',
    )
    t.match((await statusOf(info, 'TH', id)).body, {
      notice: { handling: { release: { participants: ['KH', 'VN'] } } },
    })
  },
)

await t.test(
  'NDJSON: bad lines are told by line, good ones are taken, twins in one file count once',
  async (t) => {
    const own = phone()
    const { id: _, ...twin } = phone({ narrative: randomUUID() })
    const lines = [
      JSON.stringify(own),
      '',
      JSON.stringify(twin),
      '{"a":1,"a":2}',
      JSON.stringify(twin),
      JSON.stringify({ ...own, narrative: 'other' }),
      '[]',
      `{"narrative":"${'x'.repeat(300_000)}"}`,
      JSON.stringify(phone()),
    ]
    const { rows, last } = await send('application/x-ndjson', lines.join('\n'))
    t.match(rows, [
      { row: 1, line: 1, status: 'accepted', id: own.id },
      { row: 2, line: 3, status: 'accepted' },
      { row: 3, line: 4, status: 'refused', code: 'body/duplicate-key', pointer: '/a' },
      { row: 4, line: 5, status: 'repeated', id: rows[1]!['id'] },
      { row: 5, line: 6, status: 'refused', code: 'notice/id-reused', pointer: '/id' },
      { row: 6, line: 7, status: 'refused', code: 'notice/bad-type' },
      { row: 7, line: 8, status: 'refused', code: 'import/row-too-large' },
      { row: 8, line: 9, status: 'accepted' },
    ])
    t.same(last.summary, { rows: 8, accepted: 3, repeated: 1, refused: 4 })
  },
)

const bundle = {
  type: 'bundle',
  id: `bundle--${randomUUID()}`,
  objects: [
    { type: 'identity', spec_version: '2.1', id: `identity--${randomUUID()}`, name: 'no row' },
    {
      type: 'phone-number',
      spec_version: '2.1',
      id: `phone-number--${randomUUID()}`,
      value: '+66 81 999 0001',
      object_marking_refs: ['marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'],
    },
    {
      type: 'bank-account',
      spec_version: '2.1',
      id: `bank-account--${randomUUID()}`,
      account_number: '0012345678',
      bic: 'KASITHBK',
      object_marking_refs: ['marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'],
    },
    {
      type: 'cryptocurrency-wallet',
      spec_version: '2.1',
      id: `cryptocurrency-wallet--${randomUUID()}`,
      value: '0x098B716B8Aaf21512996dC57EB0615e2383E2f96',
      object_marking_refs: ['marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'],
      extensions: {
        [noticeExtension]: {
          extension_type: 'property-extension',
          subject: { chain: 'evm', role: 'deposit' },
          offences: ['money-laundering'],
          handling: { release: { participants: ['KH'] } },
        },
      },
    },
    {
      type: 'indicator',
      spec_version: '2.1',
      id: `indicator--${randomUUID()}`,
      pattern_type: 'stix',
      pattern: "[phone-number:value = '+66819990002']",
      labels: ['romance-scam'],
      description: 'an indicator',
      valid_from: '2026-01-01T00:00:00Z',
      object_marking_refs: ['marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487'],
    },
    {
      type: 'indicator',
      spec_version: '2.1',
      id: `indicator--${randomUUID()}`,
      pattern_type: 'stix',
      pattern: "[file:name = 'x']",
    },
  ],
}

await t.test(
  'a STIX bundle: observables and indicators become notices, with their TLP',
  async (t) => {
    const { rows, last } = await send(
      'application/stix+json',
      JSON.stringify(bundle),
      '?set=offences%3Djob-scam',
    )
    t.match(rows, [
      { row: 1, from: '/objects/1', status: 'accepted', canonical: { key: '+66819990001' } },
      { from: '/objects/2', status: 'accepted', canonical: { key: 'TH|bic|KASITHBK|0012345678' } },
      {
        from: '/objects/3',
        status: 'accepted',
        canonical: { key: 'evm:0x098b716b8aaf21512996dc57eb0615e2383e2f96' },
      },
      { from: '/objects/4', status: 'accepted' },
      { from: '/objects/5', status: 'refused', code: 'import/unsupported-pattern' },
    ])
    t.same(last.summary, { rows: 5, accepted: 4, repeated: 0, refused: 1 })
    const entry = await arrived(info, 'KH-ACD', String(rows[2]!['id']), 'all', 60_000)
    t.match(entry.notice, {
      handling: { tlp: 'AMBER' },
      offences: ['money-laundering'],
      subject: { chain: 'evm', role: 'deposit' },
    })
    t.match(
      (await send('application/stix+json', JSON.stringify(bundle), '?set=offences%3Djob-scam')).last
        .summary,
      { accepted: 0, repeated: 4, refused: 1 },
    )
  },
)

await t.test('what is wrong with the whole file is one problem, and nothing is read', async (t) => {
  const rows: [string, string, string, string, number, string][] = [
    ['an unknown column', 'text/csv', 'kind,colour\n', '', 422, 'import/unknown-column'],
    [
      'a column given twice',
      'text/csv',
      'number,subject.number\n',
      '',
      422,
      'import/duplicate-column',
    ],
    ['no header', 'text/csv', '', '', 422, 'import/no-header'],
    ['a mapping to nowhere', 'text/csv', 'a\n', '?map=a%3Dnowhere', 400, 'import/bad-mapping'],
    ['a mapping of no column', 'text/csv', 'kind\n', '?map=a%3Dkind', 400, 'import/bad-mapping'],
    ['a bad parameter', 'text/csv', 'kind\n', '?dryRun=maybe', 400, 'request/bad-parameter'],
    ['another parameter', 'text/csv', 'kind\n', '?dry=true', 400, 'request/bad-parameter'],
    ['no bundle', 'application/stix+json', '{}', '', 422, 'import/not-stix'],
    ['no JSON', 'application/stix+json', '{', '', 400, 'body/not-json'],
    ['another media type', 'text/plain', 'x', '', 415, 'body/media-type'],
    ['JSON', 'application/json', '{}', '', 415, 'body/media-type'],
  ]
  for (const [title, type, body, query, status, code] of rows)
    t.match(await send(type, body, query), { status, problem: { status, code } }, title)
  t.match(await send('text/csv', 'kind\n', '', info.gateways['KH']!.token), { status: 401 })
})

await t.test('a slow upload gets its results row by row', async (t) => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const response = fetch(`${gateway.url}/v1/notices/import?dryRun=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${gateway.token}` },
    body: readable,
    duplex: 'half',
  })
  const lines = async (count: number): Promise<void> =>
    writer.write(
      Buffer.from(Array.from({ length: count }, () => `${JSON.stringify(phone())}\n`).join('')),
    )
  await lines(300)
  const reader = (await response).body!.getReader()
  t.match(
    Buffer.from((await reader.read()).value ?? []).toString(),
    /^\{"row":1,/,
    'the first results come before the file has ended',
  )
  await lines(1)
  await writer.close()
  let text = ''
  for (let read = await reader.read(); !read.done; read = await reader.read())
    text += Buffer.from(read.value).toString()
  t.match(text, /"summary":\{"rows":301,"accepted":301/)
})

/**
 * Sends the first rows of a CSV, breaks off once results come, and answers what was told until the
 * connection broke.
 */
const interrupted = async (
  body: string,
  rowsFirst: number,
  breakOff: (abort: () => void) => Promise<void>,
): Promise<Row[]> => {
  const lines = body.split('\r\n')
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const client = new AbortController()
  const answer = fetch(`${gateway.url}/v1/notices/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', authorization: `Bearer ${gateway.token}` },
    body: readable,
    duplex: 'half',
    signal: client.signal,
  })
  void writer
    .write(Buffer.from(`${lines.slice(0, rowsFirst + 1).join('\r\n')}\r\n`))
    .catch(() => undefined)
  let text = ''
  try {
    const reader = (await answer).body!.getReader()
    text += Buffer.from((await reader.read()).value ?? []).toString()
    await breakOff(() => client.abort())
    for (let read = await reader.read(); !read.done; read = await reader.read())
      text += Buffer.from(read.value).toString()
  } catch {
    // broken off, as asked
  }
  await writer.abort().catch(() => undefined)
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row)
}

/** The whole file again, after a part of it. */
const completes = async (
  t: Tap,
  body: string,
  told: readonly Row[],
  before: number,
): Promise<void> => {
  t.ok(told.length > 0, `${told.length} rows were answered before`)
  const { rows, last } = await send('text/csv', body)
  t.match(last.summary, { rows: 900, refused: 0 })
  t.ok(Number(last.summary?.['repeated']) >= told.length, 'what was answered is durable')
  t.same(
    rows.slice(0, told.length).map(({ id, digest }) => [id, digest]),
    told.map(({ id, digest }) => [id, digest]),
    'and gets its first answer',
  )
  t.equal(await stored(), before + 900)
}

type Tap = Pick<typeof t, 'ok' | 'match' | 'same' | 'equal'>

const rowsOf = (from: number, count: number): string =>
  [
    header,
    ...Array.from(
      { length: count },
      (_, i) => `phone-number,+668${String(from + i)},displayed,job-scam,AMBER,KH,${randomUUID()}`,
    ),
  ].join('\r\n')

await t.test(
  'a client that goes away in the middle of its file sends it again, and each row is there once',
  async (t) => {
    const body = rowsOf(20_000_000, 900)
    const before = await stored()
    const told = await interrupted(body, 600, async (abort) => abort())
    await completes(t, body, told, before)
  },
)

await t.test(
  'a gateway that is killed in the middle of a file has every row it answered; the file sent ' +
    'again completes it',
  async (t) => {
    const body = rowsOf(30_000_000, 900)
    const before = await stored()
    const pid = system.supervisor.pids()['gateway-TH']!
    const told = await interrupted(body, 600, async () => void process.kill(pid, 'SIGKILL'))
    await until(
      'the gateway takes notices again',
      async () =>
        system.supervisor.pids()['gateway-TH'] !== pid && (await fetch(`${gateway.url}/readyz`)).ok,
      30_000,
    )
    await completes(t, body, told, before)
  },
)

/** Runs one command line as a terminal would. */
const cli = async (
  ...args: string[]
): Promise<{ code: number; out: Record<string, unknown>[]; err: string[]; shown: string[] }> => {
  const [out, err, shown]: [string[], string[], string[]] = [[], [], []]
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    progress: (text: string) => void shown.push(text),
    read: readInput,
    signal: new AbortController().signal,
  }
  const code = await run(
    ['import', ...args, '--gateway', gateway.url, '--token', gateway.token],
    io,
  )
  return { code, out: out.map((line) => JSON.parse(line) as Record<string, unknown>), err, shown }
}

await t.test(
  'the command line imports a CSV with other headers, shows how far it is, and exits 1 where ' +
    'rows are refused',
  async (t) => {
    const file = resolve(
      t.testdir({
        'phones.csv':
          '\ufeffTelephone,Remarks,narrative\r\n+66817770001,secret,one\r\nnot a number,,two\r\n',
      }),
      'phones.csv',
    )
    const options = [
      '--map',
      'Telephone=subject.number',
      '--map',
      'Remarks=-',
      '--set',
      'kind=phone-number',
      '--set',
      'offences=job-scam',
      '--set',
      'tlp=GREEN',
    ]
    const { code, out, err, shown } = await cli(file, ...options)
    t.equal(code, 1)
    t.match(out, [
      { row: 2, line: 3, status: 'refused', column: 'Telephone', advice: String },
      { summary: { rows: 2, accepted: 1, repeated: 0, refused: 1 } },
    ])
    t.match(err, ['2 rows: 1 accepted, 0 there already, 1 refused', '1 rows were refused'])
    t.match(shown.at(-2), /^\[={30}\] 100%  2 rows, 1 refused/)
    t.match((await cli(file, ...options, '--all')).out, [
      { row: 1, status: 'repeated' },
      { row: 2 },
      { summary: { repeated: 1 } },
    ])
    t.equal((await cli(file)).code, 1, 'a column without meaning')
    t.equal((await cli(file.replace('phones', 'absent'))).code, 2)
  },
)

await t.test('the command line converts a MISP event', async (t) => {
  const event = {
    Event: {
      info: 'scam centre',
      Tag: [{ name: 'tlp:amber' }, { name: 'job-scam' }],
      Attribute: [
        { type: 'iban', value: 'DE00' },
        { type: 'btc', value: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa' },
      ],
      Object: [{ name: 'phone', Attribute: [{ object_relation: 'msisdn', value: '66818880001' }] }],
    },
  }
  const file = resolve(t.testdir({ 'event.json': JSON.stringify(event) }), 'event.json')
  const { code, out } = await cli(file, '--format', 'misp', '--all')
  t.equal(code, 1)
  t.match(out, [
    { row: 1, from: '/Event/Object/0', status: 'accepted', canonical: { key: '+66818880001' } },
    { row: 2, from: '/Event/Attribute/0', status: 'refused' },
    { row: 3, status: 'accepted', canonical: { chain: 'bitcoin' } },
    { summary: { rows: 3, accepted: 2, refused: 1 } },
  ])
  t.equal((await cli(file)).code, 2, 'the name does not tell the format')
})
