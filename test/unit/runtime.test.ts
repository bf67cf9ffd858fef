import { generateKeyPairSync, verify } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { thumbprint } from '#core/signing/keys.ts'
import type { PublicJwk } from '#core/registry/registry.ts'
import {
  ConfigError,
  describeConfig,
  readConfig,
  type ConfigSpec,
} from '#runtime/process/config.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { problemBody } from '#runtime/http/problem.ts'
import { createPublishQueue, fail, isAbandoned, succeed } from '#runtime/kafka/publish-queue.ts'
import { createSigner, loadSigner } from '#runtime/keys/signer.ts'
import { MessageLogError } from '#runtime/kafka/message-log.ts'
import { isUnavailable } from '#runtime/process/unavailable.ts'

const spec = {
  brokers: { type: 'list', example: '127.0.0.1:9092', doc: 'Kafka brokers.' },
  databaseUrl: {
    type: 'url',
    schemes: ['postgres:', 'postgresql:'],
    secret: true,
    example: 'postgres://u:p@h/db',
    doc: 'The database.',
  },
  ackTimeoutMs: {
    type: 'integer',
    unit: 'ms',
    default: 500,
    min: 1,
    max: 1000,
    example: '500',
    doc: 'Longest wait for an acknowledgement.',
  },
  keyFile: { type: 'file', optional: true, example: '/run/key.jwk', doc: 'The key.' },
  mode: { type: 'string', default: 'a', oneOf: ['a', 'b'], example: 'b', doc: 'The mode.' },
  live: { type: 'flag', default: false, example: 'true', doc: 'Whether live.' },
} as const satisfies ConfigSpec
const complete = { BROKERS: 'h1:1, h2:2', DATABASE_URL: 'postgres://u:secret@h/db' }

await t.test(
  'settings come typed and frozen, with defaults, from variables in upper snake case',
  async (t) => {
    const config = readConfig({ ...complete, ACK_TIMEOUT_MS: '7', MODE: '', LIVE: 'true' }, spec)
    t.strictSame(config, {
      brokers: ['h1:1', 'h2:2'],
      databaseUrl: complete.DATABASE_URL,
      ackTimeoutMs: 7,
      keyFile: undefined,
      mode: 'a',
      live: true,
    })
    t.ok(Object.isFrozen(config) && Object.isFrozen(config.brokers))
  },
)

await t.test(
  'all configuration problems are reported at once, with variable and example, and never a value',
  async (t) => {
    const bad = {
      DATABASE_URL: 'mysql://u:secret@h/db',
      ACK_TIMEOUT_MS: '1001',
      KEY_FILE: '/none/secret',
      MODE: 'secret',
      LIVE: 'secret',
    }
    t.throws(() => readConfig(bad, spec), ConfigError)
    try {
      readConfig(bad, spec)
    } catch (error) {
      const { problems, message } = error as ConfigError
      t.equal(problems.length, 6)
      for (const variable of [
        'BROKERS is not set',
        'DATABASE_URL is not a URL with postgres: or postgresql:',
        'ACK_TIMEOUT_MS is not an integer from 1 to 1000',
        'KEY_FILE names a file that cannot be read',
        'MODE is not one of a, b',
        'LIVE is neither true nor false',
      ])
        t.match(message, variable)
      t.match(message, 'Example: ACK_TIMEOUT_MS=500')
      t.notMatch(message, 'secret')
    }
  },
)

await t.test('an integer is refused for every other form of a number', async (t) => {
  for (const text of [
    '1.5',
    '1e2',
    '0x10',
    ' ',
    '-',
    '--1',
    '٣',
    'NaN',
    'Infinity',
    '99999999999999999',
    '0',
  ]) {
    if (text.trim() !== '')
      t.throws(() => readConfig({ ...complete, ACK_TIMEOUT_MS: text }, spec), ConfigError, text)
  }
})

await t.test('the table of settings says what is required, the default and the unit', async (t) => {
  t.strictSame(
    describeConfig(spec).map((row) => [row.variable, row.type, row.default]),
    [
      ['BROKERS', 'list', 'required'],
      ['DATABASE_URL', 'url', 'required'],
      ['ACK_TIMEOUT_MS', 'integer (ms)', '500'],
      ['KEY_FILE', 'file', 'none'],
      ['MODE', 'a | b', 'a'],
      ['LIVE', 'flag', 'false'],
    ],
  )
})

