import { call } from '#test/support/clients.ts'
import { info, feeds, json } from './world.ts'

/** Sends a request as one caller, with the version that the first change of a notice names. */
export type Send = (
  path: string,
  method: string,
  body?: unknown,
) => Promise<{ status: number; body: object }>

export const sender =
  (url: string, token: string): Send =>
  (path, method, body) =>
    call(`${url}${path}`, token, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: { ...(body !== undefined && json), 'if-match': '"1"' },
    })

export const agencies = (...names: string[]): Send[] =>
  names.map((name) => sender(feeds, info.feeds.agencies[name]!.token))
