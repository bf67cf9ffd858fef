import { identify } from './asked.ts'
import type { Marked, Reader } from './decision.ts'
import { notUnderstood } from './marking.ts'
import { tlps } from './tlp.ts'
import { covers, type Micros, type Registry } from '../registry/registry.ts'

/*
 * Audience tokens are a coarse wall around `decide`: for row-level security, and for readers of few
 * notices, which seek instead of scanning. A reader whom `decide` lets see a notice, or its
 * existence, holds one of the notice's tokens. The reverse does not hold: rights, purposes, time,
 * and exclusions from a wider release are decided by `decide` alone.
 */

/**
 * The tokens of a notice, written once with its log entry. They follow from the marking alone, so
 * no later change of the registry (a right, a re-admission, a group, a dialogue partner that
 * becomes a member) admits a reader whose token is missing.
 */
export const audienceTokens = (notice: Marked): string[] => {
  const origin = `P:${notice.issuer}`
  const tlp = tlps.get(notice.tlp)
  return tlp === undefined || notUnderstood(notice, tlp) !== undefined
    ? [origin]
    : [...new Set([origin, ...releasedTokens(notice)])]
}

const everyone: Readonly<Record<string, readonly string[]>> = {
  GREEN: ['members', 'dialogue-partners'],
  CLEAR: ['members', 'dialogue-partners', 'partners'],
}

const releasedTokens = (notice: Marked): string[] => {
  const {
    participants = [],
    agencies = [],
    groups = [],
    partners = [],
    exclude = [],
  } = notice.release ?? {}
  const excluded = new Set(exclude.flatMap((id) => [`P:${id}`, `A:${id}`, `X:${id}`]))
  const tokens = [
    ...(everyone[notice.tlp] ?? []),
    ...participants.map((id) => (id === '*' ? 'members' : `P:${id}`)),
    ...agencies.map((id) => `A:${id}`),
    ...groups.map((id) => `G:${id}`),
    ...partners.map((id) => `X:${id}`),
  ]
  return tokens.filter((token) => !excluded.has(token))
}

/**
 * The tokens that a reader holds when it reads. A reader that is suspended, unknown or not admitted
 * holds none.
 */
export const readerTokens = (reader: Reader, registry: Registry, now: Micros): string[] => {
  const known = identify(reader, registry, now)
  if (typeof known === 'string') return []
  const { id, type } = known.participant
  const police = (): string[] => [`A:${known.agency.id}`, ...groupTokens(id, registry, now)]
  switch (type) {
    case 'member':
      return [`P:${id}`, 'members', ...police()]
    case 'dialogue-partner':
      return [`P:${id}`, 'dialogue-partners', ...police()]
    case 'corporate-partner':
      return [`P:${id}`, 'partners', `X:${id}`]
    default:
      return [`P:${id}`]
  }
}

const groupTokens = (participant: string, registry: Registry, now: Micros): string[] =>
  [...registry.groups.values()]
    .filter((group) => covers(group.members[participant], now))
    .map((group) => `G:${group.id}`)
