import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import {
  ConfigError,
  describeConfig,
  readConfig,
  type ConfigSpec,
} from '#runtime/process/config.ts'
import { kafkaSecurity, type KafkaSettings } from '#runtime/kafka/security.ts'
import { readSecret } from '#runtime/files/secret-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'switchboard-secrets-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))
const file = async (name: string, text: string, mode = 0o600): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

const spec = {
  databaseUrl: {
    type: 'url',
    schemes: ['postgres:'],
    secret: true,
    example: 'postgres://u:p@h/db',
    doc: 'The database.',
  },
  mode: { type: 'string', optional: true, example: 'x', doc: 'M.' },
} as const satisfies ConfigSpec

await t.test('a secret setting may come from a file, and no other may', async (t) => {
  const url = await file('url', 'postgres://u:p@h/db\n')
  t.equal(readConfig({ DATABASE_URL_FILE: url }, spec).databaseUrl, 'postgres://u:p@h/db')
  t.equal(readConfig({ DATABASE_URL_FILE: url, MODE_FILE: url }, spec).mode, undefined)
  for (const [what, env, said] of [
    [
      'both',
      { DATABASE_URL: 'postgres://h/db', DATABASE_URL_FILE: url },
      'DATABASE_URL is set beside DATABASE_URL_FILE',
    ],
    [
      'no such file',
      { DATABASE_URL_FILE: join(folder, 'none') },
      'DATABASE_URL cannot be read from DATABASE_URL_FILE',
    ],
    [
      'open to others',
      { DATABASE_URL_FILE: await file('open', 'postgres://u:secret@h/db', 0o644) },
      /is open to others; run: chmod 600/,
    ],
    ['empty', { DATABASE_URL_FILE: await file('empty', '\n') }, /is empty/],
    [
      'not valid',
      { DATABASE_URL_FILE: await file('other', 'mysql://u:secret@h/db') },
      'DATABASE_URL is not a URL with postgres:',
    ],
    ['neither', {}, 'DATABASE_URL is not set'],
  ] as const) {
    try {
      readConfig(env, spec)
      t.fail(what)
    } catch (error) {
      t.ok(error instanceof ConfigError, what)
      t.match((error as Error).message, said)
      t.notMatch((error as Error).message, 'u:secret')
    }
  }
  t.match(describeConfig(spec)[0]?.doc, 'Or DATABASE_URL_FILE names a file that holds it')
})

const outcome = (settings: KafkaSettings): string => {
  try {
    return Object.keys(kafkaSecurity(settings)).join(' ')
  } catch (error) {
    return error instanceof ConfigError ? 'refused' : String(error)
  }
}

await t.test(
  'a broker on another machine is reached by TLS, and nobody who has not proved to be one ' +
    'sees a password',
  async (t) => {
    const [ca, cert, key, password] = await Promise.all([
      file('ca.pem', 'ca'),
      file('cert.pem', 'cert'),
      file('key.pem', 'key'),
      file('password', 'p'),
    ])
    const [near, far] = [
      { kafkaBrokers: ['127.0.0.1:9092', 'localhost:9092', '[::1]:9092'] },
      { kafkaBrokers: ['127.0.0.1:9092', 'kafka:9092'] },
    ]
    const tls = { kafkaTlsCaFile: ca }
    const certificate = { kafkaTlsCertFile: cert, kafkaTlsKeyFile: key }
    const user = { kafkaSaslUsername: 'gateway-TH', kafkaSaslPasswordFile: password }
    for (const [what, settings, expected] of [
      ['near, plain', near, ''],
      ['far, plain', far, 'refused'],
      ['far, plain, allowed', { ...far, kafkaAllowPlain: true }, ''],
      ['far, TLS', { ...far, ...tls }, 'ssl'],
      ['with a password', { ...far, ...tls, ...user }, 'ssl sasl'],
      ['with a certificate', { ...far, ...tls, ...certificate }, 'ssl'],
      ['password, plain', { ...near, ...user }, 'refused'],
      ['certificate, plain', { ...near, ...certificate }, 'refused'],
      ['password, plain, allowed', { ...far, ...user, kafkaAllowPlain: true }, 'refused'],
      ['user without password', { ...near, ...tls, kafkaSaslUsername: 'x' }, 'refused'],
      ['password without user', { ...near, ...tls, kafkaSaslPasswordFile: password }, 'refused'],
      ['certificate without key', { ...near, ...tls, kafkaTlsCertFile: cert }, 'refused'],
      ['key without certificate', { ...near, ...tls, kafkaTlsKeyFile: key }, 'refused'],
    ] as const)
      t.equal(outcome(settings), expected, what)
    const open = await file('open-password', 'p', 0o644)
    t.throws(() => kafkaSecurity({ ...far, ...tls, ...user, kafkaSaslPasswordFile: open }), {
      message: /is open to others/,
    })
    t.throws(() => kafkaSecurity({ ...far, ...tls, ...certificate, kafkaTlsKeyFile: open }), {
      message: /is open to others/,
    })
  },
)

await t.test(
  'certificates and password are read for each connection, so that they are changed without a ' +
    'restart',
  async (t) => {
    const [ca, cert, key, password] = await Promise.all([
      file('ca2.pem', 'ca'),
      file('cert2.pem', 'cert'),
      file('key2.pem', 'key'),
      file('password2', 'before\n'),
    ])
    const security = kafkaSecurity({
      kafkaBrokers: ['kafka:9092'],
      kafkaTlsCaFile: ca,
      kafkaTlsCertFile: cert,
      kafkaTlsKeyFile: key,
      kafkaSaslUsername: 'u',
      kafkaSaslPasswordFile: password,
    })
    const seen = (): string[] => [
      ...Object.values({ ...(security.ssl as object) }).map(String),
      (security.sasl as unknown as { password: string }).password,
    ]
    t.same(seen(), ['ca', 'cert', 'key', 'before'])
    for (const path of [ca, cert, key, password]) await writeFile(path, 'after')
    t.same(seen(), ['after', 'after', 'after', 'after'])
    t.equal(readSecret(password), 'after')
  },
)
