import { disclosedIn, type DisclosureName, type DisclosurePlace } from '../disclosures.ts'
import type { NoticeBody } from '../generated/types.ts'
import type { Refusal } from '../refusal.ts'

/** The kinds that `envelope-payload-1.json` has not. */
const kinds: ReadonlySet<string> = new Set(['device', 'ip-address'])

const newAt = (place: DisclosurePlace): readonly DisclosureName[] =>
  disclosedIn[2][place].filter((name) => !disclosedIn[1][place].includes(name))

/** The members that version 1 has not. `pap` alone is in the clear. */
const newMembers = { top: newAt('top'), handling: ['pap', ...newAt('handling')] } as const

/**
 * What a notice holds that version 1 of the contract has not. A hub that takes version 1 alone
 * would refuse it. Error: `notice/not-yet-taken`.
 */
export const sinceContract2 = (body: NoticeBody): Refusal[] =>
  [
    ...(kinds.has(body.kind) ? ['/kind'] : []),
    ...newMembers.top.filter((name) => Object.hasOwn(body, name)).map((name) => `/${name}`),
    ...newMembers.handling
      .filter((name) => Object.hasOwn(body.handling, name))
      .map((name) => `/handling/${name}`),
  ].map((pointer) => ({ code: 'notice/not-yet-taken', pointer }))
