import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { projectFolder } from '#deploy/local/project.ts'
import { ConfigError } from '#runtime/process/config.ts'
import { listenerTls, type ListenerSettings } from '#runtime/http/listener-tls.ts'
import { folder, own, other, settingsOf } from './world.ts'

export const plain = async (t: Test): Promise<void> => {
  const outcome = (settings: ListenerSettings): string => {
    try {
      return listenerTls(settings) === undefined ? 'plain' : 'tls'
    } catch (error) {
      return error instanceof ConfigError ? 'refused' : String(error)
    }
  }

  await t.test('plain HTTP only on loopback, or where that is said', async (t) => {
    const { tlsCertFile, tlsKeyFile } = settingsOf(own)
    for (const [host, more, expected] of [
      ['127.0.0.1', {}, 'plain'],
      ['127.8.9.1', {}, 'plain'],
      ['::1', {}, 'plain'],
      ['[::1]', {}, 'plain'],
      ['localhost', {}, 'plain'],
      ['0.0.0.0', {}, 'refused'],
      ['::', {}, 'refused'],
      ['10.0.0.1', {}, 'refused'],
      ['gateway.example', {}, 'refused'],
      ['127.0.0.1.example', {}, 'refused'],
      ['', {}, 'refused'],
      ['0.0.0.0', { allowPlainHttp: true }, 'plain'],
      ['0.0.0.0', { allowPlainHttp: false }, 'refused'],
      ['0.0.0.0', { tlsCertFile, tlsKeyFile }, 'tls'],
      ['127.0.0.1', { tlsCertFile, tlsKeyFile }, 'tls'],
      ['0.0.0.0', { tlsCertFile, tlsKeyFile, allowPlainHttp: true }, 'tls'],
      ['127.0.0.1', { tlsCertFile }, 'refused'],
      ['127.0.0.1', { tlsKeyFile }, 'refused'],
      ['127.0.0.1', { tlsClientCaFile: own.ca }, 'refused'],
      ['127.0.0.1', { tlsCertFile, tlsKeyFile: other.files('gateway-TH').key }, 'refused'],
      ['127.0.0.1', { tlsCertFile: tlsKeyFile, tlsKeyFile }, 'refused'],
    ] as const) {
      t.equal(
        outcome({ host, ...more }),
        expected,
        `${host || '(empty)'} ${Object.keys(more).join(' ')}`,
      )
    }
    await cp(tlsKeyFile!, join(folder, 'open.key'))
    await chmod(join(folder, 'open.key'), 0o644)
    t.throws(
      () => listenerTls({ host: '127.0.0.1', tlsCertFile, tlsKeyFile: join(folder, 'open.key') }),
      { message: /is open to others; run: chmod 600/ },
      'a key that others can read',
    )
  })

  const services = {
    hub: { REPLY_KEY_FILE: own.ca, MATCH_KEY_FILE: own.ca, KAFKA_BROKERS: '127.0.0.1:1' },
    gateway: {
      PARTICIPANT: 'TH',
      NOTICE_KEY_FILE: own.ca,
      HUB_KEYS_FILE: own.ca,
      NATIONAL_ISSUER: 'x',
      NATIONAL_JWKS: 'x',
      KAFKA_BROKERS: '127.0.0.1:1',
    },
    feeds: { ACCESS_TOKEN_KEY_FILE: own.ca, CURSOR_KEY_FILE: own.ca },
    console: { SESSION_KEY_FILE: own.ca },
  } as const

  for (const [name, settings] of Object.entries(services)) {
    await t.test(
      `${name} does not start with plain HTTP on an address that others reach`,
      async (t) => {
        const child = spawn(
          process.execPath,
          [resolve(projectFolder, `services/${name}/main.ts`)],
          {
            env: {
              PATH: process.env['PATH'],
              ...settings,
              DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
              HOST: '0.0.0.0',
            },
            stdio: ['ignore', 'ignore', 'pipe'],
          },
        )
        const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
        t.equal(code, 1)
        t.match(
          said,
          'HOST is an address that others reach, and there is no certificate: ' +
            'set TLS_CERT_FILE and TLS_KEY_FILE, or ALLOW_PLAIN_HTTP=true',
        )
      },
    )
  }

  await t.test('a gateway does not speak plainly to a broker on another machine', async (t) => {
    const child = spawn(process.execPath, [resolve(projectFolder, 'services/gateway/main.ts')], {
      env: {
        PATH: process.env['PATH'],
        ...services.gateway,
        KAFKA_BROKERS: 'kafka.example:9092',
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    t.equal(code, 1)
    t.match(said, /KAFKA_TLS_CA_FILE is not set and a broker is on another machine/)
  })
}
