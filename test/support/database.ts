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
  await run(databaseUrl, `create database "${name}"`)
  t.teardown(async () => {
    if (t.passing()) await run(databaseUrl, `drop database "${name}" with (force)`)
    else t.comment(`database kept: ${name}`)
  })
  return Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href
}

const run = async (url: string, sql: string): Promise<void> => {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
