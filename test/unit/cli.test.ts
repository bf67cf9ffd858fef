import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import t from 'tap'
import { buildEnvelope } from '#core/envelope/build-envelope.ts'
import { redactEnvelope, splitEnvelope, openEnvelope } from '#core/envelope/envelope.ts'
import { thumbprint } from '#core/signing/keys.ts'
import { leafHash } from '#core/envelope/leaf.ts'
import { checkRegistryFile, readRegistryFile, type RegistryFile } from '#core/registry/file.ts'
import { registryOf } from '#core/registry/change.ts'
import type { PublicJwk } from '#core/registry/registry.ts'
import { topicsOf } from '#core/kafka/topics.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { entryLine } from '../../services/cli/output/entry-line.ts'
import { readEvents, type StreamEvent } from '../../services/cli/places/event-stream.ts'
import { readInput, type Io } from '../../services/cli/io.ts'
import { writeNewKey } from '../../services/cli/input/key-file.ts'
import { readKeySet } from '../../services/cli/input/key-set.ts'
import { jsonLine, printable } from '../../services/cli/output/printable.ts'
import { run } from '../../services/cli/program.ts'
import { traceLines } from '../../services/cli/output/trace-lines.ts'
import { verifyEnvelope } from '../../services/cli/commands/verify/verify-envelope.ts'

/** Runs one command line as a terminal would. */
const terminal = (input: string | Buffer = '', stop = new AbortController()) => {
  const out: string[] = []
  const err: string[] = []
  const io: Io = {
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    read: async (file) => (file === '-' ? Buffer.from(input) : readInput(file)),
    signal: stop.signal,
  }
  return { out, err, stop, run: (...args: string[]) => run(args, io) }
}

await t.test(
  'every command has help with an example, and using one wrongly is exit code 2',
  async (t) => {
    for (const command of [
      ['rehearse'],
      ['submit'],
      ['import'],
      ['status'],
      ['tail'],
      ['trace'],
      ['why'],
      ['consent', 'ask'],
      ['consent', 'answer'],
      ['consent', 'list'],
      ['submissions', 'submit'],
      ['submissions', 'list'],
      ['submissions', 'decide'],
      ['verify'],
      ['key', 'enrol'],
      ['record'],
      ['admin', 'participant', 'admit'],
      ['admin', 'proposal'],
      ['admin', 'agency', 'admit'],
      ['admin', 'group', 'set'],
      ['admin', 'key', 'enrol'],
      ['admin', 'client', 'create'],
      ['admin', 'kafka', 'apply'],
      ['admin', 'token', 'mint'],
    ]) {
      const help = terminal()
      t.equal(await help.run(...command, '--help'), 0, command.join(' '))
      t.match(help.out.join('\n'), /Examples?.*\n.*npx switchboard/s)
    }
    for (const wrong of [
      [],
      ['admin'],
      ['consent'],
      ['consent', 'answer', 'x', '--answer', 'perhaps', '--reason', 'r'],
      ['nothing'],
      ['submit'],
      ['tail', 'all', '--no-such'],
      ['status', 'x', '--gateway', 'no url'],
      ['status', 'x', '--gateway', 'http://127.0.0.1:1'],
      ['admin', 'participant', 'admit', 'LA', '--type', 'friend', '--name', 'x', '--why', 'y'],
      ['admin', 'token', 'mint', '--key', 'k', '--sub', 's', '--role', 'ncb'],
      ['verify', 'absent.json', '--keys', 'absent.json'],
      ['admin', 'kafka', 'apply', '--partitions', '0'],
    ]) {
      const used = terminal()
      t.equal(await used.run(...wrong), 2, wrong.join(' ') || '(nothing)')
      t.ok(used.err.length > 0, 'says why')
      t.same(used.out, [])
    }
  },
)

await t.test(
  'what others wrote does not steer the terminal, and reads back as it was',
  async (t) => {
    const hostile = '\u001b[2J\u009b1m\u202egnp.exe\u2028\u0000'
    t.notMatch(printable(hostile), /[\p{Cc}\u202e\u2028]/u)
    t.notMatch(jsonLine({ hostile }), /[\p{Cc}\u202e\u2028]/u)
    t.same(JSON.parse(jsonLine({ hostile })), { hostile })
    t.equal(
      printable('កម្ពុជា ไทย\u200b\u200d'),
      'កម្ពុជា ไทย\u200b\u200d',
      'scripts that are written with joiners stay',
    )
  },
)

const chunks = async function* (...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part
}

const eventsOf = async (
  ...parts: (string | Uint8Array)[]
): Promise<{ events: StreamEvent[]; ids: string[] }> => {
  const ids: string[] = []
  const events: StreamEvent[] = []
  for await (const event of readEvents(chunks(...parts), (id) => ids.push(id))) events.push(event)
  return { events, ids }
}

