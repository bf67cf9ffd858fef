import * as fc from 'fast-check'
import type { Test } from 'tap'
import { submittedTopic } from '#core/kafka/topics.ts'
import type { Answer } from '#store/log/intake.ts'
import { altered, tryOf, type Try } from './alterations.ts'
import { roundOf, stillOpen, type Genuine, type Round } from './genuine.ts'
import { countries, startWorld, type Country, type Sent, type World } from './world.ts'

/** `codes`: how often each refusal was answered. */
export type Played = {
  tries: number
  genuine: number
  actedOn: number
  readonly codes: Record<string, number>
}

const triesPerRound = 50
const hour = 3_600_000_000

/**
 * The rules under which version 1 of the contract is still taken, or not. A country that has not
 * changed over signs no commitment: what is taken from its version 1 cannot be told from a decoy.
 */
const rules = [
  { country: 'TH', changedOver: true, ends: undefined },
  { country: 'TH', changedOver: true, ends: 'later' },
  { country: 'TH', changedOver: true, ends: 'before' },
  { country: 'KH', changedOver: false, ends: undefined },
  { country: 'KH', changedOver: false, ends: 'before' },
] as const

type Rule = (typeof rules)[number]

const endOf = ({ ends }: Rule): number | undefined =>
  ends && Date.now() * 1000 + (ends === 'later' ? hour : -hour)

/** Whether what is made of this record can be told from it. */
const canTell = (rule: Rule, { first }: Genuine): boolean =>
  !first || rule.changedOver || rule.ends === 'before'

const topicOf = (by: Country): string => submittedTopic(by)

export const playStrip = async (t: Test, tries: number, seed: number): Promise<Played> => {
  const world = await startWorld(t)
  const played: Played = { tries: 0, genuine: 0, actedOn: 0, codes: {} }
  for (let round = 0; played.tries < tries; round++) {
    const rule = rules[round % rules.length]!
    const given = await roundOf(world, rule.country)
    const made = fc.sample(tryOf, { seed: seed + round, numRuns: triesPerRound })
    await playRound(t, world, { rule, given, made }, played)
  }
  return played
}

type Playing = { readonly rule: Rule; readonly given: Round; readonly made: readonly Try[] }

const playRound = async (
  t: Test,
  world: World,
  { rule, given, made }: Playing,
  played: Played,
): Promise<void> => {
  const before = [
    ...(rule.changedOver ? [await openOf(world, rule.country, given)] : []),
    ...given.before,
  ]
  const sentBefore = before.map((one): Sent => ({ topic: topicOf(one.by), text: one.text }))
  for (const { state } of await world.takeIn(sentBefore)) t.equal(state, 'accepted')
  const genuine = given.genuine.filter((one) => canTell(rule, one))
  // Whoever can delete from a topic decides whether a genuine record arrives, and when.
  const kept = genuine.filter((_, i) => (made[i]!.place & 1) === 0)
  const texts = genuine.map(({ text }) => text)
  const records = withGenuine(
    made.map((one) => sentOf(one, genuine, texts)),
    kept,
    made,
  )
  const answers = await world.takeIn(records, endOf(rule))
  const isKept = new Set(kept.map(({ text, by }) => `${topicOf(by)} ${text}`))
  for (const [i, { topic, text }] of records.entries())
    if (!isKept.has(`${topic} ${text}`)) count(t, text, answers[i]!, texts, played)
  const logged = await world.logged(genuine.map(({ id }) => id))
  const known = new Set([...texts, ...before.map(({ text }) => text)])
  const foreign = logged.filter((text) => !known.has(text))
  played.actedOn += foreign.length
  for (const one of kept) {
    const isTaken = !one.first || rule.ends !== 'before'
    const times = logged.filter((text) => text === one.text).length
    const place = records.findIndex(({ text }) => text === one.text)
    if (times !== (isTaken ? 1 : 0))
      t.fail(`a genuine record is logged as it was signed: ${JSON.stringify(answers[place])}`)
    played.genuine += times
  }
}

/** The change-over, with what the country still sends of version 1. */
const openOf = (world: World, country: Country, { genuine }: Round): Promise<Genuine> =>
  stillOpen(
    world,
    country,
    genuine.filter(({ first }) => first).map(({ digest }) => digest),
  )

/** On the topic of its country, or on another's. */
const sentOf = (one: Try, genuine: readonly Genuine[], texts: readonly string[]): Sent => {
  const { by } = genuine[one.on % genuine.length]!
  const to = one.elsewhere && one.steps.length === 1 ? countries.find((c) => c !== by)! : by
  return { topic: topicOf(to), text: altered(texts, one) }
}

/** The genuine records come somewhere among the others. */
const withGenuine = (
  others: readonly Sent[],
  kept: readonly Genuine[],
  made: readonly Try[],
): Sent[] => {
  const all = [...others]
  for (const [i, { by, text }] of kept.entries())
    all.splice(made[i]!.place % all.length, 0, { topic: topicOf(by), text })
  return all
}

const count = (
  t: Test,
  text: string,
  { state, code }: Answer,
  texts: readonly string[],
  played: Played,
): void => {
  // it came out as it was signed
  if (texts.includes(text)) return
  played.tries += 1
  played.codes[code ?? state] = (played.codes[code ?? state] ?? 0) + 1
  if (state === 'rejected' || state === 'held') return
  played.actedOn += 1
  t.fail(`${state}: ${text}`)
}
