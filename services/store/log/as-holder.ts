import type { Pool, QueryResultRow } from 'pg'

export type Value = readonly string[] | readonly Buffer[] | string | number | null

/**
 * The rows of one statement, read as a database role that sees only entries with one of these
 * tokens (row-level security). A read-only transaction sets the role and the tokens and gives them
 * back at its end. The statements share one round trip, because the pool does not wait for an
 * answer before it sends the next one (`pipeline`). Rejects with the first error, and then answers
 * no row.
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
    client.release(error as Error) // closed, because its state is unknown
    throw error
  }
}

const holdTokens = {
  name: 'hold-tokens',
  text: `select set_config('switchboard.tokens', $1, true)`,
}
