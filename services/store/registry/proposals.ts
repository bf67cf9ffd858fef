import type { Pool, PoolClient } from 'pg'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import type { Micros, Registry } from '#core/registry/registry.ts'
import {
  changeOf,
  checkAction,
  isUrgent,
  participantOf,
  type RegistryAction,
} from '#core/registry/action.ts'
import { effective } from '#core/registry/change.ts'
import {
  isAgreed,
  mayNotDecide,
  stateOf,
  type ProposalDecision,
  type Person,
  type Proposal,
} from '#core/registry/proposal.ts'
import { transaction } from '#runtime/postgres/transaction.ts'
import { changeLocked, lockRegistry } from './registry.ts'

/** A proposal, and the version of the registry after the decision on it. */
export type ProposalOutcome = { readonly proposal: Proposal; readonly registryVersion: number }

/**
 * How long a proposal waits for the second person, and how soon an urgent change is to be
 * confirmed.
 */
const decideWithinMs = 7 * 24 * 3600_000
const confirmWithinMs = 24 * 3600_000

export type Proposing = {
  /** Asked when the registry is locked. */
  readonly now: () => Micros
  readonly action: RegistryAction
  readonly person: Person
  readonly why: string
  /**
   * Asked last, in the same transaction. What it uses up is used up together with the proposal, or
   * not at all.
   */
  readonly within?: (client: PoolClient) => Promise<Checked<true>>
}

/**
 * Proposes an action. An urgent action is in force when this resolves. Any other action waits for a
 * second person.
 */
export const propose = (
  pool: Pool,
  { action, person, why, now: clock, within }: Proposing,
): Promise<Checked<ProposalOutcome>> =>
  transaction(pool, async (client) => {
    const registry = await lockRegistry(client)
    const now = clock()
    const refusal = checkAction(action, registry, now)
    if (refusal !== undefined) return { ok: false, refusal }
    const allowed = await within?.(client)
    if (allowed?.ok === false) return allowed
    const id = await insertProposal(client, { action, person, why, now, registry })
    const after = isUrgent(action)
      ? await changeLocked(
          client,
          registry,
          { who: person.who, why, proposal: id },
          [changeOf(action)],
          { at: now },
        )
      : registry
    return accept({ proposal: (await readProposal(client, id))!, registryVersion: after.version })
  })

/** Decides on a proposal. If the persons it needs agree, it is in force when this resolves. */
export const decideProposal = (
  pool: Pool,
  id: number,
  { verdict, who, why }: Omit<ProposalDecision, 'at'>,
  clock: () => Micros,
): Promise<Checked<ProposalOutcome>> =>
  transaction(pool, async (client) => {
    const registry = await lockRegistry(client)
    const now = clock()
    const proposal = await readProposal(client, id)
    if (proposal === undefined) return refuse('request/not-found')
    const refusal = mayNotDecide(proposal, who, now)
    if (refusal !== undefined) return { ok: false, refusal }
    const decided = {
      ...proposal,
      decisions: [...proposal.decisions, { verdict, who, why, at: now }],
    }
    const takesEffect =
      proposal.inForceSince === null && isAgreed(decided) && verdict === 'approved'
    if (takesEffect && (await isStale(client, proposal, registry, now)))
      return refuse('proposal/stale')
    await client.query(
      'insert into registry_decision (proposal, verdict, who, at, why) values ($1, $2, $3, $4, $5)',
      [id, verdict, who, now, why],
    )
    const author = {
      who: [proposal.proposedBy.who, ...decided.decisions.map((d) => d.who)].join(', '),
      why: proposal.why,
      proposal: id,
    }
    const after = takesEffect
      ? await changeLocked(client, registry, author, [changeOf(proposal.action)], { at: now })
      : registry
    return accept({ proposal: (await readProposal(client, id))!, registryVersion: after.version })
  })

