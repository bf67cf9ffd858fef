import type { Micros, Registry } from '#core/registry/registry.ts'
import type { RegistryRow } from '#core/registry/change.ts'
import { administers } from '#core/registry/grant.ts'
import { formatMicros } from '#core/time.ts'
import type { RegistryEvent } from '#store/registry/changes.ts'
import { groupView, keyView, clientView, participantRowView } from './participant.ts'

/**
 * A change as an operator or an NCB sees it. An NCB sees its own rows, and the reason if all rows
 * are its own; undefined if no row is.
 */
export const changeView = (
  { rows, why, proposal, ...event }: RegistryEvent,
  registry: Registry,
  ncb: string | undefined,
): object | undefined => {
  const visible = ncb === undefined ? rows : rows.filter((row) => isOf(row, ncb, registry))
  if (visible.length === 0) return undefined
  return {
    ...event,
    at: formatMicros(event.at),
    why: visible.length === rows.length ? why : null,
    proposal: proposal === null ? null : String(proposal),
    rows: visible.map((row) => ({ kind: row.kind, id: row.id, is: bodyView(row, event.at) })),
  }
}

const isOf = (row: RegistryRow, ncb: string, registry: Registry): boolean => {
  switch (row.kind) {
    case 'participant':
      return administers(ncb, row.id, registry)
    case 'agency':
      return administers(ncb, row.body.participant, registry)
    case 'key':
      return administers(ncb, row.body.owner, registry)
    case 'client':
      return administers(ncb, registry.agencies.get(row.body.agency)?.participant ?? '', registry)
    default:
      return row.body.members[ncb] !== undefined
  }
}

const bodyView = (row: RegistryRow, at: Micros): object => {
  switch (row.kind) {
    case 'participant':
      return participantRowView(row.body)
    case 'agency':
      return row.body
    case 'key':
      return keyView(row.body, at)
    case 'client':
      return clientView(row.body)
    default:
      return groupView(row.body)
  }
}