await t.test('an event stream is read as the HTML standard says (§9.2)', async (t) => {
  t.same(await eventsOf('id: 1\nevent: a\ndata: x\ndata: y\n\n'), {
    events: [{ id: '1', event: 'a', data: 'x\ny' }],
    ids: ['1'],
  })
  t.same(
    (await eventsOf('id: 1\r', '\ndata:x\r\n\r', '\n')).events,
    [{ id: '1', event: 'message', data: 'x' }],
    'any ending of lines, wherever it is cut',
  )
  t.same(
    await eventsOf(': idle\nid: 7\n\n'),
    { events: [], ids: ['7'] },
    'an idle stream names where to go on and holds no event',
  )
  t.same(
    await eventsOf('id: 1\ndata: x\n\nid: 2\ndata: cut of'),
    { events: [{ id: '1', event: 'message', data: 'x' }], ids: ['1'] },
    'an event that is cut off is dropped, and so is its id',
  )
  t.same(
    (await eventsOf('id: 1\ndata: x\n\ndata: y\n\n')).events[1],
    { id: '1', event: 'message', data: 'y' },
    'an id stays until the next',
  )
  t.same((await eventsOf('id: a\0b\ndata: x\n\n')).events, [{ event: 'message', data: 'x' }])
  const thai = Buffer.from('data: ไทย\n\n')
  t.same(
    (await eventsOf(thai.subarray(0, 8), thai.subarray(8))).events,
    [{ event: 'message', data: 'ไทย' }],
    'a character cut in two',
  )
  await t.rejects(eventsOf('data: '.padEnd(5_000_000, 'x')), /too long/)
})

const keyOf = () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x } = privateKey.export({ format: 'jwk' }) as unknown as PublicJwk
  return { signer: createSigner(privateKey), jwk: { kty, crv, x } }
}
const [th, kh] = [keyOf(), keyOf()]
const content = {
  id: '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11',
  kind: 'phone-number',
  subject: { number: '+66812345678' },
  offences: ['job-scam'],
  handling: { tlp: 'AMBER', release: { participants: ['KH'] } },
  narrative: 'text',
  caseReference: 'C-1',
  agency: 'TH-CCIB',
}
const built = await buildEnvelope(
  {
    issuer: 'TH',
    audience: 'switchboard-hub',
    version: 1,
    status: 'active',
    issuedAt: 1_795_000_000,
    content,
  },
  th.signer,
  randomBytes,
)
const split = splitEnvelope(Buffer.from(built.envelope))
const opened = split.ok && openEnvelope(split.value)
if (!split.ok || !opened || !opened.ok) throw new Error('the envelope under test is not readable')
const redacted = redactEnvelope(
  split.value.jws,
  opened.value.disclosures,
  new Set(['release', 'caseReference']),
)
const keys = readKeySet(
  {
    keys: [
      { ...th.jwk, owner: 'TH' },
      { ...kh.jwk, owner: 'KH' },
    ],
  },
  'keys',
)
const shown = {
  ...content,
  issuer: 'TH',
  version: 1,
  status: 'active',
  canonical: { key: '+66812345678' },
  warnings: [],
  handling: { tlp: 'AMBER' },
  caseReference: undefined,
}

