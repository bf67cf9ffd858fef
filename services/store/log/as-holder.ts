import type { Pool, QueryResultRow } from 'pg'

export type Value = readonly string[] | string | number | null

/**
 * Rows of one statement, read as a role that sees only what carries one of these tokens (row-level
 * security): in a read-only transaction, at whose end role and tokens are given back. What is sent
 * shares one round trip, since the pool does not wait for one answer before it sends the next
 * (`pipeline`). Rejects with the first error; then no row is answered, whatever was read.
 */
export const queryAsHolder = async <Row extends QueryResultRow>(
  pool: Pool,
  tokens: readonly string[],
  statement: { readonly name: string; readonly text: string },
  values: readonly Value[],
): Promise<Row[]> => {
  const client = await pool.connect()
  try {
    const [, , { rows }] = await Promise.all([
      client.query('begin read only; set local role switchboard_reader'),
      client.query({ ...holdTokens, values: [tokens.join(' ')] }),
      client.query<Row>({ ...statement, values: [...values] }),
      client.query('commit'),
    ])
    client.release()
    return rows
  } catch (error) {
    client.release(error as Error) // closed: its state is not known
    throw error
  }
}

const holdTokens = {
  name: 'hold-tokens',
  text: `select set_config('switchboard.tokens', $1, true)`,
}
