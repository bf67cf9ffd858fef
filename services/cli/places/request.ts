import { exitCodes, Failure } from '../failure.ts'
import { problemLines, type Problem } from '../output/problem-text.ts'

export type Call = {
  readonly url: string
  readonly token: string
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly body?: Uint8Array
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Ends the call, or the stream that it opened. */
  readonly signal: AbortSignal
}

/**
 * The language of the terminal, as in `th_TH.UTF-8`. Services tell their problems in it if they
 * can.
 */
const language = (): { 'accept-language'?: string } => {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env
  const [, tag, region] =
    /^([a-z]{2,3})(?:_([A-Z]{2}))?(?:[.@]|$)/.exec(LC_ALL || LC_MESSAGES || LANG || '') ?? []
  return tag === undefined
    ? {}
    : { 'accept-language': region === undefined ? tag : `${tag}-${region}` }
}

/** A JSON answer must arrive within this time, in ms. */
const answerLimitMs = 30_000

/** Sends one request. Any answer resolves; no answer is a Failure `unreachable`. */
export const call = async ({
  url,
  token,
  method = 'GET',
  body,
  accept = 'application/json',
  headers = {},
  signal,
}: Call): Promise<Response> => {
  try {
    return await fetch(url, {
      method,
      signal,
      redirect: 'error', // a token goes to no other service
      headers: {
        authorization: `Bearer ${token}`,
        accept,
        ...language(),
        ...headers,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: new Uint8Array(body) }),
    })
  } catch (error) {
    throw signal.aborted ? error : unreachable(url, error)
  }
}

/**
 * Sends one request for JSON. A problem of the service is a Failure `refused` with its code,
 * pointers and advice.
 */
export const callJson = async (given: Call): Promise<unknown> => {
  const signal = AbortSignal.any([given.signal, AbortSignal.timeout(answerLimitMs)])
  const response = await call({ ...given, signal }).catch((error: unknown) => {
    throw given.signal.aborted || error instanceof Failure ? error : unreachable(given.url, error)
  })
  if (!response.ok) throw await failureOf(response)
  return response.json().catch((error: unknown) => {
    throw unreachable(given.url, error)
  })
}

/**
 * The refusal of a service, for people. 503 counts as unreachable, since it says nothing about the
 * request.
 */
export const failureOf = async (response: Response): Promise<Failure> => {
  const problem = (await response.json().catch(() => ({}))) as Problem
  const lines = problemLines(problem, response.status)
  return new Failure(response.status === 503 ? exitCodes.unreachable : exitCodes.refused, lines)
}

/** The failure of a request without an answer, by the code of its cause. */
export const unreachable = (url: string, error: unknown): Failure => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { code, message } = cause as { code?: string; message?: string }
  return new Failure(
    exitCodes.unreachable,
    `${new URL(url).origin} cannot be reached (${code ?? message ?? 'no answer'})`,
  )
}
