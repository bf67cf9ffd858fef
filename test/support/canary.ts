import type { Pool } from 'pg'

/**
 * How a text may lie in bytes: plain, in base64 or base64url at each of three alignments, and any
 * of it in hexadecimal, as PostgreSQL shows bytes.
 */
export const writingsOf = (canary: string): string[] => {
  const encoded = [0, 1, 2].map((lead) => {
    const text = Buffer.from('x'.repeat(lead) + canary).toString('base64url')
    // without the characters that its neighbours share
    return text.slice(lead === 0 ? 0 : lead + 1, -3)
  })
  const plain = [canary, ...encoded]
  return [...plain, ...plain.map((text) => Buffer.from(text).toString('hex'))]
}

/** The tables of a database in whose rows one of these texts lies, however it is written. */
export const tablesWith = async (pool: Pool, canaries: readonly string[]): Promise<string[]> => {
  const writings = canaries.flatMap(writingsOf)
  const { rows: tables } = await pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by tablename`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string }>(`select t::text as text from "${name}" t`)
    if (rows.some(({ text }) => writings.some((writing) => text.includes(writing))))
      found.push(name)
  }
  return found
}
