import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Checked } from '#core/refusal.ts'
import { problem } from '#runtime/http/problem.ts'
import type { FeedReader } from '../reading/reader.ts'

/** The reader of a request, whose standing allows it to read now. */
export type AuthenticateReader = (request: FastifyRequest) => Promise<Checked<FeedReader>>

/** A handler for readers. A caller who is no reader gets the refusal. */
export const asReader =
  (
    authenticate: AuthenticateReader,
    handle: (request: FastifyRequest, reply: FastifyReply, reader: FeedReader) => Promise<unknown>,
  ) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const reader = await authenticate(request)
    return reader.ok ? handle(request, reply, reader.value) : problem(reply, reader.refusal)
  }

/** The id in the path, in small letters as everywhere else. */
export const idOf = (request: FastifyRequest): string =>
  (request.params as { id: string }).id.toLowerCase()