await t.test(
  'a problem carries code, status, advice, and errors only for what a body was refused for',
  async (t) => {
    t.strictSame(
      problemBody({ code: 'phone/impossible', pointer: '/subject/number', detail: 'too short' }),
      {
        type: 'urn:switchboard:problem:phone/impossible',
        title: 'No such phone number can exist',
        status: 422,
        code: 'phone/impossible',
        detail: 'too short',
        advice: 'Check the digits and the country code.',
        errors: [{ pointer: '/subject/number', code: 'phone/impossible', detail: 'too short' }],
      },
    )
    const withErrors = ['body/not-json', 'notice/unknown-kind'] as const
    const without = [
      'notice/not-found',
      'request/bad-parameter',
      'request/bad-cursor',
      'auth/no-token',
      'auth/bad-grant',
      'notice/final',
      'service/unavailable',
      'body/media-type',
    ] as const
    for (const code of withErrors) t.equal(problemBody({ code }).errors?.[0]?.pointer, '', code)
    for (const code of without) t.notOk('errors' in problemBody({ code }), code)
    t.equal(
      problemBody([
        { code: 'notice/bad-type', pointer: '/a' },
        { code: 'notice/bad-value', pointer: '/b' },
      ]).errors?.length,
      2,
    )
  },
)

const errorWith = (members: object, message = 'm') => Object.assign(new Error(message), members)

await t.test('only what passes by itself counts as unavailable, also as a cause', async (t) => {
  const unavailable: [string, Error][] = [
    ['connection refused', errorWith({ code: 'ECONNREFUSED' })],
    ['too many connections', errorWith({ code: '53300' })],
    ['disk full', errorWith({ code: '53100' })],
    ['admin shutdown', errorWith({ code: '57P01' })],
    ['statement timeout', errorWith({ code: '57014' })],
    ['read-only after a failover', errorWith({ code: '25006' })],
    ['pool exhausted', errorWith({}, 'timeout exceeded when trying to connect')],
    ['connection lost', errorWith({}, 'Connection terminated unexpectedly')],
    ['a full queue', new MessageLogError('message-log/full', 'm')],
    ['an error with the marker', errorWith({ unavailable: true })],
    ['as a cause', new Error('x', { cause: errorWith({ code: '08006' }) })],
    ['every address refused', new AggregateError([errorWith({ code: 'ECONNREFUSED' })])],
  ]
  const broken: [string, unknown][] = [
    ['unique violation', errorWith({ code: '23505' })],
    ['undefined table', errorWith({ code: '42P01' })],
    ['bad text', errorWith({ code: '22P02' })],
    ['a bug', new TypeError('x')],
    ['a missing topic', new MessageLogError('message-log/topic-missing', 'm')],
    ['not an error', 'ECONNREFUSED'],
  ]
  for (const [what, error] of unavailable) t.equal(isUnavailable(error), true, what)
  for (const [what, error] of broken) t.equal(isUnavailable(error), false, what)
})

const logged = (write: (log: ReturnType<typeof createLog>) => void): string => {
  let text = ''
  const destination = { write: (line: string) => void (text += line) }
  write(createLog({ service: 's', level: 'debug', destination }))
  return text
}

await t.test(
  'personal data, keys and tokens are masked in the log at any depth, ids are not',
  async (t) => {
    const text = logged((log) =>
      log.info(
        {
          token: 'SECRET',
          noticeId: 'id-1',
          a: { b: [{ client_secret: 'SECRET', deep: { subject: { number: 'SECRET' } } }] },
          raw: Buffer.from('SECRET'),
          url: 'postgres://u:SECRET@h/db',
        },
        'm',
      ),
    )
    t.notMatch(text, 'SECRET')
    t.notMatch(text, Buffer.from('SECRET').toString('hex'))
    t.match(text, 'id-1')
  },
)

await t.test(
  'an error is logged with code, frames and causes, without the rows that pg repeats or the ' +
    'input that a parser quotes',
  async (t) => {
    const pgError = errorWith(
      { code: '22P02', detail: 'SECRET', where: 'SECRET' },
      'invalid input syntax for type integer: "SECRET"',
    )
    const text = logged((log) => log.error({ err: new Error('outer', { cause: pgError }) }, 'm'))
    t.notMatch(text, 'SECRET')
    t.match(JSON.parse(text), {
      level: 'error',
      service: 's',
      err: { message: 'outer', stack: /runtime.test.ts/, cause: { code: '22P02' } },
    })
    const syntax = logged((log) => {
      try {
        JSON.parse('{"SECRET')
        JSON.parse('{SECRET')
      } catch (error) {
        log.error({ err: error }, 'm')
      }
    })
    t.notMatch(syntax, '{"SECRET')
  },
)

await t.test('a line break in a logged string starts no line of its own', async (t) => {
  t.equal(
    logged((log) => log.info({ id: 'a\n{"level":"fatal"}\r\n' }, 'x\ny'))
      .trim()
      .split('\n').length,
    1,
  )
})

