import t from 'tap'
import {
  ConfigError,
  describeConfig,
  readConfig,
  type ConfigSpec,
} from '#runtime/process/config.ts'

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
