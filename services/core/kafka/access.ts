import type { Micros, Registry } from '../registry/registry.ts'
import { publishersOf, repliesTopic, submittedTopic } from './topics.ts'

/**
 * A right of a principal at Kafka. What no rule allows is refused. `read` and `write` include
 * `describe`.
 */
export type AccessRule = {
  /** The user name, without Kafka's `User:`. */
  readonly principal: string
  readonly permission: string
  readonly operation: string
  readonly resource: string
  readonly pattern: string
  readonly name: string
  /** The host it may connect from. */
  readonly host: string
}

/** Bytes per second and broker. A principal beyond its rate is slowed down, not refused. */
export type ByteRates = { readonly producer: number; readonly consumer: number }
export type RateSettings = { readonly gateway: ByteRates; readonly hub: ByteRates }

/** Who may do what at Kafka: as it should be, or as it was found. */
export type KafkaAccess = {
  readonly rules: readonly AccessRule[]
  readonly rates: ReadonlyMap<string, Partial<ByteRates>>
  /** The users with a password. */
  readonly users: ReadonlySet<string>
}

const mebibyte = 1024 * 1024
/**
 * A notice has about 4 KB on the wire. A gateway's rate carries 1000 notices a second, and the
 * hub's rate sixteen such gateways.
 */
export const defaultRates: RateSettings = {
  gateway: { producer: 4 * mebibyte, consumer: 4 * mebibyte },
  hub: { producer: 64 * mebibyte, consumer: 64 * mebibyte },
}

export const hubPrincipal = 'hub'
const gatewayPrefix = 'gateway-'
export const gatewayPrincipal = (participant: string): string => `${gatewayPrefix}${participant}`
/** Consumer groups. The group of a gateway has the name of its principal. */
export const intakeGroup = 'hub-intake'

const allow = (
  principal: string,
  operation: string,
  resource: string,
  name: string,
  pattern = 'literal',
): AccessRule => ({ principal, permission: 'allow', operation, resource, pattern, name, host: '*' })

const gatewayRules = (participant: string): AccessRule[] => {
  const principal = gatewayPrincipal(participant)
  return [
    allow(principal, 'write', 'topic', submittedTopic(participant)),
    allow(principal, 'read', 'topic', repliesTopic(participant)),
    allow(principal, 'read', 'group', principal),
  ]
}

/** By prefix, so that a topic that is made later needs no rule of its own. */
const hubRules: readonly AccessRule[] = [
  allow(hubPrincipal, 'read', 'topic', submittedTopic(''), 'prefixed'),
  allow(hubPrincipal, 'write', 'topic', repliesTopic(''), 'prefixed'),
  allow(hubPrincipal, 'read', 'group', intakeGroup),
]

/**
 * The access that a registry needs at Kafka: the gateway of each participant with topics reaches
 * its own pair and its own group; the hub reads submissions and writes replies. Nobody makes or
 * removes topics, or uses transactions. Feeds and console do not connect to Kafka. A suspended
 * participant keeps its access: the hub refuses its submissions and tells it so.
 */
export const accessOf = (
  registry: Registry,
  now: Micros,
  rates: RateSettings = defaultRates,
): KafkaAccess => {
  const participants = publishersOf(registry, now)
  const principals = new Map([
    [hubPrincipal, rates.hub],
    ...participants.map((p) => [gatewayPrincipal(p), rates.gateway] as const),
  ])
  return {
    rules: [...hubRules, ...participants.flatMap(gatewayRules)],
    rates: principals,
    users: new Set(principals.keys()),
  }
}

export type AccessPlan = {
  readonly addRules: readonly AccessRule[]
  readonly removeRules: readonly AccessRule[]
  readonly setRates: readonly { readonly principal: string; readonly rates: Partial<ByteRates> }[]
  readonly removeRates: readonly string[]
  readonly addUsers: readonly string[]
  readonly removeUsers: readonly string[]
  /**
   * Rules of other principals that reach our topics or groups. Somebody decided on them: they are
   * shown and left alone.
   */
  readonly foreign: readonly AccessRule[]
}

/**
 * The steps from the access that was found to the access that is wanted. They touch our principals
 * only: `hub` and `gateway-…`.
 */
export const planAccess = (wanted: KafkaAccess, found: KafkaAccess): AccessPlan => {
  const [wantedRules, foundRules] = [
    new Set(wanted.rules.map(keyOf)),
    new Set(found.rules.map(keyOf)),
  ]
  return {
    addRules: wanted.rules.filter((rule) => !foundRules.has(keyOf(rule))),
    removeRules: found.rules.filter(
      (rule) => isOurs(rule.principal) && !wantedRules.has(keyOf(rule)),
    ),
    setRates: [...wanted.rates]
      .filter(([principal, rates]) => !sameRates(rates, found.rates.get(principal)))
      .map(([principal, rates]) => ({ principal, rates })),
    removeRates: [...found.rates.keys()].filter(
      (principal) => isOurs(principal) && !wanted.rates.has(principal),
    ),
    addUsers: [...wanted.users].filter((user) => !found.users.has(user)),
    removeUsers: [...found.users].filter((user) => isOurs(user) && !wanted.users.has(user)),
    foreign: found.rules.filter((rule) => !isOurs(rule.principal) && reachesOurs(rule)),
  }
}

/** Whether there is nothing to do. */
export const isInForce = ({ foreign: _foreign, ...changes }: AccessPlan): boolean =>
  Object.values(changes).every((list) => list.length === 0)

export const ruleText = (r: AccessRule): string =>
  `${r.principal}${r.host === '*' ? '' : ` from ${r.host}`} ` +
  `${r.permission === 'deny' ? 'may not' : 'may'} ${r.operation} ` +
  `${r.resource} ${r.name}${r.pattern === 'prefixed' ? '*' : ''}`

const keyOf = (r: AccessRule): string =>
  JSON.stringify([r.principal, r.permission, r.operation, r.resource, r.pattern, r.name, r.host])

const isOurs = (principal: string): boolean =>
  principal === hubPrincipal || principal.startsWith(gatewayPrefix)

const sameRates = (a: Partial<ByteRates>, b: Partial<ByteRates> = {}): boolean =>
  a.producer === b.producer && a.consumer === b.consumer

const ourNames: Readonly<Record<string, readonly string[]>> = {
  topic: [submittedTopic(''), repliesTopic('')],
  group: [gatewayPrefix, intakeGroup],
}

const reachesOurs = ({ permission, resource, name, pattern }: AccessRule): boolean =>
  permission === 'allow' &&
  (ourNames[resource] ?? []).some(
    (ours) =>
      name === '*' || name.startsWith(ours) || (pattern === 'prefixed' && ours.startsWith(name)),
  )
