import type { NoticeBody } from '../generated/types.ts'
import type { Refusal } from '../refusal.ts'

const kinds: ReadonlySet<string> = new Set(['device', 'ip-address'])
const atTop = ['links', 'campaign', 'loss', 'modus'] as const
const inHandling = ['pap', 'tellEnquiries', 'blindContact'] as const

/**
 * What a notice holds that version 1 of the contract has not. A hub that takes version 1 alone
 * would refuse it. Error: `notice/not-yet-taken`.
 */
export const sinceContract2 = (body: NoticeBody): Refusal[] =>
  [
    ...(kinds.has(body.kind) ? ['/kind'] : []),
    ...atTop.filter((name) => body[name] !== undefined).map((name) => `/${name}`),
    ...inHandling
      .filter((name) => body.handling[name] !== undefined)
      .map((name) => `/handling/${name}`),
  ].map((pointer) => ({ code: 'notice/not-yet-taken', pointer }))
