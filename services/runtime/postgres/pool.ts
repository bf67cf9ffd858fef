import { Pool, types, type ClientBase, type CustomTypesConfig } from 'pg'
import type { Log } from '../process/log.ts'

export type PoolOptions = {
  readonly url: string
  /**
   * The most connections. A caller that finds none free waits `connectTimeoutMs` and then gets an
   * error, which HTTP answers with 503.
   */
  readonly max: number
  readonly applicationName: string
  readonly log: Log
  /** The server cancels a statement after this time (SQLSTATE 57014). Default 10 000. */
  readonly statementTimeoutMs?: number
  readonly connectTimeoutMs?: number
  /**
   * The server ends a connection whose transaction is idle for this long. So a process that was
   * stopped and goes on can neither commit what others have overtaken nor hold a lock against them.
   */
  readonly idleInTransactionTimeoutMs?: number
  /**
   * Every statement is prepared and reads by index alone, because planning it would cost as much as
   * running it.
   */
  readonly keepPlans?: true
}

const defaultStatementTimeoutMs = 10_000
export const defaultConnectTimeoutMs = 5_000
const defaultIdleInTransactionTimeoutMs = 15_000
/**
 * Longer than the server's own limit: for answers that never arrive because the network is gone.
 */
const answerMarginMs = 5_000
export const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 }

/**
 * A pool on PostgreSQL that connects when it is first used. bigint (int8) reads as a number: all of
 * ours are below 2^53, and a larger one is an error. Safe to use concurrently. A query rejects with
 * pg's error; `isUnavailable` says which errors mean "not now". `pool.end()` waits for the queries
 * under way.
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
  // A client that breaks between two statements of a transaction emits this event too, and without
  // a listener it ends the process. The next statement rejects, so ignoring the event loses
  // nothing.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/**
 * PostgreSQL plans a prepared statement for good on its sixth use. If its tables are nearly empty
 * then, the plan reads all of them, and goes on so while they grow, until statistics are gathered.
 * So either each use is planned, or plans may use only indexes. A new connection is given out when
 * `onConnect` has resolved. Statements that are sent without waiting for each other share a round
 * trip (`pipeline`) and keep their order.
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
