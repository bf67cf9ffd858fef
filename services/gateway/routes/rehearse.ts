import { markedOf } from '#core/decide/marked.ts'
import { rehearseByMessage } from '#core/rehearsal/by-message.ts'
import { rehearsalView } from '#core/rehearsal/view.ts'
import type { Refusal } from '#core/refusal.ts'
import { formatMicros } from '#core/time.ts'
import { bodyBytes } from '#runtime/http/body.ts'
import { type Http } from '#runtime/http/http.ts'
import { problem } from '#runtime/http/problem.ts'
import { readSubmission, type ReadDeps } from '../read-submission.ts'
import type { AuthenticateCaller, Caller } from '../keys/auth.ts'
import type { RegistryState } from '../exchange/registry-state.ts'
import { rehearseSchema } from './rehearse-schema.ts'

export type RehearseDeps = ReadDeps & {
  readonly authenticate: AuthenticateCaller
  readonly participant: string
  readonly registry: Pick<RegistryState, 'message'>
}

/**
 * `POST /v1/notices/rehearse`: who would see which members, and by which rule. Nothing is stored,
 * signed or published.
 */
export const addRehearseRoute = (app: Http, deps: RehearseDeps): void => {
  app.post('/v1/notices/rehearse', { schema: rehearseSchema }, async (request, reply) => {
    const caller = await deps.authenticate(request, ['notices:read', 'notices:write'])
    if (!caller.ok) return problem(reply, caller.refusal)
    const body = bodyBytes(request)
    if (!body.ok) return problem(reply, body.refusal)
    const rehearsed = rehearse(body.value, caller.value, deps)
    return rehearsed.ok ? reply.send(rehearsed.value) : problem(reply, rehearsed.refusals)
  })
}

type Rehearsed =
  | { readonly ok: true; readonly value: object }
  | { readonly ok: false; readonly refusals: readonly Refusal[] }

const rehearse = (
  bytes: Uint8Array,
  caller: Caller,
  { participant, registry, ...deps }: RehearseDeps,
): Rehearsed => {
  const read = readSubmission(bytes, caller, deps)
  if (!read.ok) return read
  const now = deps.now()
  const by = { person: caller.subject, agency: caller.agency }
  const content = { ...read.value.body, agency: caller.agency, by }
  const message = registry.message()
  const rehearsal =
    message && rehearseByMessage(markedOf(content, participant, now, 'active'), message, now)
  if (rehearsal === undefined) return { ok: false, refusals: [{ code: 'service/no-registry' }] }
  const { canonical, warnings } = read.value
  return {
    ok: true,
    value: {
      at: formatMicros(now),
      registryVersion: message!.version,
      canonical,
      warnings,
      ...rehearsalView(rehearsal, content),
    },
  }
}
