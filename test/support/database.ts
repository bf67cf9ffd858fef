import { Client } from 'pg'
import type { Test } from 'tap'
import { uniqueName } from './names.ts'
import { stack } from './stack.ts'

/**
 * An empty database of this test's own; dropped when the test passes, kept (and named) when it
 * fails. Answers its URL.
 */
export const freshDatabase = async (t: Test): Promise<string> => {
  const { databaseUrl } = await stack()
  const name = uniqueName('test')
  await queryOnce(databaseUrl, `create database "${name}"`)
  t.teardown(async () => {
    if (t.passing()) await queryOnce(databaseUrl, `drop database "${name}" with (force)`)
    else t.comment(`database kept: ${name}`)
  })
  return Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href
}

/** Runs SQL on a connection of its own, and answers the rows. */
export const queryOnce = async <T>(
  url: string,
  sql: string,
  values?: readonly unknown[],
): Promise<T[]> => {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql, values && [...values])).rows as T[]
  } finally {
    await client.end()
  }
}
