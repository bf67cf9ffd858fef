import type { FastifyReply } from 'fastify'
import { catalogue, type Code } from '#core/catalogue/catalogue.ts'
import type { Refusal } from '#core/refusal.ts'
import {
  english,
  pickLanguage,
  type Translation,
  type Translations,
} from '#core/catalogue/translation.ts'

/** RFC 9457. `errors` lists the faults of a body. Pointers are RFC 6901; `""` is the whole body. */
export type ProblemBody = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: Code
  readonly detail?: string
  readonly advice: string
  /** Identifies the request, as `x-request-id` does, so that an operator finds it in the logs. */
  readonly instance?: string
  readonly errors?: readonly {
    readonly pointer: string
    readonly code: Code
    readonly detail: string
  }[]
}

export type ProblemExtra = {
  readonly retryAfterSeconds?: number
  readonly instance?: string
  /** English without one. */ readonly translation?: Translation | undefined
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The languages of problems beside English. */
    readonly translations: Translations
  }
}

export const problemType = 'application/problem+json'

/** The body for one refusal or several. The first refusal gives status, code and detail. */
export const problemBody = (
  refusals: Refusal | readonly Refusal[],
  extra: ProblemExtra = {},
): ProblemBody => {
  const all = isOne(refusals) ? [refusals] : refusals
  const first = all[0] ?? { code: 'service/internal' as const }
  const { status, title, advice } = catalogue[first.code]
  const { translation } = extra
  return {
    type: `urn:switchboard:problem:${first.code}`,
    title: translation?.title(first.code) ?? title,
    status,
    code: first.code,
    ...(first.detail !== undefined && {
      detail: translation?.detail(first.detail) ?? first.detail,
    }),
    advice: translation?.advice(first.code) ?? advice,
    ...(extra.instance !== undefined && { instance: extra.instance }),
    ...(all.some(isOfBody) && { errors: all.map((refusal) => bodyError(refusal, translation)) }),
  }
}

/**
 * Answers with a refusal, or with several refusals of one body. Sets `Retry-After` on 429 and 503,
 * and `WWW-Authenticate` on 401.
 */
export const problem = (
  reply: FastifyReply,
  refusals: Refusal | readonly Refusal[],
  extra: ProblemExtra = {},
): FastifyReply => {
  const body = problemFor(reply, refusals, extra)
  if (body.status === 429 || body.status === 503)
    reply.header(
      'retry-after',
      String(
        extra.retryAfterSeconds ??
          (isOne(refusals) ? refusals.retryAfterSeconds : undefined) ??
          defaultRetryAfterSeconds,
      ),
    )
  if (body.status === 401) reply.header('www-authenticate', challenge(body.code))
  return reply.code(body.status).type(problemType).send(JSON.stringify(body))
}

/**
 * The body in the language that the caller asks for, with the headers that say so. `code` is the
 * same in every language.
 */
export const problemFor = (
  reply: FastifyReply,
  refusals: Refusal | readonly Refusal[],
  extra: ProblemExtra = {},
): ProblemBody => {
  const translation = languageOf(reply)
  reply
    .header('content-language', translation?.language ?? english)
    .header('vary', 'accept-language')
  return problemBody(refusals, { ...extra, translation })
}

/** The language that the caller asks for, if it exists here. */
const languageOf = ({ request, server }: FastifyReply): Translation | undefined =>
  pickLanguage(request.headers['accept-language'], server.translations)

const defaultRetryAfterSeconds = 2

const isOne = (refusals: Refusal | readonly Refusal[]): refusals is Refusal =>
  !Array.isArray(refusals)

const notOfBody = /^(request|auth|service)\//
const isOfBody = ({ code, pointer }: Refusal): boolean => {
  const { status } = catalogue[code]
  return pointer !== undefined || ((status === 400 || status === 422) && !notOfBody.test(code))
}

const bodyError = ({ code, pointer, detail }: Refusal, translation: Translation | undefined) => ({
  pointer: pointer ?? '',
  code,
  detail:
    detail === undefined
      ? (translation?.title(code) ?? catalogue[code].title)
      : (translation?.detail(detail) ?? detail),
})

/**
 * RFC 9110 §11.6.1, RFC 6750 §3. A token request authenticates its client instead (RFC 6749 §5.2).
 */
const challenge = (code: Code): string =>
  code === 'auth/bad-client'
    ? 'Basic realm="switchboard"'
    : code === 'auth/no-token'
      ? 'Bearer'
      : 'Bearer error="invalid_token"'
