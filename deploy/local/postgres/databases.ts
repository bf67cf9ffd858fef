import { Client, escapeIdentifier } from 'pg'

/** The URL of another database of the same server. */
export const databaseUrl = (maintenanceUrl: string, name: string): string => {
  const url = new URL(maintenanceUrl)
  url.pathname = `/${name}`
  return url.href
}

/** Makes the databases that do not exist. */
export const makeDatabases = async (
  maintenanceUrl: string,
  names: readonly string[],
): Promise<void> => {
  const client = new Client({ connectionString: maintenanceUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database')
    const held = new Set(rows.map((r) => r.datname))
    for (const name of names)
      if (!held.has(name)) await client.query(`create database ${escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}