await t.test(
  'an envelope verifies offline, also with disclosures withheld; what was not signed never does',
  async (t) => {
    const verdict = (envelope: string, entry?: object) => {
      const result = verifyEnvelope(Buffer.from(envelope), keys, entry)
      return result.ok ? 'verified' : result.refusal.code
    }
    const [jws, ...rest] = redacted.split('~')
    const [header, payload, signature] = jws!.split('.')
    const flipped = Buffer.from(
      Buffer.from(signature!, 'base64url').map((byte, i) => (i === 3 ? byte ^ 1 : byte)),
    ).toString('base64url')
    const extra = Buffer.from(
      JSON.stringify(['c2FsdHNhbHRzYWx0c2FsdA', 'advice', 'block']),
    ).toString('base64url')
    const rows: [string, string, object | undefined, string][] = [
      ['all of it', built.envelope, undefined, 'verified'],
      ['a redacted copy', redacted, undefined, 'verified'],
      ['a feed entry', redacted, { notice: shown }, 'verified'],
      [
        "a partner's copy, marked stricter",
        redacted,
        { notice: { ...shown, handling: { tlp: 'AMBER+STRICT' } } },
        'verified',
      ],
      [
        'another signature',
        [`${header}.${payload}.${flipped}`, ...rest].join('~'),
        undefined,
        'envelope/bad-signature',
      ],
      [
        'another payload',
        [`${header}.${Buffer.from('{}').toString('base64url')}.${signature}`, ...rest].join('~'),
        undefined,
        'envelope/bad-signature',
      ],
      ['an extra disclosure', `${jws}~${extra}~`, undefined, 'envelope/bad-disclosure'],
      ['a doubled disclosure', `${redacted}${rest[0]}~`, undefined, 'envelope/bad-disclosure'],
      [
        'another number in the notice shown',
        redacted,
        { notice: { ...shown, subject: { number: '+66811111111' } } },
        'envelope/bad-disclosure',
      ],
      [
        'a member in the notice shown that was not signed',
        redacted,
        { notice: { ...shown, advice: 'block' } },
        'envelope/bad-disclosure',
      ],
      [
        'another issuer in the notice shown',
        redacted,
        { notice: { ...shown, issuer: 'KH' } },
        'envelope/bad-disclosure',
      ],
      ['no envelope', 'hello', undefined, 'envelope/not-readable'],
    ]
    for (const [title, envelope, entry, expected] of rows)
      t.equal(verdict(envelope, entry), expected, title)
    const impostor = await buildEnvelope(
      {
        issuer: 'TH',
        audience: 'switchboard-hub',
        version: 1,
        status: 'active',
        issuedAt: 1,
        content,
      },
      kh.signer,
      randomBytes,
    )
    t.equal(verdict(impostor.envelope), 'envelope/wrong-signer', 'a key of KH does not sign for TH')
    const stranger = await buildEnvelope(
      {
        issuer: 'TH',
        audience: 'switchboard-hub',
        version: 1,
        status: 'active',
        issuedAt: 1,
        content,
      },
      keyOf().signer,
      randomBytes,
    )
    t.equal(verdict(stranger.envelope), 'verify/unknown-key')
  },
)

await t.test(
  'verify says who signed, what is disclosed and what is not, and the leaf of the log',
  async (t) => {
    const salt = randomBytes(32)
    const proof = {
      index: 7,
      salt: salt.toString('base64url'),
      time: '2026-11-24T03:50:12.000001Z',
    }
    const result = verifyEnvelope(Buffer.from(redacted), keys, { notice: shown, proof })
    t.match(result, {
      ok: true,
      value: {
        signedBy: { kid: thumbprint(th.jwk), owner: 'TH' },
        issuer: 'TH',
        version: 1,
        disclosed: ['narrative', 'agency'],
        notDisclosed: [
          'release',
          'evaluation',
          'operatorStatus',
          'advice',
          'caseReference',
          'contact',
          'language',
          'holder',
          'reason',
        ],
        log: {
          index: 7,
          time: proof.time,
          leaf: leafHash(salt, 1_795_492_212_000_001, split.value.jws).toString('hex'),
        },
      },
    })
  },
)

await t.test('the command verify has its own exit codes', async (t) => {
  const folder = t.testdir({
    'th.json': JSON.stringify(th.jwk),
    'kh.json': JSON.stringify({ keys: { KH: kh.jwk } }),
    'entry.json': JSON.stringify({ envelope: redacted, notice: shown }),
  })
  const verify = (input: string, trusted: string) =>
    terminal(input).run('verify', '-', '--keys', resolve(folder, trusted))
  t.equal(
    await verify(`${redacted}\n`, 'th.json'),
    0,
    'a key without an owner is taken for what it signs',
  )
  t.equal(await verify(redacted, 'kh.json'), 5)
  t.equal(
    await verify(redacted.replace('~', '~~'), 'th.json'),
    4,
    'an empty disclosure matches no digest',
  )
  t.equal(await verify('nothing', 'th.json'), 1)
  t.equal(await verify('{"event":"hit","envelope":null}', 'th.json'), 1)
  t.equal(
    await terminal().run(
      'verify',
      resolve(folder, 'entry.json'),
      '--keys',
      resolve(folder, 'th.json'),
    ),
    0,
  )
  t.equal(
    await terminal(redacted).run('verify', '-', '--keys', resolve(folder, 'entry.json')),
    2,
    'a file without keys',
  )
})

