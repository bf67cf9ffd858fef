import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls'
import type { Test } from 'tap'
import type { Certificates } from '#deploy/tls/certificates.ts'
import { own, other, ca, settingsOf, serve, get } from './world.ts'

export const listeners = async (t: Test): Promise<void> => {
  const negotiated = async (port: number, options: ConnectionOptions): Promise<string> => {
    const socket = tlsConnect({ host: '127.0.0.1', port, ca, servername: 'localhost', ...options })
    try {
      await once(socket, 'secureConnect')
      return socket.getProtocol() ?? ''
    } catch {
      return 'refused'
    } finally {
      socket.destroy()
    }
  }

  const plainAnswer = async (port: number): Promise<string> => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'),
    )
    return text(socket).catch(() => '')
  }

  await t.test(
    'a listener with a certificate speaks TLS 1.3 and 1.2, with what is safe, and nothing else',
    async (t) => {
      const port = await serve(t, settingsOf(own))
      const answer = await get(port)
      t.equal(answer.status, 200)
      t.equal(answer.headers['strict-transport-security'], 'max-age=31536000')
      for (const [what, options, expected] of [
        ['by itself', {}, 'TLSv1.3'],
        ['TLS 1.2', { maxVersion: 'TLSv1.2' }, 'TLSv1.2'],
        [
          'TLS 1.1',
          { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
          'refused',
        ],
        ['no forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }, 'refused'],
        [
          'CBC',
          { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA' },
          'refused',
        ],
        [
          'a client that trusts another authority',
          { ca: await readFile(other.ca, 'utf8') },
          'refused',
        ],
        ['a client that looks for another host', { servername: 'gateway.example' }, 'refused'],
      ] as const)
        t.equal(await negotiated(port, options), expected, what)
      t.equal(await plainAnswer(port), '', 'plain HTTP is not answered')
    },
  )

  await t.test(
    'with an authority of clients, nobody connects without a certificate of it',
    async (t) => {
      const port = await serve(t, settingsOf(own, { tlsClientCaFile: own.ca }))
      const pair = async ({ files }: Certificates): Promise<ConnectionOptions> => ({
        cert: await readFile(files('police').cert),
        key: await readFile(files('police').key),
      })
      t.equal((await get(port, '/healthz', await pair(own))).status, 200)
      await t.rejects(get(port), 'without one')
      await t.rejects(get(port, '/healthz', await pair(other)), 'with one of another authority')
    },
  )
}
