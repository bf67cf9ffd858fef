import type { Micros, Registry } from '../registry/registry.ts'
import { publishersOf, repliesTopic, submittedTopic } from './topics.ts'

/**
 * Something Kafka lets a principal do; what no rule allows is refused. `read` and `write` include
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
  /** Where it may connect from. */
  readonly host: string
}

/** Bytes per second and broker; a principal beyond is slowed down, not refused. */
export type ByteRates = { readonly producer: number; readonly consumer: number }
export type RateSettings = { readonly gateway: ByteRates; readonly hub: ByteRates }

/** Who may do what at Kafka, or who was found to. */
export type KafkaAccess = {
  readonly rules: readonly AccessRule[]
  readonly rates: ReadonlyMap<string, Partial<ByteRates>>
  /** Those with a password. */
  readonly users: ReadonlySet<string>
}

const mebibyte = 1024 * 1024
/**
 * A notice is about 4 KB on the wire: a gateway's rate carries 1000 a second, and the hub's what
 * sixteen such gateways send.
 */
export const defaultRates: RateSettings = {
  gateway: { producer: 4 * mebibyte, consumer: 4 * mebibyte },
  hub: { producer: 64 * mebibyte, consumer: 64 * mebibyte },
}

export const hubPrincipal = 'hub'
const gatewayPrefix = 'gateway-'
export const gatewayPrincipal = (participant: string): string => `${gatewayPrefix}${participant}`
/** Consumer groups; a gateway's is named like its principal. */
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
 * What Kafka must allow for a registry: the gateway of each participant that has topics reaches its
 * own pair and its own group, the hub reads what is submitted and writes replies. Nobody makes or
 * removes topics, or uses transactions. Feeds and console do not connect to Kafka. A suspended
 * participant keeps its access: the hub refuses it, and tells it so.
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
   * Rules of others that reach our topics or groups. They are somebody's decision: shown, and left
   * alone.
   */
  readonly foreign: readonly AccessRule[]
}

/**
 * What makes of what was found what is wanted. Only principals of ours are touched: `hub` and
 * `gateway-…`.
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

/** True where there is nothing to do. */
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
