import { covers, type Interval } from '../registry/registry.ts'
import type { Asked } from './asked.ts'
import type { Rule } from './decision.ts'

/** What the TLP and the release lists grant, before rights, purpose and time. */
export type Opening = { readonly open: boolean; readonly rule: Rule }

export const open = (rule: Rule): Opening => ({ open: true, rule })
export const closed = (rule: Rule): Opening => ({ open: false, rule })

export const isNamed = ({ agency, notice }: Asked): boolean =>
  notice.release?.agencies?.includes(agency.id) === true

export const isPartnerNamed = ({ participant, notice }: Asked): boolean =>
  notice.release?.partners?.includes(participant.id) === true

export const isExcluded = ({ participant, agency, notice }: Asked): boolean =>
  notice.release?.exclude?.some((id) => id === participant.id || id === agency.id) === true

/**
 * A release by name reaches a participant whenever it joined. A release by `*` or by a group
 * reaches the participants that belonged when the notice was logged and belong now.
 */
export const released = (asked: Asked): Opening => {
  const { participant, notice } = asked
  const names = notice.release?.participants ?? []
  if (names.includes(participant.id)) return open('released-participant')
  const every = names.includes('*') && participant.type === 'member'
  const groups = currentGroups(asked)
  if (!every && groups.length === 0) return closed('not-released')
  if (!covers(participant.admitted, notice.loggedAt)) return closed('joined-later')
  if (every) return open('released-members')
  return groups.some((belonged) => covers(belonged, notice.loggedAt))
    ? open('released-group')
    : closed('joined-later')
}

/**
 * For each released group that the reader's participant belongs to now: the intervals in which it
 * belonged.
 */
const currentGroups = ({
  participant,
  notice,
  registry,
  now,
}: Asked): (readonly Interval[] | undefined)[] =>
  (notice.release?.groups ?? [])
    .map((id) => registry.groups.get(id)?.members[participant.id])
    .filter((belonged) => covers(belonged, now))
