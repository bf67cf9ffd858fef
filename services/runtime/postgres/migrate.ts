import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Pool, PoolClient, QueryConfig } from 'pg'

/** One numbered file of a folder of migrations, `001_name.sql`. */
type Migration = {
  readonly number: number
  readonly name: string
  readonly sql: string
  readonly checksum: string
}
type Applied = { readonly number: number; readonly name: string; readonly checksum: string }

/** One lock for all components: two of them may be migrated in one database at the same time. */
const lockKey = 0x5317_c4b0

/**
 * Brings the tables of a component up to the files of `folder`, forward only, and answers the names
 * of the applied files. Each file and its row in `schema_migration` are one transaction, so a file
 * holds no transaction control. If the process dies, the next run goes on after the last complete
 * file. Processes that start together wait for each other and apply each file once. Throws an error
 * that says what to do if the database and the files contradict each other: an edited file, a gap,
 * a newer database.
 */
export const migrate = async (
  pool: Pool,
  folder: URL,
  { component }: { component: string },
): Promise<string[]> => {
  const files = await readMigrations(folder)
  const client = await pool.connect()
  try {
    await client.query(
      `select set_config('statement_timeout', '0', false),
        set_config('idle_in_transaction_session_timeout', '0', false)`,
    )
    await client.query(unhurried('select pg_advisory_lock($1)', [lockKey]))
    await client.query(createTable)
    const pending = pendingMigrations(files, await readApplied(client, component), component)
    for (const file of pending) await apply(client, file, component)
    return pending.map((file) => file.name)
  } finally {
    // closing the connection gives back the lock and the settings, whatever its state
    client.release(true)
  }
}

/**
 * For processes that may not change tables: throws unless exactly the files of `folder` are
 * applied. `command` is what the message tells the operator to run.
 */
export const requireMigrated = async (
  pool: Pool,
  folder: URL,
  { component, command }: { component: string; command: string },
): Promise<void> => {
  const files = await readMigrations(folder)
  const { rows } = await pool.query<{ there: boolean }>(
    `select coalesce(has_table_privilege(to_regclass('schema_migration'), 'select'), false)
      as there`,
  )
  const applied = rows[0]?.there ? await readApplied(pool, component) : []
  const pending = pendingMigrations(files, applied, component)
  if (pending.length > 0)
    throw new Error(
      `The database lacks ${pending.length} migrations of ` +
        `${component}, from ${pending[0]?.name} on; run: ${command}`,
    )
}

/**
 * Takes away the time limit for statements. It is for requests; the migration of a large table, or
 * the wait for one, takes longer.
 */
const unhurried = (text: string, values?: unknown[]): QueryConfig & { query_timeout: number } => ({
  text,
  ...(values && { values }),
  query_timeout: 24 * 3600 * 1000,
})

const createTable = `create table if not exists schema_migration (
  component text not null,
  number integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default now(),
  primary key (component, number)
)`

const readMigrations = async (folder: URL): Promise<Migration[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  const base = folder.href.endsWith('/') ? folder : new URL(`${folder.href}/`)
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(/^(\d{3})_[a-z0-9-]+\.sql$/.exec(name)?.[1])
      if (number !== index + 1)
        throw new Error(
          `The migration ${name} in ${folder.pathname} is not numbered in ` +
            `sequence: expected ${String(index + 1).padStart(3, '0')}_name.sql`,
        )
      const sql = await readFile(new URL(name, base), 'utf8')
      return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

const readApplied = async (db: Pool | PoolClient, component: string): Promise<Applied[]> => {
  const { rows } = await db.query<Applied>(
    'select number, name, checksum from schema_migration where component = $1 order by number',
    [component],
  )
  return rows
}

const pendingMigrations = (
  files: readonly Migration[],
  applied: readonly Applied[],
  component: string,
): Migration[] => {
  for (const [index, row] of applied.entries()) {
    const file = files[index]
    if (row.number !== index + 1)
      throw new Error(
        `The database has ${component} migration ${row.name} but not ` +
          `number ${index + 1}: restore it from a backup`,
      )
    if (file === undefined)
      throw new Error(
        `The database is newer than this program: it has ${component} ` +
          `migration ${row.name}; start the program's newer version`,
      )
    if (file.checksum !== row.checksum) {
      throw new Error(
        `The ${component} migration ${file.name} differs from the one applied as ` +
          `${row.name}: put the file back as it was and write the change as a next number`,
      )
    }
  }
  return files.slice(applied.length)
}

const apply = async (
  client: PoolClient,
  { number, name, sql, checksum }: Migration,
  component: string,
): Promise<void> => {
  await client.query('begin')
  try {
    await client.query(unhurried(sql))
    await client.query(
      'insert into schema_migration (component, number, name, checksum) values ($1, $2, $3, $4)',
      [component, number, name, checksum],
    )
  } catch (cause) {
    // closing the connection rolls back
    const problem = `The ${component} migration ${name} failed and left no trace`
    throw new Error(problem, { cause })
  }
  // If the process dies or the connection breaks here, the file is applied as a whole or not at
  // all. The next run sees which.
  await client.query('commit')
}
