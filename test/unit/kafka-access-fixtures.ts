import type { Participant, Registry } from '#core/registry/registry.ts'

export const participant = (id: string, more: Partial<Participant> = {}): [string, Participant] => [
  id,
  { id, type: 'member', name: id, status: 'active', admitted: [{ from: 0 }], ...more },
]

export const registryOf = (...participants: [string, Participant][]): Registry => ({
  version: 1,
  participants: new Map(participants),
  agencies: new Map(),
  groups: new Map(),
  keys: new Map(),
  clients: new Map(),
})
