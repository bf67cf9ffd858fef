import { covers, type Micros, type Participant, type Registry } from '../registry/registry.ts'

/** A participant's own pair of topics: what it submits, and what the hub answers. */
export const submittedTopic = (participant: string): string => `submitted.${participant}`
export const repliesTopic = (participant: string): string => `replies.${participant}`

/** Whose topic of submissions it is. */
export const submitterOf = (topic: string): string => topic.slice(submittedTopic('').length)

/** Whether a participant has a pair of topics: corporate partners do not publish. */
export const hasTopics = ({ type }: Pick<Participant, 'type'>): boolean =>
  type !== 'corporate-partner'

/** Those that have topics and belong at that time, by id, sorted. */
export const publishersOf = (registry: Registry, now: Micros): string[] =>
  [...registry.participants.values()]
    .filter((participant) => hasTopics(participant) && covers(participant.admitted, now))
    .map(({ id }) => id)
    .sort()

/** The topics there must be for a registry: a pair for each of `publishersOf`. Sorted. */
export const topicsOf = (registry: Registry, now: Micros): string[] =>
  publishersOf(registry, now)
    .flatMap((id) => [submittedTopic(id), repliesTopic(id)])
    .sort()
