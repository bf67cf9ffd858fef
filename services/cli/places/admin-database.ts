import { Option, type Command } from 'commander'
import { userInfo } from 'node:os'
import type { Pool } from 'pg'
import type { RegistryFile } from '#core/registry/file.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { requireMigrated } from '#runtime/postgres/migrate.ts'
import { readSecret } from '#runtime/files/secret-file.ts'
import { migrateCommand, migrations } from '#store/migrations.ts'
import { importRegistry, type Imported } from '#store/registry/import.ts'
import { findDemo } from './demo-file.ts'
import { misused, refused } from '../failure.ts'
import { refusalLines } from '../output/problem-text.ts'
import { quietLog } from './quiet-log.ts'

export type DatabaseOptions = { readonly database?: string }
export type ChangeOptions = DatabaseOptions & { readonly who: string; readonly why: string }

export const withDatabaseOption = (command: Command): Command =>
  command.addOption(new Option('--database <url>', "URL of the hub's database").env('DATABASE_URL'))

/** In a container the user may have no name. */
const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? ''}`.trim()
  }
}

/** The options of commands that change the registry in the database itself. */
export const withChangeOptions = (command: Command): Command =>
  withDatabaseOption(command)
    .requiredOption('--why <text>', 'the reason, kept with the change')
    .option('--who <name>', 'who makes the change', userName())

/** Works on the hub's database. Unless `migrating`, the database must have its tables. */
export const withDatabase = async <T>(
  { database }: DatabaseOptions,
  work: (pool: Pool) => Promise<T>,
  migrating = false,
): Promise<T> => {
  const url =
    database ?? databaseOfFile(process.env['DATABASE_URL_FILE']) ?? (await findDemo())?.database.url
  if (url === undefined)
    throw misused("say which database: --database postgres://… or DATABASE_URL, the hub's")
  const pool = createPool({
    url,
    max: 2,
    statementTimeoutMs: 30_000,
    applicationName: 'switchboard-cli',
    log: quietLog,
  })
  try {
    if (!migrating)
      await requireMigrated(pool, migrations, {
        component: 'hub',
        command: migrateCommand,
      })
    return await work(pool)
  } finally {
    await pool.end()
  }
}

const databaseOfFile = (file: string | undefined): string | undefined =>
  file ? readSecret(file) : undefined

/** Adds the content of `file` to the registry. */
export const addToRegistry = async (
  options: ChangeOptions & { readonly offline?: true },
  file: RegistryFile,
): Promise<Imported> =>
  withDatabase(options, async (pool) => {
    const outcome = await importRegistry(pool, authorOf(options), file, options.offline === true)
    if (!outcome.ok) throw refused(outcome.refusals.flatMap((r) => refusalLines(r)))
    return outcome.value
  })

const authorOf = ({ who, why }: ChangeOptions): { who: string; why: string } => {
  if (why.trim() === '') throw misused('--why is empty; say the reason')
  return { who, why }
}
