import type { Command } from 'commander'
import { migrate } from '#runtime/postgres/migrate.ts'
import { migrations } from '#store/migrations.ts'
import {
  withDatabase,
  withDatabaseOption,
  type DatabaseOptions,
} from '../../places/admin-database.ts'
import type { Io } from '../../io.ts'

export const addMigrate = (admin: Command, io: Io): void => {
  withDatabaseOption(
    admin
      .command('migrate')
      .description("Bring the hub's tables up to this program; run again, it does nothing."),
  ).action(async (options: DatabaseOptions) => {
    const applied = await withDatabase(
      options,
      (pool) => migrate(pool, migrations, { component: 'hub' }),
      true,
    )
    io.out(applied.length === 0 ? 'the tables are up to date' : `applied ${applied.join(', ')}`)
  })
}
