import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ServerOptions } from 'node:https'
import type { Server } from 'node:tls'
import { ConfigError } from '../process/config.ts'
import type { Log } from '../process/log.ts'
import { isLoopback } from './loopback.ts'
import { requirePrivate } from '../files/secret-file.ts'
import { watchedFile } from '../files/watched-file.ts'

export type ListenerSettings = {
  readonly host: string
  readonly tlsCertFile?: string | undefined
  readonly tlsKeyFile?: string | undefined
  readonly tlsClientCaFile?: string | undefined
  readonly allowPlainHttp?: boolean
}

/** The certificate of a listener, read and checked, with the files it comes from. */
export type ListenerTls = { readonly files: TlsFiles; readonly material: TlsMaterial }
type TlsFiles = {
  readonly cert: string
  readonly key: string
  readonly clientCa?: string | undefined
}
export type TlsMaterial = { readonly cert: string; readonly key: string; readonly ca?: string }

/**
 * Undefined for plain HTTP, which a listener may be on loopback or if a setting allows it. Throws a
 * ConfigError if the settings do not fit together, if the key does not belong to the certificate,
 * or if others can read the key.
 */
export const listenerTls = ({
  host,
  tlsCertFile: cert,
  tlsKeyFile: key,
  tlsClientCaFile: clientCa,
  allowPlainHttp,
}: ListenerSettings): ListenerTls | undefined => {
  if (cert !== undefined && key !== undefined) {
    const files = { cert, key, clientCa }
    return { files, material: readMaterial(files) }
  }
  if (cert !== undefined || key !== undefined)
    throw new ConfigError(['TLS_CERT_FILE and TLS_KEY_FILE belong together: set both or neither'])
  if (clientCa !== undefined)
    throw new ConfigError(['TLS_CLIENT_CA_FILE needs TLS_CERT_FILE and TLS_KEY_FILE'])
  if (isLoopback(host) || allowPlainHttp === true) return undefined
  throw new ConfigError([
    'HOST is an address that others reach, and there is no certificate: set TLS_CERT_FILE and ' +
      'TLS_KEY_FILE, or ALLOW_PLAIN_HTTP=true behind a proxy that ends TLS. Example: ' +
      'TLS_CERT_FILE=/etc/switchboard/tls.pem',
  ])
}

const readMaterial = ({ cert: certFile, key: keyFile, clientCa }: TlsFiles): TlsMaterial => {
  requirePrivate(keyFile)
  const [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')]
  if (!belongTogether(cert, key))
    throw new ConfigError([
      'TLS_KEY_FILE does not hold the private key of the ' +
        `certificate of TLS_CERT_FILE (${certFile})`,
    ])
  return { cert, key, ...(clientCa !== undefined && { ca: readFileSync(clientCa, 'utf8') }) }
}

const belongTogether = (cert: string, key: string): boolean => {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false // the cause is left out, because it can repeat a part of the key
  }
}

/**
 * TLS 1.3, and the suites of TLS 1.2 that have forward secrecy and authenticated encryption (RFC
 * 9325 §4.2).
 */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  ...['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305'].flatMap((name) => [
    `ECDHE-ECDSA-${name}`,
    `ECDHE-RSA-${name}`,
  ]),
].join(':')
const handshakeTimeoutMs = 10_000

const contextOptions = (material: TlsMaterial) =>
  ({ ...material, minVersion: 'TLSv1.2', ciphers, honorCipherOrder: true }) as const

export const serverOptions = ({ material }: ListenerTls): ServerOptions => ({
  ...contextOptions(material),
  handshakeTimeout: handshakeTimeoutMs,
  ...(material.ca !== undefined && { requestCert: true, rejectUnauthorized: true }),
})

const lookEveryMs = 5_000

/**
 * Gives the server new certificates when their files change. Open connections keep the old ones.
 * Files that do not fit together, as between the writing of the one and the other, change nothing
 * and are read again.
 */
export const keepCertificates = (
  server: Pick<Server, 'setSecureContext'>,
  { files, material }: ListenerTls,
  log: Log,
  lookMs = lookEveryMs,
): { close: () => Promise<void> } => {
  let current = material
  return watchedFile({
    files: [files.cert, files.key, ...(files.clientCa === undefined ? [] : [files.clientCa])],
    load: () => {
      const read = readMaterial(files)
      if (JSON.stringify(read) !== JSON.stringify(current))
        server.setSecureContext(contextOptions(read))
      return (current = read)
    },
    lookMs,
    onChange: ({ cert }) =>
      log.info(
        { certificate: files.cert, expires: new X509Certificate(cert).validTo },
        'certificate changed',
      ),
    onError: (error) =>
      log.error(
        { err: error, certificate: files.cert },
        'certificate not read; the certificate from before stays',
      ),
  })
}
