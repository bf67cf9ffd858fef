import { X509Certificate } from 'node:crypto'
import { access, chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { runOnce } from '../local/processes/run-once.ts'

/**
 * The subject of a certificate: `name` is its common name, which Kafka takes for the user, and the
 * name of its files; `hosts` are the hosts where it serves.
 */
export type CertificateWish = { readonly name: string; readonly hosts: readonly string[] }

/**
 * `keystore` has key and certificate in one file, as Kafka reads them. All files have mode 0600,
 * but the certificates.
 */
type CertificateFiles = {
  readonly cert: string
  readonly key: string
  readonly keystore: string
}

export type Certificates = {
  readonly ca: string
  readonly made: readonly string[]
  readonly files: (name: string) => CertificateFiles
}

export type CertificateOptions = {
  readonly days?: number
  /** Makes the existing certificates again, with new keys. The authority stays. */
  readonly renew?: boolean
}

const openssl = 'openssl'
const authorityDays = 3650
const defaultDays = 365
/** A certificate with less time left than this is made again. */
const renewBeforeMs = 30 * 24 * 3_600_000
const timeoutMs = 20_000

const opensslAdvice =
  'OpenSSL is not installed, which makes the certificates (Debian: apt-get install openssl)'

/** Undefined if certificates can be made here, else what is missing. */
export const opensslProblem = async (): Promise<string | undefined> =>
  (await runOnce(openssl, ['version'], { timeoutMs })).ok ? undefined : opensslAdvice

const exists = async (file: string): Promise<boolean> =>
  await access(file).then(
    () => true,
    () => false,
  )

const run = async (args: readonly string[]): Promise<void> => {
  const { ok, output } = await runOnce(openssl, args, { timeoutMs })
  if (ok) return
  throw new Error(/ENOENT/.test(output) ? opensslAdvice : `openssl ${args[0]} failed:\n${output}`)
}

const newKey = (file: string): Promise<void> =>
  run(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file])

/**
 * The authority vouches for everything in the folder, and its key for nothing else. It is for
 * development, tests and a single hub's own network.
 */
const authorityConfig = `[req]
distinguished_name=dn
x509_extensions=ext
prompt=no
[dn]
CN=Switchboard development CA
[ext]
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
`

const makeAuthority = async (folder: string): Promise<void> => {
  const [key, cert, config] = ['ca.key', 'ca.pem', 'ca.cnf'].map((file) =>
    resolve(folder, file),
  ) as [string, string, string]
  if (await exists(cert)) return
  await newKey(key)
  await chmod(key, 0o600)
  await writeFile(config, authorityConfig)
  await run([
    'req',
    '-x509',
    '-new',
    '-key',
    key,
    '-sha256',
    '-days',
    String(authorityDays),
    '-config',
    config,
    '-out',
    `${cert}.part`,
  ])
  await rm(config)
  await rename(`${cert}.part`, cert)
}

const alternativeNames = (hosts: readonly string[]): string =>
  hosts.map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`).join(',')

const extensions = ({ hosts }: CertificateWish): string =>
  `basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth,clientAuth
${hosts.length > 0 ? `subjectAltName=${alternativeNames(hosts)}\n` : ''}`

/**
 * Puts both files in place, or none, but for the moment between two renames. A reader that finds a
 * pair that does not fit reads it again.
 */
const makeLeaf = async (
  folder: string,
  wish: CertificateWish,
  files: CertificateFiles,
  days: number,
): Promise<void> => {
  const part = await mkdtemp(resolve(folder, '.part-'))
  const file = (name: string): string => resolve(part, name)
  try {
    await newKey(file('key'))
    await writeFile(file('ext'), extensions(wish))
    await run([
      'req',
      '-new',
      '-key',
      file('key'),
      '-subj',
      `/CN=${wish.name}`,
      '-out',
      file('csr'),
    ])
    await run([
      'x509',
      '-req',
      '-in',
      file('csr'),
      '-CA',
      resolve(folder, 'ca.pem'),
      '-CAkey',
      resolve(folder, 'ca.key'),
      '-CAserial',
      file('serial'),
      '-CAcreateserial',
      '-sha256',
      '-days',
      String(days),
      '-extfile',
      file('ext'),
      '-out',
      file('cert'),
    ])
    const [key, cert] = await Promise.all([
      readFile(file('key'), 'utf8'),
      readFile(file('cert'), 'utf8'),
    ])
    await writeFile(file('keystore'), key + cert, { mode: 0o600 })
    await chmod(file('key'), 0o600)
    await rename(file('keystore'), files.keystore)
    await rename(file('key'), files.key)
    await rename(file('cert'), files.cert)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

const isGood = async (
  { cert, key, keystore }: CertificateFiles,
  { hosts }: CertificateWish,
): Promise<boolean> => {
  if (!(await exists(cert)) || !(await exists(key)) || !(await exists(keystore))) return false
  const certificate = new X509Certificate(await readFile(cert))
  const named = hosts.every(
    (host) =>
      (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined,
  )
  return named && Date.parse(certificate.validTo) - Date.now() > renewBeforeMs
}

/**
 * Makes an authority and a certificate for each subject in the folder: `ca.pem`, `<name>.pem`,
 * `<name>.key`, `<name>.keystore.pem`. An existing certificate stays if it names the same hosts and
 * lasts another month. `made` names the new ones.
 */
export const makeCertificates = async (
  folder: string,
  wishes: readonly CertificateWish[],
  { days = defaultDays, renew = false }: CertificateOptions = {},
): Promise<Certificates> => {
  for (const { name } of wishes)
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name))
      throw new Error(
        `a certificate's name is made of letters, digits, ".", "_" and "-"; not "${name}"`,
      )
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await makeAuthority(folder)
  const files = (name: string): CertificateFiles => ({
    cert: resolve(folder, `${name}.pem`),
    key: resolve(folder, `${name}.key`),
    keystore: resolve(folder, `${name}.keystore.pem`),
  })
  const made: string[] = []
  for (const wish of wishes) {
    if (!renew && (await isGood(files(wish.name), wish))) continue
    await makeLeaf(folder, wish, files(wish.name), days)
    made.push(wish.name)
  }
  return { ca: resolve(folder, 'ca.pem'), made, files }
}