await t.test('keys are read from every form we print, strictly', (t) => {
  const of = (value: unknown) => [...readKeySet(value, 'f')].map(([kid, { owner }]) => [kid, owner])
  const kid = thumbprint(th.jwk)
  t.same(of(th.jwk), [[kid, undefined]], 'one JWK')
  t.same(of({ keys: [th.jwk] }), [[kid, undefined]], 'a JWK set')
  t.same(of({ keys: { TH: th.jwk } }), [[kid, 'TH']], 'demo.json')
  t.same(of({ keys: { 'hub.reply': th.jwk } }), [[kid, 'hub']], "the hub's in demo.json")
  t.same(
    of({ version: 1, keys: [{ kid, owner: 'TH', jwk: th.jwk }] }),
    [[kid, 'TH']],
    'admin registry show',
  )
  for (const none of [null, [], {}, { keys: [] }, 'x']) t.throws(() => of(none), /holds no keys/)
  t.throws(() => of({ ...th.jwk, d: 'AAAA' }), /key\/private/)
  t.throws(
    () => of({ kty: 'OKP', crv: 'Ed25519', x: 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }),
    /key\/weak/,
    'the neutral element',
  )
  t.end()
})

await t.test('an entry and a trace are told in lines', (t) => {
  t.equal(
    entryLine({
      event: 'notice.published',
      notice: shown,
      proof: { time: '2026-11-24T03:50:12.000001Z' },
    }),
    '2026-11-24T03:50:12.000001Z  notice.published  phone-number  +66812345678  TH v1  AMBER  ' +
      'job-scam  0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11',
  )
  t.equal(
    entryLine({ event: 'notice.withdrawn', notice: { id: 'i', issuer: 'TH', reason: 'gone' } }),
    'notice.withdrawn  TH  gone  i',
  )
  t.equal(entryLine({}), '')
  const lines = traceLines({
    id: 'i',
    refusals: [
      {
        participant: 'TH',
        state: 'rejected',
        code: 'envelope/not-authorised',
        pointer: '/agency',
        receivedAt: 'T5',
      },
    ],
    notices: [
      {
        issuer: 'TH',
        versions: [
          {
            version: 1,
            status: 'active',
            index: 3,
            steps: [
              { step: 'logged', at: 'T1' },
              { step: 'receipted', at: null },
            ],
            deliveries: [
              {
                agency: 'KH-ACD',
                client: 'c',
                channel: 'sse',
                topic: 'all',
                at: 'T2',
                told: 'bare',
              },
            ],
            others: [
              { agency: 'VN-C06', rule: 'not-released', mayRead: false },
              { agency: 'JP-NPA', rule: 'green', mayRead: true },
            ],
          },
        ],
      },
    ],
  })
  t.match(
    lines.join('\n'),
    new RegExp(
      [
        '^i',
        'TH version 1 \\(active\\), index 3',
        ' {2}T1 {2}logged',
        ' {2}- +receipted',
        ' {2}T2 {2}handed to KH-ACD .*, without content',
        '.*not to VN-C06: not-released',
        '.*JP-NPA: it may read it \\(green\\) and has not yet',
        ' {2}T5 {2}rejected from TH: envelope/not-authorised at /agency$',
      ].join('\n'),
    ),
  )
  t.end()
})

await t.test('a key pair is written once, for its owner only', async (t) => {
  const file = resolve(t.testdir(), 'k.jwk')
  const made = await writeNewKey(file)
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.match(JSON.parse(await readFile(file, 'utf8')), {
    kty: 'OKP',
    crv: 'Ed25519',
    x: made.x,
    d: String,
  })
  t.notOk('d' in made)
  await t.rejects(writeNewKey(file), /there already/)
  t.equal(await terminal().run('admin', 'key', 'generate', '--out', file), 1)
  const minted = terminal()
  t.equal(
    await minted.run(
      'admin',
      'token',
      'mint',
      '--key',
      file,
      '--role',
      'viewer',
      '--sub',
      'somchai',
    ),
    0,
  )
  t.match(minted.out[0], /^[\w-]+\.[\w-]+\.[\w-]+$/)
  await writeFile(file, '{}', { mode: 0o600 })
  t.equal(
    await terminal().run(
      'admin',
      'token',
      'mint',
      '--key',
      file,
      '--role',
      'viewer',
      '--sub',
      'somchai',
    ),
    1,
  )
})

const registry = registryOf(1, [
  {
    kind: 'participant',
    id: 'TH',
    body: { id: 'TH', type: 'member', name: 'T', status: 'active', admitted: [{ from: 1 }] },
  },
  {
    kind: 'participant',
    id: 'X-1',
    body: {
      id: 'X-1',
      type: 'corporate-partner',
      name: 'X',
      status: 'active',
      admitted: [{ from: 1 }],
      attachedTo: 'TH',
    },
  },
  {
    kind: 'participant',
    id: 'OLD',
    body: {
      id: 'OLD',
      type: 'member',
      name: 'O',
      status: 'active',
      admitted: [{ from: 1, to: 5 }],
    },
  },
  {
    kind: 'agency',
    id: 'TH-A',
    body: {
      id: 'TH-A',
      participant: 'TH',
      name: 'A',
      status: 'active',
      rights: [],
      purposes: [],
      roles: [],
    },
  },
  {
    kind: 'key',
    id: thumbprint(th.jwk),
    body: {
      kid: thumbprint(th.jwk),
      owner: 'TH',
      purpose: 'notice',
      jwk: th.jwk,
      valid: { from: 1 },
      status: 'active',
    },
  },
])