const insertProposal = async (
  client: PoolClient,
  {
    action,
    person,
    why,
    now,
    registry,
  }: { action: RegistryAction; person: Person; why: string; now: Micros; registry: Registry },
): Promise<number> => {
  const expires = now + (isUrgent(action) ? confirmWithinMs : decideWithinMs) * 1000
  const { rows } = await client.query<{ id: number }>(
    `insert into registry_proposal (action, participant, who, of_hub, at, why, expires,
      registry_version) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
    [
      JSON.stringify(action),
      participantOf(action, registry),
      person.who,
      person.ofHub,
      now,
      why,
      expires,
      registry.version,
    ],
  )
  return rows[0]!.id
}

/**
 * Whether the proposal no longer applies, or a row that it would change has changed since it was
 * made.
 */
const isStale = async (
  client: PoolClient,
  { action, registryVersion }: Proposal,
  registry: Registry,
  now: Micros,
): Promise<boolean> => {
  if (checkAction(action, registry, now) !== undefined) return true
  const touched = effective(registry, changeOf(action)(registry, now))
  const { rowCount } = await client.query(
    `select from registry_row r join unnest($1::text[], $2::text[]) as c (kind,
      id) on r.kind = c.kind and r.id = c.id where r.from_version > $3 limit 1`,
    [touched.map((r) => r.kind), touched.map((r) => r.id), registryVersion],
  )
  return rowCount !== 0
}

type Row = Pick<Proposal, 'id' | 'action' | 'participant' | 'at' | 'why' | 'expires'> & {
  readonly who: string
  readonly of_hub: boolean
  readonly registry_version: number
  readonly in_force: number | null
  readonly decisions: readonly ProposalDecision[] | null
}

const columns = `p.id, p.action, p.participant, p.who, p.of_hub, p.at, p.why, p.expires,
  p.registry_version, c.version as in_force,
  (select jsonb_agg(jsonb_build_object('verdict', d.verdict, 'who', d.who, 'at', d.at, 'why', d.why)
  order by d.at, d.who) from registry_decision d where d.proposal = p.id) as decisions`
const source = 'registry_proposal p left join registry_change c on c.proposal = p.id'

const proposalOf = ({
  who,
  of_hub,
  registry_version,
  in_force,
  decisions,
  ...row
}: Row): Proposal => ({
  ...row,
  proposedBy: { who, ofHub: of_hub },
  registryVersion: registry_version,
  inForceSince: in_force,
  decisions: decisions ?? [],
})

export const readProposal = async (
  db: Pool | PoolClient,
  id: number,
): Promise<Proposal | undefined> => {
  const { rows } = await db.query<Row>(`select ${columns} from ${source} where p.id = $1`, [id])
  return rows[0] && proposalOf(rows[0])
}

/** The proposals in the order in which they were made, of one participant if it is named. */
export const listProposals = async (
  pool: Pool,
  { after, limit, participant }: { after: number; limit: number; participant?: string | undefined },
): Promise<Proposal[]> => {
  const { rows } = await pool.query<Row>(
    `select ${columns} from ${source} where p.id > $1 and ($3::text is null or p.participant = $3)
      order by p.id limit $2`,
    [after, limit, participant ?? null],
  )
  return rows.map(proposalOf)
}

/** How many proposals wait for a second person, by what they wait for. */
export const countWaiting = async (
  pool: Pool,
  now: Micros,
): Promise<{ open: number; unconfirmed: number; overdue: number }> => {
  const { rows } = await pool.query<Row>(
    `select ${columns} from ${source} where not exists (select from registry_decision d
      where d.proposal = p.id and d.verdict = 'rejected') and (p.expires > $1
      or c.version is not null)
     order by p.id desc limit 10000`,
    [now],
  )
  const counts = { open: 0, unconfirmed: 0, overdue: 0 }
  for (const row of rows) {
    const state = stateOf(proposalOf(row), now)
    if (state in counts) counts[state as keyof typeof counts] += 1
  }
  return counts
}
