import type { FastifyReply, FastifyRequest } from 'fastify'
import { dueFor, type Due } from '#core/notice/review.ts'
import type { Micros } from '#core/registry/registry.ts'
import type { Http } from '#runtime/http/http.ts'
import { pageOf } from '#runtime/http/paging.ts'
import { problem } from '#runtime/http/problem.ts'
import { encodeInTurns, giveTurn } from '#runtime/process/give-turn.ts'
import type { FindVersions } from '../acceptance.ts'
import type { Confirmation } from '../confirming/confirmation-store.ts'
import type { Delivered } from '../exchange/delivery-store.ts'
import type { ToldStatement } from '../exchange/told-store.ts'
import type { AuthenticateCaller, Caller } from '../keys/auth.ts'
import type { Listing, OutboxRow, State } from '../outbox.ts'
import { consentsOf } from '../said/consents.ts'
import { noticeView } from './notice-view.ts'
import { listQuery, noticeSchemas as schemas } from './notices-schema.ts'

export type StateRouteDeps = {
  readonly authenticate: AuthenticateCaller
  readonly findVersions: FindVersions
  /** How long before its date a notice is due, in microseconds, and the clock. */
  readonly due: { readonly now: () => Micros; readonly ahead: Micros }
  readonly confirmation: (digest: string) => Promise<Confirmation | undefined>
  readonly list: (listing: Listing) => Promise<OutboxRow[]>
  readonly told: (type: string, ids: readonly string[]) => Promise<Map<string, ToldStatement[]>>
  readonly deliveries: (ids: readonly string[]) => Promise<Map<string, Delivered[]>>
}

/**
 * The routes that show how far own notices have come. Each needs a token with the scope
 * `notices:read`.
 */
export const addStateRoutes = (app: Http, deps: StateRouteDeps): void => {
  const as =
    (handle: typeof answerOne) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const caller = await deps.authenticate(request, 'notices:read')
      return caller.ok ? handle(request, reply, caller.value, deps) : problem(reply, caller.refusal)
    }
  app.get('/v1/notices/:id', { schema: schemas.get }, as(answerOne))
  app.get('/v1/notices', { schema: schemas.list }, as(answerPage))
}

const answerOne = async (
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  deps: StateRouteDeps,
): Promise<unknown> => {
  const id = (request.params as { id: string }).id.toLowerCase()
  const newest = (await deps.findVersions(id)).at(-1)
  if (newest?.agency !== caller.agency) return problem(reply, { code: 'notice/not-found' })
  const deliveries = await deps.deliveries([newest.id])
  const confirmation = await deps.confirmation(newest.digest)
  const reactions = (await deps.told('reaction', [newest.id])).get(newest.id) ?? []
  const told = (await deps.told('consent', [newest.id])).get(newest.id) ?? []
  const more = {
    confirmation,
    due: dueNow(newest, deps.due),
    reactions,
    consents: consentsOf(told),
  }
  return reply
    .header('etag', `"${newest.version}"`)
    .send(noticeView(newest, deliveries.get(newest.id), more))
}

/** How many rows are read and rendered at once. They may be large. */
const rowsAtOnce = 50
/** A page ends early behind so many characters. */
const pageMaxChars = 4 * 1024 * 1024

type At = { readonly next: string; readonly end: boolean }

const answerPage = async (
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  deps: StateRouteDeps,
): Promise<unknown> => {
  const query = listQuery(request.query as Record<string, string>)
  if (!query.ok) return problem(reply, query.refusal)
  const { limit, after, status, due } = query.value
  const asked = due && { due, now: deps.due.now(), ahead: deps.due.ahead }
  const notices: string[] = []
  let chars = 0
  let at: At = { next: String(after), end: false }
  while (!at.end && notices.length < limit && chars < pageMaxChars) {
    const wanted = Math.min(limit - notices.length, rowsAtOnce)
    const rows = await deps.list({
      agency: caller.agency,
      after: Number(at.next),
      limit: wanted + 1,
      ...(status && { state: status as State }),
      ...(asked && { due: asked }),
    })
    const { page, ...ended } = pageOf(rows, wanted, ({ seq }) => String(seq), at.next)
    at = ended
    const deliveries = await deps.deliveries(page.map((row) => row.id))
    for (const row of page) {
      await giveTurn()
      const more = asked && { due: dueNow(row, deps.due) }
      const text = JSON.stringify(noticeView(row, deliveries.get(row.id), more))
      notices.push(text)
      chars += text.length
    }
  }
  return reply.type('application/json').send(await encodeInTurns(listOf(notices, at)))
}

const listOf = function* (notices: readonly string[], { next, end }: At): Generator<string> {
  yield '{"notices":['
  for (const [i, notice] of notices.entries()) yield i === 0 ? notice : `,${notice}`
  yield `],"next":"${next}","end":${end}}`
}

/** What a version is due for. Only versions that no later one replaces are due. */
const dueNow = (row: OutboxRow, { now, ahead }: StateRouteDeps['due']): Due[] =>
  row.state === 'accepted' && row.status === 'active' ? dueFor(row, now(), ahead) : []
