import type { Micros } from '#core/registry/registry.ts'
import type { Pool } from 'pg'
import type { ContractVersion } from '#core/disclosures.ts'
import type { RegistryMessage } from '#core/generated/types.ts'
import type { KnownNames } from '#core/notice/notice.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'

/** A change of this participant's own rows, as the hub reports it. */
export type OwnChange = NonNullable<RegistryMessage['changes']>[number]

/**
 * What this gateway knows of the registry: the hub's newest signed message, stored across restarts.
 */
export type RegistryState = {
  /** undefined until the hub's first message has arrived. */
  readonly view: () => KnownNames | undefined
  readonly version: () => number
  /** The newest version of the contract that both the hub and this program know. */
  readonly contract: () => ContractVersion
  /** The message itself, for a rehearsal. */
  readonly message: () => RegistryMessage | undefined
  /** Whether this agency may use the gateway now. */
  readonly standing: (agency: string) => Checked<true>
  /** Takes a message that is newer than the stored one. Durable when it resolves. */
  readonly take: (message: RegistryMessage) => Promise<void>
  /**
   * Reads what another process of this gateway has taken: the hub's replies reach one of them only.
   */
  readonly reload: () => Promise<void>
}

export const openRegistryState = async (
  pool: Pool,
  participant: string,
  now: () => Micros,
  onChange: (change: OwnChange) => void = () => undefined,
): Promise<RegistryState> => {
  const read = async () => {
    const { rows } = await pool.query<{ message: RegistryMessage }>('select message from registry')
    return rows[0] && known(rows[0].message)
  }
  let held = await read()
  return {
    view: () => held?.view,
    version: () => held?.message.version ?? 0,
    contract: () => ((held?.message.contract ?? 1) >= 2 ? 2 : 1),
    message: () => held?.message,
    standing: (id) => {
      if (held === undefined) return refuse('service/no-registry')
      const agency = held.agencies.get(id)
      if (agency?.participant !== participant) return refuse('auth/unknown-agency')
      const suspended =
        agency.status === 'suspended' || held.participants.get(participant)?.status !== 'active'
      return suspended ? refuse('auth/suspended') : accept(true)
    },
    reload: async () => {
      const stored = await read()
      if (stored && (!held || isNewer(stored.message, held.message))) held = stored
    },
    take: async (given) => {
      const message = { ...contractOf(held?.message), ...given }
      if (held && !isNewer(message, held.message)) return
      await pool.query({
        name: 'take-registry',
        text: `insert into registry (version, message, received_at) values ($1, $2, $3)
               on conflict (one) do update
               set version = excluded.version, message = excluded.message,
               received_at = excluded.received_at where registry.version <= excluded.version`,
        values: [message.version, JSON.stringify(message), now()],
      })
      const before = held?.message.version
      held = known(message)
      if (before !== undefined)
        for (const change of message.changes ?? []) if (change.version > before) onChange(change)
    },
  }
}

/**
 * What the hub once took it takes: a hub that went back holds it, or another of its processes sent
 * the message. A gateway that has changed over could sign nothing else.
 */
const contractOf = (before?: RegistryMessage): Pick<RegistryMessage, 'contract'> =>
  before?.contract === undefined ? {} : { contract: before.contract }

/**
 * Of two messages with the same version, the one that tells more is newer: the hub was upgraded in
 * between.
 */
const isNewer = (message: RegistryMessage, held: RegistryMessage): boolean =>
  message.version > held.version ||
  (message.version === held.version && tells(message) > tells(held))

const tells = ({ profiles, ownKeys, contract }: RegistryMessage): number =>
  Number(profiles !== undefined) + Number(ownKeys !== undefined) + Number(contract !== undefined)

const known = (message: RegistryMessage) => {
  const participants = new Map(message.participants.map((p) => [p.id, p]))
  const agencies = new Map(message.agencies.map((a) => [a.id, a]))
  const groups = new Set(message.groups.map((g) => g.id))
  const isPartner = (id: string): boolean => participants.get(id)?.type === 'corporate-partner'
  const view: KnownNames = {
    hasParticipant: (id) => participants.has(id) && !isPartner(id),
    hasPartner: isPartner,
    hasAgency: (id) => agencies.has(id),
    hasGroup: (id) => groups.has(id),
  }
  return { message, participants, agencies, view }
}
