import { randomBytes } from 'node:crypto'
import { access, readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Client } from 'pg'

const settings = {
  max_connections: 200,
  shared_buffers: '128MB',
  // What PostgreSQL has answered is on disk: the tests kill the server and count.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  min_wal_size: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_min_messages: 'warning',
  // Rows hold personal data, so the log gets no statements, no parameters, and no "Key (…)=(…)" of
  // a message's detail.
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: 0,
  log_error_verbosity: 'terse',
}

/** The arguments of `postgres`: those for every way to run it, and the given ones. */
export const postgresArgs = (more: Readonly<Record<string, string | number>> = {}): string[] =>
  Object.entries({ ...more, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`])

/** Text is ordered by code point, alike on every machine. */
export const initdbArgs: readonly string[] = [
  '--encoding=UTF8',
  '--locale=C.UTF-8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--auth=scram-sha-256',
]

const passwordFile = (folder: string): string => resolve(folder, 'postgres-password')

/** Whether the folder has a password, and so may have a cluster that knows it. */
export const hasPassword = async (folder: string): Promise<boolean> =>
  await access(passwordFile(folder)).then(
    () => true,
    () => false,
  )

/** The superuser's password, made once for each stack and readable by this user alone. */
export const readPassword = async (folder: string): Promise<string> => {
  const file = passwordFile(folder)
  try {
    await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return await readFile(file, 'utf8')
}

/** Whether the server answers a query at the URL. */
export const databaseServes = async (url: string): Promise<boolean> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } finally {
    await client.end().catch(() => {})
  }
}