await t.test('a registry file is checked whole: structure, names, owners and keys', (t) => {
  const agency = {
    id: 'KH-A',
    participant: 'KH',
    name: 'A',
    rights: ['read'],
    purposes: [],
    roles: [],
  }
  const rows: [string, unknown, string | undefined, string?][] = [
    ['nothing', {}, undefined],
    [
      'what is there already',
      {
        participants: [{ id: 'TH', type: 'member', name: 'T' }],
        keys: [{ owner: 'TH', purpose: 'notice', jwk: th.jwk }],
      },
      undefined,
    ],
    [
      'an agency with its participant',
      { participants: [{ id: 'KH', type: 'member', name: 'K' }], agencies: [agency] },
      undefined,
    ],
    ['a list', [], 'registry/bad-file', ''],
    ['an unknown member', { people: [] }, 'registry/bad-file', ''],
    [
      'an unknown right',
      { agencies: [{ ...agency, rights: ['all'] }] },
      'registry/bad-file',
      '/agencies/0/rights/0',
    ],
    [
      'an id Kafka could not carry',
      { participants: [{ id: 'T H', type: 'member', name: 'T' }] },
      'registry/bad-file',
      '/participants/0/id',
    ],
    [
      'an id twice',
      {
        participants: [
          { id: 'A', type: 'member', name: '1' },
          { id: 'A', type: 'member', name: '2' },
        ],
      },
      'registry/bad-file',
      '/participants/1/id',
    ],
    [
      'the name of the hub',
      { participants: [{ id: 'hub', type: 'member', name: 'h' }] },
      'registry/reserved-name',
      '/participants/0/id',
    ],
    [
      'a partner attached to nobody',
      { participants: [{ id: 'Y', type: 'corporate-partner', name: 'Y' }] },
      'registry/bad-attachment',
      '/participants/0/attachedTo',
    ],
    [
      'a partner attached to a partner',
      { participants: [{ id: 'Y', type: 'corporate-partner', name: 'Y', attachedTo: 'X-1' }] },
      'registry/bad-attachment',
      '/participants/0/attachedTo',
    ],
    [
      'a member attached',
      { participants: [{ id: 'Y', type: 'member', name: 'Y', attachedTo: 'TH' }] },
      'registry/bad-attachment',
      '/participants/0/attachedTo',
    ],
    [
      'an agency of nobody',
      { agencies: [agency] },
      'registry/unknown-name',
      '/agencies/0/participant',
    ],
    [
      'an agency that moves',
      { agencies: [{ ...agency, id: 'TH-A', participant: 'X-1' }] },
      'registry/other-owner',
      '/agencies/0/participant',
    ],
    [
      'a group with a stranger',
      { groups: [{ id: 'G', name: 'g', members: ['TH', 'ZZ'] }] },
      'registry/unknown-name',
      '/groups/0/members/1',
    ],
    [
      "another's key",
      { keys: [{ owner: 'OLD', purpose: 'notice', jwk: th.jwk }] },
      'registry/other-owner',
      '/keys/0/jwk',
    ],
    [
      'a key for another purpose',
      { keys: [{ owner: 'TH', purpose: 'witness', jwk: th.jwk }] },
      'registry/other-owner',
      '/keys/0/jwk',
    ],
    [
      'a notice key of the hub',
      { keys: [{ owner: 'hub', purpose: 'notice', jwk: kh.jwk }] },
      'registry/bad-purpose',
      '/keys/0/purpose',
    ],
    [
      'a reply key of a country',
      { keys: [{ owner: 'TH', purpose: 'reply', jwk: kh.jwk }] },
      'registry/bad-purpose',
      '/keys/0/purpose',
    ],
    [
      'a key of nobody',
      { keys: [{ owner: 'ZZ', purpose: 'notice', jwk: kh.jwk }] },
      'registry/unknown-name',
      '/keys/0/owner',
    ],
    [
      'a private key',
      { keys: [{ owner: 'TH', purpose: 'notice', jwk: { ...kh.jwk, d: 'A' } }] },
      'key/private',
      '/keys/0/jwk/d',
    ],
    [
      'a client of nobody',
      { clients: [{ id: 'c', agency: 'ZZ', purpose: 'victim-rescue' }] },
      'registry/unknown-name',
      '/clients/0/agency',
    ],
    [
      'a short secret',
      { clients: [{ id: 'c', agency: 'TH-A', purpose: 'victim-rescue', secret: 'short' }] },
      'registry/bad-file',
      '/clients/0/secret',
    ],
  ]
  for (const [title, file, code, pointer] of rows) {
    const read = readRegistryFile(file)
    const refusal = read.ok ? checkRegistryFile(read.value, registry)[0] : read.refusal
    t.same([refusal?.code, refusal?.pointer], [code, pointer], title)
    t.notMatch(JSON.stringify(refusal ?? {}), /short/, 'values are not repeated')
  }
  t.equal(
    checkRegistryFile(
      {
        clients: [
          { id: 'c', agency: 'ZZ' },
          { id: 'd', agency: 'YY' },
        ],
      } as unknown as RegistryFile,
      registry,
    ).length,
    2,
    'all at once',
  )
  t.end()
})

