import { Pool, types, type ClientBase, type CustomTypesConfig } from 'pg'
import type { Log } from '../process/log.ts'

export type PoolOptions = {
  readonly url: string
  /**
   * Connections at most. Who finds none free waits `connectTimeoutMs`, then gets an error that HTTP
   * answers as 503.
   */
  readonly max: number
  readonly applicationName: string
  readonly log: Log
  /** The server cancels a statement after this time (SQLSTATE 57014). Default 10 000. */
  readonly statementTimeoutMs?: number
  readonly connectTimeoutMs?: number
  /**
   * The server ends a connection whose transaction rests this long: a process that was stopped and
   * goes on cannot commit what others have overtaken, nor hold a lock against them.
   */
  readonly idleInTransactionTimeoutMs?: number
  /**
   * Every statement is prepared, reads by index alone, and planning it would cost as much as
   * running it.
   */
  readonly keepPlans?: true
}

const defaultStatementTimeoutMs = 10_000
export const defaultConnectTimeoutMs = 5_000
const defaultIdleInTransactionTimeoutMs = 15_000
/** Beyond the server's own limit: for answers that never come because the network is gone. */
const answerMarginMs = 5_000
export const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 }

/**
 * A pool on PostgreSQL; it connects when first used. bigint (int8) reads as a number: every one of
 * ours is below 2^53, and one that is not is an error. Safe to use concurrently. A query rejects
 * with pg's error; `isUnavailable` tells which mean "not now". `pool.end()` waits for what is under
 * way.
 */
export const createPool = (options: PoolOptions): Pool => {
  const { log, statementTimeoutMs = defaultStatementTimeoutMs } = options
  const pool = new Pool({
    ...keepAlive,
    connectionString: options.url,
    max: options.max,
    application_name: options.applicationName,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + answerMarginMs,
    idle_in_transaction_session_timeout:
      options.idleInTransactionTimeoutMs ?? defaultIdleInTransactionTimeoutMs,
    connectionTimeoutMillis: options.connectTimeoutMs ?? defaultConnectTimeoutMs,
    types: ourTypes,
    ...notInTypes(
      options.keepPlans === true
        ? 'set enable_seqscan = off'
        : 'set plan_cache_mode = force_custom_plan',
    ),
  })
  pool.on('error', (error) =>
    log.warn({ err: error }, 'an idle database connection broke; the pool makes another'),
  )
  // A client that breaks between two statements of a transaction emits this too, and without a
  // listener ends the process. The next statement rejects, so nothing is lost by not looking.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/**
 * A prepared statement is planned for good on its sixth use. On tables that were nearly empty then,
 * that plan reads all of them, and goes on so as they grow, until statistics are gathered: so each
 * use is planned, or plans have only indexes. A new connection is given out once `onConnect` has
 * resolved. Statements that are sent without waiting for one another share a round trip
 * (`pipeline`); their order stays.
 */
const notInTypes = (planning: string): object => ({
  pipeline: true,
  onConnect: async (client: ClientBase): Promise<void> => void (await client.query(planning)),
})

const safeInteger = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint of the database is beyond 2^53')
  return value
}

const int8 = 20
const int8Array = 1016
const parserOf = types.getTypeParser as unknown as (oid: number) => (text: string) => unknown

const ourTypes: CustomTypesConfig = {
  getTypeParser: (oid: number) => {
    if (oid === int8) return safeInteger
    const parser = parserOf(oid)
    if (oid !== int8Array) return parser
    return (text: string) =>
      (parser(text) as (string | null)[]).map((item) => (item === null ? null : safeInteger(item)))
  },
}
