/** The hub's numbered migrations: forward only, never edited. */
export const migrations = new URL('migrations/', import.meta.url)