await t.test('every metric carries the service, and values of its labels', async (t) => {
  const metrics = createMetrics('gateway')
  metrics.counter('things_total', 'Things', ['code']).inc({ code: 'x' })
  metrics.gauge('depth', 'Depth', [], (gauge) => gauge.set(3))
  const text = await metrics.text()
  t.match(text, 'things_total{code="x",service="gateway"} 1')
  t.match(text, 'depth{service="gateway"} 3')
  t.match(text, 'nodejs_eventloop_lag_seconds{service="gateway"}')
})

await t.test(
  'a key file signs when it is private, whole and an Ed25519 JWK; otherwise the error names ' +
    'file and remedy, and no key',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'signer-'))
    t.teardown(() => rm(folder, { recursive: true }))
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const jwk = privateKey.export({ format: 'jwk' })
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
    const put = async (name: string, content: string, mode: number): Promise<string> => {
      const file = join(folder, name)
      await writeFile(file, content)
      await chmod(file, mode)
      return file
    }
    const signer = await loadSigner(await put('good', JSON.stringify(jwk), 0o600))
    const bytes = Buffer.from('abc')
    t.ok(verify(null, bytes, publicKey, await signer.sign(bytes)))
    t.equal(signer.kid, thumbprint(publicKey.export({ format: 'jwk' }) as PublicJwk))
    t.equal(signer.kid, createSigner(privateKey).kid)
    await t.rejects(loadSigner(join(folder, 'none')), /switchboard admin key generate/)
    await t.rejects(loadSigner(await put('open', JSON.stringify(jwk), 0o644)), /chmod 600/)
    for (const [name, content] of [
      ['text', 'xyz'],
      ['public', JSON.stringify({ ...jwk, d: undefined })],
      ['mixed', JSON.stringify({ ...jwk, x: other.x })],
      ['curve', JSON.stringify(generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' }))],
    ] as const) {
      await t.rejects(
        loadSigner(await put(name, content, 0o600)),
        /does not hold one private Ed25519 JWK/,
        name,
      )
    }
  },
)

const record = (bytes: number, key = 'k') => ({ key, value: Buffer.alloc(bytes) })

await t.test(
  'what waits to be published is bounded by name, and a send by what a broker takes per topic',
  async (t) => {
    const queue = createPublishQueue(3_000_000)
    void queue.add('a', [record(500_000)])
    void queue.add('b', [record(500_000)])
    void queue.add('a', [record(500_000)])
    void queue.add('b', [record(10)])
    t.throws(() => queue.add('c', [record(2_000_000)]), { code: 'message-log/full' })
    t.strictSame(
      queue.take().map(({ topic }) => topic),
      ['a', 'b'],
      'the second of a would be too much, and nothing overtakes it',
    )
    t.strictSame(
      queue.take().map(({ topic }) => topic),
      ['a', 'b'],
    )
    t.equal(queue.size, 0)
    void queue.add('c', [record(2_000_000)])
    t.equal(
      queue.take().length,
      1,
      'a record larger than a send goes alone, for the broker to refuse',
    )
  },
)

await t.test(
  'a long publish resolves with its last part, and stops with the first part that fails',
  async (t) => {
    const queue = createPublishQueue(10_000_000)
    const long = Array.from({ length: 4 }, () => record(500_000))
    let settled = false
    const whole = queue.add('a', long).then(() => (settled = true))
    for (const part of queue.takeAll()) {
      t.notOk(settled)
      succeed(part)
      await Promise.resolve()
    }
    await whole
    t.ok(settled)
    const broken = queue.add('a', long)
    const [first, ...rest] = queue.takeAll()
    fail(first!, new Error('lost'))
    await t.rejects(broken, /lost/)
    t.ok(rest.every(isAbandoned))
    await queue.add('a', [])
  },
)

await t.test('where no broker listens everything rejects by name, and closing ends', async (t) => {
  const messages = createKafkaMessageLog({
    brokers: ['127.0.0.1:1'],
    clientId: 'test',
    log: createLog({ service: 's', level: 'silent' }),
  })
  const unavailable = { code: 'message-log/unavailable' }
  await Promise.all([
    t.rejects(messages.publish('a', [record(1)]), unavailable),
    t.rejects(
      messages.consume({
        groupId: 'g',
        topics: ['a'],
        onRecords: async () => undefined,
        onCrash: () => t.fail(),
      }),
      unavailable,
    ),
    t.rejects(messages.admin.existingTopics(['a']), unavailable),
  ])
  await messages.close()
  await t.rejects(messages.publish('a', [record(1)]), { code: 'message-log/closed' })
})
