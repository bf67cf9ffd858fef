import { InvalidArgumentError, type Command } from 'commander'
import { readSecret } from '#runtime/files/secret-file.ts'
import { misused } from '../failure.ts'
import type { Io } from '../io.ts'
import { consolePlace, withConsole, type PlaceOptions } from './places.ts'
import { callJson, type Call } from './request.ts'

export type ConsoleOptions = PlaceOptions & {
  readonly console?: string
  readonly tokenFile?: string
}
export type ConsoleChange = ConsoleOptions & { readonly why: string }

export const withConsolePlace = (command: Command): Command =>
  withConsole(command).option('--token-file <file>', 'a file that holds the token, mode 0600')

/** The options of every command that changes the registry at the console. */
export const withConsoleChange = (command: Command): Command =>
  withConsolePlace(command).requiredOption('--why <text>', 'the reason, kept with the change')

/** Sends one request to the console and answers its JSON. */
export const askConsole = async <T>(
  io: Io,
  options: ConsoleOptions,
  asked: { readonly path: string; readonly method?: Call['method']; readonly body?: object },
): Promise<T> => {
  const { path, method = 'GET', body } = asked
  const token = options.tokenFile === undefined ? options.token : readSecret(options.tokenFile)
  const place = await consolePlace({ ...options, ...(token !== undefined && { token }) })
  return (await callJson({
    ...place,
    url: `${place.url}${path}`,
    method,
    signal: io.signal,
    ...(body && { body: Buffer.from(JSON.stringify(body)) }),
  })) as T
}

export const reasonOf = ({ why }: ConsoleChange): string => {
  if (why.trim() === '') throw misused('--why is empty; say the reason')
  return why
}

type Proposed = { readonly id: string; readonly state: string; readonly expires: string }

/** Proposes a change. The id of the proposal goes to stdout, and its state to stderr. */
export const proposeAt = async (
  io: Io,
  options: ConsoleChange,
  what: string,
  asked: { readonly path: string; readonly method?: 'POST' | 'PUT'; readonly body?: object },
): Promise<void> => {
  const { id, state, expires } = await askConsole<Proposed>(io, options, {
    method: 'POST',
    ...asked,
    body: { ...asked.body, why: reasonOf(options) },
  })
  io.out(id)
  io.err(
    state === 'unconfirmed'
      ? `${what} is in force; another person of the hub confirms it until ` +
          `${expires}: switchboard admin proposal approve ${id}`
      : `${what} is proposed, not in force; another person of the hub approves it ` +
          `until ${expires}: switchboard admin proposal approve ${id}`,
  )
}

/** One part of a path, encoded. */
export const part = (text: string): string => encodeURIComponent(text)

export const utcTime = (text: string): string => {
  const at = Date.parse(text)
  if (Number.isNaN(at) || !/^\d{4}-\d\d-\d\d/.test(text))
    throw new InvalidArgumentError('a time as 2026-11-24 or 2026-11-24T03:50:00Z')
  return new Date(at).toISOString()
}
