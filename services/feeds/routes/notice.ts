import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Checked } from '#core/refusal.ts'
import type { Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import type { Acknowledgements } from '../handing-over/acknowledgements.ts'
import {
  findNotice,
  hasConditions,
  type FindDeps,
  type FoundNotice,
} from '../reading/find-notice.ts'
import type { Ledger } from '../handing-over/ledger.ts'
import type { FeedReader } from '../reading/reader.ts'
import { renderNotice } from '../reading/render.ts'
import { asReader, idOf, type AuthenticateReader } from './as-reader.ts'
import { onGrid } from './on-grid.ts'
import { acknowledgeSchema, noticeSchema } from './schemas.ts'

export type NoticeRouteDeps = {
  readonly authenticate: AuthenticateReader
  readonly find: FindDeps
  readonly ledger: Ledger
  readonly acknowledgements: Acknowledgements
  readonly handedOver: (channel: string, told: string) => void
}

/**
 * The routes for one notice by its id, and for the acknowledgement of its conditions (H3), which is
 * answered with the content.
 */
export const addNoticeRoutes = (app: Http, deps: NoticeRouteDeps): void => {
  app.get(
    '/v1/notices/:id',
    { schema: noticeSchema },
    asReader(deps.authenticate, async (request, reply, reader) => {
      const found = await find(request, reader, deps)
      if (!found.ok) {
        await onGrid(reply)
        return problem(reply, found.refusal)
      }
      // HEAD has the headers of the answer and hands nothing over.
      return request.method === 'HEAD'
        ? sendNotice(reply, found.value)
        : handOver(reply, found.value, reader, deps)
    }),
  )

  app.post(
    '/v1/notices/:id/acknowledge-conditions',
    { schema: acknowledgeSchema },
    asReader(deps.authenticate, async (request, reply, reader) => {
      const found = await find(request, reader, deps)
      if (!found.ok) {
        await onGrid(reply)
        return problem(reply, found.refusal)
      }
      if (!hasConditions(found.value, reader, deps.find))
        return problem(reply, { code: 'notice/no-conditions' })
      await deps.acknowledgements.add(reader, found.value.entry)
      // If the process dies here, the acknowledgement is durable. A second request gets the
      // content.
      const given = await find(request, reader, deps)
      return given.ok ? handOver(reply, given.value, reader, deps) : problem(reply, given.refusal)
    }),
  )
}

const find = (
  request: FastifyRequest,
  reader: FeedReader,
  deps: NoticeRouteDeps,
): Promise<Checked<FoundNotice>> => {
  const { issuer } = request.query as { issuer?: string }
  return findNotice(reader, idOf(request), issuer, deps.find)
}

const channel = 'notice'

const sendNotice = (reply: FastifyReply, { entry, view }: FoundNotice): FastifyReply =>
  reply.type('application/json').send(`{${renderNotice(entry, view)}`)

const handOver = async (
  reply: FastifyReply,
  found: FoundNotice,
  reader: FeedReader,
  { ledger, handedOver }: NoticeRouteDeps,
): Promise<FastifyReply> => {
  const { entry, told } = found
  const offered = await ledger.offer(reader, channel, channel, entry.index, entry.index)
  await sendNotice(reply, found)
  ledger.mark(offered, entry.index, told)
  handedOver(channel, told)
  return reply
}