await t.test('a pair of topics for whoever belongs and is no corporate partner', (t) => {
  t.same(topicsOf(registry, 10), ['replies.TH', 'submitted.TH'])
  t.same(topicsOf(registry, 3), ['replies.OLD', 'replies.TH', 'submitted.OLD', 'submitted.TH'])
  t.end()
})

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A service that answers one request after the other with these, and the last one from then on. */
const serve = async (
  t: { teardown: (end: () => void) => void },
  handlers: readonly Handler[],
): Promise<{ url: string; seen: IncomingMessage[] }> => {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    const handler = handlers[Math.min(seen.length, handlers.length - 1)]!
    seen.push(request)
    handler(request, response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const json =
  (status: number, body: object): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
const stream =
  (text: string): Handler =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)
  }
const forbidden = json(403, {
  status: 403,
  code: 'auth/suspended',
  title: 'Suspended',
  advice: 'Ask your NCB.',
})

await t.test(
  'tail goes on at the last cursor after each interruption, and stops at a refusal only a ' +
    'person can lift',
  async (t) => {
    const { url, seen } = await serve(t, [
      stream(
        'id: a\nevent: notice.published\ndata: {"n":1}\n\nid: b\nevent: ' +
          'notice.published\ndata: {"n":2}\n\nid: c\nda',
      ),
      json(503, { status: 503, code: 'service/unavailable' }),
      (_request, response) => void response.destroy(),
      stream(
        ': idle\nid: d\n\nevent: error\ndata: {"status":503,"code":"service/reader-too-slow"}\n\n',
      ),
      stream('id: e\ndata: {"n":3}\n\n'),
      forbidden,
    ])
    const tail = terminal()
    t.equal(await tail.run('tail', 'all', '--feeds', url, '--token', 'T', '--after', 'start'), 1)
    t.same(tail.out, ['{"n":1}', '{"n":2}', '{"n":3}'])
    t.same(
      seen.map((request) => request.headers['last-event-id']),
      ['start', 'b', 'b', 'b', 'd', 'e'],
    )
    t.match(tail.err.at(-1), /auth\/suspended.*\nadvice: Ask your NCB/)
    t.match(tail.err.join('\n'), /service\/reader-too-slow/)
  },
)

await t.test('tail does not wait for a service that was never there', async (t) => {
  t.equal(await terminal().run('tail', 'all', '--feeds', 'http://127.0.0.1:2', '--token', 'T'), 3)
  const { url } = await serve(t, [forbidden])
  t.equal(await terminal().run('tail', 'all', '--feeds', url, '--token', 'T'), 1)
})

await t.test(
  "a client's tail takes tokens and takes a fresh one when its token is refused",
  async (t) => {
    const { url, seen } = await serve(t, [
      json(200, { access_token: 'one', expires_in: 600 }),
      json(401, { code: 'auth/bad-token' }),
      json(200, { access_token: 'two', expires_in: 600 }),
      stream('id: a\ndata: {}\n\n'),
      forbidden,
    ])
    t.equal(
      await terminal().run(
        'tail',
        'all',
        '--feeds',
        url,
        '--client-id',
        'c',
        '--client-secret',
        's:1',
      ),
      1,
    )
    t.same(
      seen.map((request) => request.headers.authorization),
      [
        `Basic ${Buffer.from('c:s%3A1').toString('base64')}`,
        'Bearer one',
        `Basic ${Buffer.from('c:s%3A1').toString('base64')}`,
        'Bearer two',
        'Bearer two',
      ],
    )
  },
)

