import { setTimeout as delay } from 'node:timers/promises'
import {
  Client,
  Pool,
  types,
  type ClientBase,
  type ClientConfig,
  type CustomTypesConfig,
  type PoolClient,
} from 'pg'
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
const defaultConnectTimeoutMs = 5_000
const defaultIdleInTransactionTimeoutMs = 15_000
/** Beyond the server's own limit: for answers that never come because the network is gone. */
const answerMarginMs = 5_000
const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 }

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

type Work<T> = (client: PoolClient, rows: readonly unknown[]) => Promise<T>

const maxAttempts = 5
const firstRetryMs = 5

/**
 * Runs `work` in one transaction (READ COMMITTED). Durable when it resolves. `work` runs again, at
 * most five times in all, when PostgreSQL chose it as the victim of a deadlock or a serialization
 * failure (40P01, 40001); so it has no effects but those on `client`. Any other error rolls back
 * and rejects. An error on COMMIT itself leaves open whether it is durable: the caller's keys must
 * make doing it again harmless. `first` is a statement without parameters that shares the round
 * trip of BEGIN; `work` gets its rows.
 */
export const transaction = async <T>(pool: Pool, work: Work<T>, first?: string): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptTransaction(pool, work, first)
    } catch (error) {
      if (attempt >= maxAttempts || !isConflict(error)) throw error
      await delay(firstRetryMs * 2 ** attempt * (0.5 + Math.random()))
    }
  }
}

const isConflict = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '40001' || error.code === '40P01')

const attemptTransaction = async <T>(
  pool: Pool,
  work: Work<T>,
  first: string | undefined,
): Promise<T> => {
  const client = await pool.connect()
  let broken = false
  try {
    // several statements give several results
    const begun: unknown = await client.query(first === undefined ? 'begin' : `begin; ${first}`)
    const result = await work(
      client,
      Array.isArray(begun) ? (begun as { rows: unknown[] }[]).at(-1)!.rows : [],
    )
    await client.query('commit')
    return result
  } catch (error) {
    broken = !(await rolledBack(client, error))
    throw error
  } finally {
    client.release(broken) // a connection whose state is not known is closed
  }
}

/**
 * After a read timeout the connection still waits for its statement, and would do so for a rollback
 * behind it.
 */
const rolledBack = async (client: PoolClient, error: unknown): Promise<boolean> => {
  if (error instanceof Error && error.message === 'Query read timeout') return false
  return client.query('rollback').then(
    () => true,
    () => false,
  )
}

export type Listener = { close(): Promise<void> }

export type ListenOptions = {
  /**
   * After each interruption, once notifications flow again: what was notified in between is lost,
   * so look at the tables.
   */
  readonly onReconnect: () => void
  readonly onError?: (error: unknown) => void
  readonly applicationName?: string
}

const heartbeatMs = 10_000
const heartbeatAnswerMs = 5_000
const maxReconnectMs = 5_000

/**
 * LISTENs on a connection of its own and tells of each NOTIFY, in commit order. Rejects if the
 * first connection fails; from then on a broken or silent connection is replaced, with backoff,
 * until `close()`. A notification is a hint and can be lost: callers poll as well. The callbacks
 * must not throw.
 */
export const listen = async (
  url: string,
  channels: readonly string[],
  onNotify: (channel: string, payload: string) => void,
  options: ListenOptions,
): Promise<Listener> => {
  const stop = new AbortController()
  let client = await connectListener(url, channels, onNotify, options)
  const follow = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await broken(client, stop.signal).catch((error: unknown) => options.onError?.(error))
      await client.end().catch(() => undefined)
      if (stop.signal.aborted) return
      const next = await reconnect(
        () => connectListener(url, channels, onNotify, options),
        stop.signal,
        options,
      )
      if (next === undefined) return
      client = next
      options.onReconnect()
    }
  }
  const following = follow()
  return {
    close: () => {
      stop.abort()
      return following
    },
  }
}

const connectListener = async (
  url: string,
  channels: readonly string[],
  onNotify: (channel: string, payload: string) => void,
  options: ListenOptions,
): Promise<Client> => {
  const config: ClientConfig = {
    ...keepAlive,
    connectionString: url,
    application_name: options.applicationName ?? 'listen',
    connectionTimeoutMillis: defaultConnectTimeoutMs,
    query_timeout: heartbeatAnswerMs,
  }
  const client = new Client(config)
  client.on('error', () => undefined) // `broken` learns of it by `end`
  client.on('notification', ({ channel, payload }) => onNotify(channel, payload ?? ''))
  try {
    await client.connect()
    for (const channel of channels) await client.query(`listen ${client.escapeIdentifier(channel)}`)
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
}

/** Resolves when stopped; rejects when the connection has ended or no longer answers. */
const broken = async (client: Client, stop: AbortSignal): Promise<void> => {
  const { promise: ended, reject } = Promise.withResolvers<never>()
  client.once('end', () => reject(new Error('the listening connection has ended')))
  while (!stop.aborted) {
    await Promise.race([
      ended,
      delay(heartbeatMs, undefined, { signal: stop }).catch(() => undefined),
    ])
    if (!stop.aborted) await Promise.race([ended, client.query('select')])
  }
}

const reconnect = async (
  connect: () => Promise<Client>,
  stop: AbortSignal,
  { onError }: ListenOptions,
): Promise<Client | undefined> => {
  for (let waitMs = 100; !stop.aborted; waitMs = Math.min(waitMs * 2, maxReconnectMs)) {
    try {
      return await connect()
    } catch (error) {
      onError?.(error)
      await delay(waitMs * (0.5 + Math.random() / 2), undefined, { signal: stop }).catch(
        () => undefined,
      )
    }
  }
  return undefined
}
