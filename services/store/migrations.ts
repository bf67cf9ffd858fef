/** The hub's numbered migrations: forward only, never edited. */
export const migrations = new URL('migrations/', import.meta.url)

/** What applies them; whoever finds some missing says so. */
export const migrateCommand = 'switchboard admin migrate, as the role that owns the tables'
