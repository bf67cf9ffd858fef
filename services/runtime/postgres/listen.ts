import { Client, type ClientConfig } from 'pg'
import { pause } from '../process/pause.ts'
import { defaultConnectTimeoutMs, keepAlive } from './pool.ts'

export type Listener = { close(): Promise<void> }

export type ListenOptions = {
  /**
   * Called after each interruption, once notifications arrive again. Notifications in between are
   * lost, so the caller reads the tables.
   */
  readonly onReconnect: () => void
  readonly onError?: (error: unknown) => void
  readonly applicationName?: string
}

const heartbeatMs = 10_000
const heartbeatAnswerMs = 5_000
const maxReconnectMs = 5_000

/**
 * LISTENs on a connection of its own and reports each NOTIFY, in commit order. Rejects if the first
 * connection fails. Later a broken or silent connection is replaced, with backoff, until `close()`.
 * A notification is a hint and can be lost, so callers poll too. The callbacks must not throw.
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
  client.on('error', () => undefined) // `end` reports it
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

/**
 * Resolves when it is stopped. Rejects when the connection has ended or does not answer any more.
 */
const broken = async (client: Client, stop: AbortSignal): Promise<void> => {
  const { promise: ended, reject } = Promise.withResolvers<never>()
  client.once('end', () => reject(new Error('the listening connection has ended')))
  while (!stop.aborted) {
    await Promise.race([ended, pause(heartbeatMs, stop)])
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
      await pause(waitMs * (0.5 + Math.random() / 2), stop)
    }
  }
  return undefined
}