await t.test('tail --once reads to the present end and says where to go on', async (t) => {
  const { url, seen } = await serve(t, [
    json(200, { entries: [{ n: 1 }], next: 'p', end: false }),
    json(200, { entries: [], next: 'q', end: true }),
  ])
  const tail = terminal()
  t.equal(await tail.run('tail', 'all', '--feeds', url, '--token', 'T', '--once'), 0)
  t.same([tail.out, tail.err], [['{"n":1}'], ['go on with: --after q']])
  t.match(seen[1]!.url, /after=p/)
})

await t.test(
  'submit sends the bytes as they are, waits for the receipt, and its exit code tells the outcome',
  async (t) => {
    const bytes = '{ "kind" : "x" }\n'
    const bodies: string[] = []
    const accepted: Handler = (request, response) => {
      request
        .setEncoding('utf8')
        .on('data', (text: string) => bodies.push(text))
        .on('end', () => json(202, { id: 'i', status: 'queued' })(request, response))
    }
    for (const [status, code, said = 'envelope/conflict'] of [
      ['accepted', 0],
      ['rejected', 1],
      ['superseded', 1],
      ['held', 1, 'never-list/held'],
    ] as const) {
      const { url } = await serve(t, [
        accepted,
        json(200, { id: 'i', status: 'queued' }),
        json(200, { id: 'i', status, receipt: { code: said } }),
      ])
      const submit = terminal(bytes)
      t.equal(
        await submit.run('submit', '-', '--gateway', url, '--token', 'T', '--wait'),
        code,
        status,
      )
      t.match(
        submit.err.join('\n'),
        code === 0
          ? /^$/
          : said === 'envelope/conflict'
            ? /envelope\/conflict[^]*advice: Use another id/
            : /never-list\/held[^]*advice: Check the subject/,
      )
    }
    t.same(new Set(bodies), new Set([bytes]))
    const { url } = await serve(t, [
      json(422, {
        code: 'phone/impossible',
        title: 'No such',
        advice: 'Check.',
        errors: [{ pointer: '/subject/number', code: 'phone/impossible', detail: 'd' }],
      }),
    ])
    const refused = terminal(bytes)
    t.equal(await refused.run('submit', '-', '--gateway', url, '--token', 'T'), 1)
    t.match(
      refused.err.join('\n'),
      /422 phone\/impossible[^]*at \/subject\/number[^]*advice: Check/,
    )
  },
)

await t.test(
  'rehearse and why show a table, and with --json what the service answered',
  async (t) => {
    const outcome = {
      content: true,
      existence: true,
      rule: 'released-participant',
      sees: ['kind'],
      withheld: ['contact', 'handling.release'],
    }
    const closed = { ...outcome, content: false, existence: false, rule: 'not-released' }
    const rehearsal = {
      agencies: [
        {
          agency: 'TH-CCIB',
          purpose: null,
          ...outcome,
          rule: 'originator',
          withheld: [],
          toldFirst: true,
        },
      ],
      participants: [
        {
          participant: 'KH',
          type: 'member',
          named: [{ agency: 'KH-ACD', outcomes: [outcome, closed] }],
          others: [{ least: 0, most: 2, ...outcome, notToBePassedOn: true, conditions: true }],
        },
        {
          participant: 'X-1',
          type: 'corporate-partner',
          named: [],
          others: [{ least: 1, most: 1, ...closed, copyTlp: 'AMBER+STRICT' }],
        },
      ],
    }
    const { url } = await serve(t, [json(200, rehearsal)])
    const rehearse = terminal('{}')
    t.equal(await rehearse.run('rehearse', '-', '--gateway', url, '--token', 'T'), 0)
    t.strictSame(
      rehearse.out.map((line) => line.split(/ {2,}/).map((cell) => cell.trim())),
      [
        ['who', 'sees it', 'rule', 'withheld from them'],
        ['TH-CCIB', 'yes, before others', 'originator', 'nothing'],
        ['KH-ACD', 'yes', 'released-participant', 'contact handling.release'],
        ['', 'or KH-ACD', 'no', 'not-released', 'everything'],
        [
          'KH: 0 to 2 of its agencies',
          'yes, after acknowledging the conditions, not to be passed on',
          'released-participant',
          'contact handling.release',
        ],
        ['X-1: 1 of its agencies', 'no', 'not-released', 'everything'],
      ],
    )
    const raw = terminal('{}')
    await raw.run('rehearse', '-', '--gateway', url, '--token', 'T', '--json')
    t.strictSame(JSON.parse(raw.out.join('\n')), rehearsal)
    const decided = {
      registryVersion: 3,
      content: true,
      existence: true,
      rule: 'green',
      withhold: ['release'],
    }
    const why = {
      notice: 'n',
      agency: 'KH-ACD',
      versions: [
        {
          issuer: 'TH',
          version: 1,
          asLogged: null,
          asOfNow: decided,
          waitsFor: null,
          deliveries: [{ at: 'T1', told: 'bare' }],
        },
        {
          issuer: 'TH',
          version: 2,
          asLogged: decided,
          asOfNow: decided,
          waitsFor: { agencies: ['KH-DESK'], until: 'T2' },
          deliveries: [],
        },
      ],
    }
    const console = await serve(t, [json(200, why)])
    const asked = terminal()
    t.equal(
      await asked.run(
        'why',
        'n',
        'KH-ACD',
        '--console',
        console.url,
        '--token',
        'T',
        '--issuer',
        'TH',
      ),
      0,
    )
    t.equal(console.seen[0]!.url, '/v1/why?notice=n&agency=KH-ACD&issuer=TH')
    t.match(
      asked.out.join('\n'),
      new RegExp(
        [
          'n and KH-ACD\\n',
          'TH 1 +when logged: not known +no',
          'now: 3 +yes +green +release +T1 \\(bare\\)',
          'TH 2 ',
          'not yet: waits for KH-DESK until T2 at most',
        ].join('[^]*'),
      ),
    )
  },
)

