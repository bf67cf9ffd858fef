import type { Registry } from '#core/registry/registry.ts'
import type { Loggable } from '#store/log/intake.ts'

type SaidText = Pick<Loggable, 'event' | 'issuer' | 'id' | 'jws' | 'disclosures'>

/** The entry of a statement, without what follows from its type: it has no subject. */
export const entryOf = (
  { event, issuer, id, jws, disclosures }: SaidText,
  { registry }: { readonly registry: Registry },
): Omit<Loggable, 'tokens'> => ({
  event,
  issuer,
  id,
  jws,
  disclosures,
  version: 1,
  status: 'active',
  kind: '',
  canonical: {},
  warnings: [],
  registryVersion: registry.version,
  expires: null,
  victim: false,
})
