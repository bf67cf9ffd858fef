import { covers, type Micros, type Registry } from '../registry/registry.ts'

/** A participant's own pair of topics: what it submits, and what the hub answers. */
export const submittedTopic = (participant: string): string => `submitted.${participant}`
export const repliesTopic = (participant: string): string => `replies.${participant}`

/** Whose topic of submissions it is. */
export const submitterOf = (topic: string): string => topic.slice(submittedTopic('').length)

/**
 * The topics there must be for a registry: a pair for every participant but corporate partners, who
 * do not publish. Sorted.
 */
export const topicsOf = (registry: Registry, now: Micros): string[] =>
  [...registry.participants.values()]
    .filter((p) => p.type !== 'corporate-partner' && covers(p.admitted, now))
    .flatMap(({ id }) => [submittedTopic(id), repliesTopic(id)])
    .sort()
