import { readdirSync, readFileSync } from 'node:fs'
import { parseMicros } from '#core/time.ts'
import registry from '#schemas/examples/registry.json' with { type: 'json' }

export const schemas = new URL('../../schemas/', import.meta.url)

export const examples = new URL('examples/', schemas)

export const bytesOf = (path: string): Buffer => readFileSync(new URL(path, examples))

export const context = {
  now: parseMicros(registry.now)!,
  registry: {
    hasParticipant: (id: string) => registry.participants.includes(id),
    hasPartner: (id: string) => registry.partners.includes(id),
    hasAgency: (id: string) => registry.agencies.includes(id),
    hasGroup: (id: string) => registry.groups.includes(id),
  },
}

export const valid = readdirSync(new URL('valid/', examples)).sort()