await t.test('consent is asked, answered and listed by the feeds', async (t) => {
  const bodies: string[] = []
  const taking: Handler = (request, response) =>
    void request
      .setEncoding('utf8')
      .on('data', (text: string) => bodies.push(text))
      .on('end', () => json(201, { id: 'r' })(request, response))
  const { url, seen } = await serve(t, [
    taking,
    taking,
    json(200, { requests: [{ id: 'a' }], next: 'a', end: false }),
    json(200, { requests: [{ id: 'b' }], next: 'b', end: true }),
  ])
  const feeds = terminal()
  const to = ['--feeds', url, '--token', 'T']
  t.equal(
    await feeds.run(
      'consent',
      'ask',
      'n',
      '--to',
      'VN,VN-C06',
      '--reason',
      'r',
      '--issuer',
      'TH',
      ...to,
    ),
    0,
  )
  t.equal(
    await feeds.run(
      'consent',
      'answer',
      'r',
      '--answer',
      'granted',
      '--reason',
      'r',
      '--until',
      'T1',
      ...to,
    ),
    0,
  )
  t.same(
    bodies.map((body) => JSON.parse(body) as object),
    [
      { to: ['VN', 'VN-C06'], reason: 'r' },
      { answer: 'granted', reason: 'r', until: 'T1' },
    ],
  )
  const list = terminal()
  t.equal(await list.run('consent', 'list', ...to), 0)
  t.same(list.out, ['{"id":"a"}', '{"id":"b"}'])
  t.same(
    seen.map((r) => r.url),
    [
      '/v1/notices/n/consent-requests?issuer=TH',
      '/v1/consent-requests/r/answer',
      '/v1/consent-requests?limit=500',
      '/v1/consent-requests?limit=500&after=a',
    ],
  )
})

await t.test('submissions are sent, listed and decided by the feeds', async (t) => {
  const bodies: string[] = []
  const taking: Handler = (request, response) =>
    void request
      .setEncoding('utf8')
      .on('data', (text: string) => bodies.push(text))
      .on('end', () => json(202, { id: 's' })(request, response))
  const { url, seen } = await serve(t, [
    taking,
    taking,
    json(200, { submissions: [{ id: 's' }], next: 's', end: true }),
  ])
  const feeds = terminal('{ "kind": 1 }')
  const to = ['--feeds', url, '--token', 'T']
  t.equal(await feeds.run('submissions', 'submit', '-', ...to), 0)
  t.equal(
    await feeds.run(
      'submissions',
      'decide',
      's',
      '--decision',
      'issued',
      '--notice',
      'n',
      '--reason',
      'r',
      ...to,
    ),
    0,
  )
  t.strictSame(
    [bodies[0], JSON.parse(bodies[1]!)],
    ['{ "kind": 1 }', { decision: 'issued', reason: 'r', noticeId: 'n' }],
  )
  t.equal(await feeds.run('submissions', 'list', '--status', 'all', ...to), 0)
  t.equal(feeds.out.at(-1), '{"id":"s"}')
  t.same(
    seen.map((r) => r.url),
    ['/v1/submissions', '/v1/submissions/s/decide', '/v1/submissions?limit=500&status=all'],
  )
})

await t.test('Ctrl-C ends a command quietly', async (t) => {
  const { url } = await serve(t, [
    (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('id: a\ndata: {}\n\n'),
  ])
  const tail = terminal()
  const ended = tail.run('tail', 'all', '--feeds', url, '--token', 'T')
  while (tail.out.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  tail.stop.abort()
  t.equal(await ended, 0)
  t.same(tail.err, [])
})
