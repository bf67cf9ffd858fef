import { covers, type Micros, type Participant, type Registry } from '../registry/registry.ts'

/** The pair of topics of a participant: its submissions, and the hub's replies. */
export const submittedTopic = (participant: string): string => `submitted.${participant}`
export const repliesTopic = (participant: string): string => `replies.${participant}`

/** The participant of a topic of submissions. */
export const submitterOf = (topic: string): string => topic.slice(submittedTopic('').length)

/** Whether a participant has a pair of topics: corporate partners do not publish. */
export const hasTopics = ({ type }: Pick<Participant, 'type'>): boolean =>
  type !== 'corporate-partner'

/** The participants that have topics and belong at that time, sorted by id. */
export const publishersOf = (registry: Registry, now: Micros): string[] =>
  [...registry.participants.values()]
    .filter((participant) => hasTopics(participant) && covers(participant.admitted, now))
    .map(({ id }) => id)
    .sort()

/** The topics of submissions that the hub reads. A membership with an end lasts until then. */
export const submissionTopicsOf = (registry: Registry, now: Micros): string[] =>
  publishersOf(registry, now).map(submittedTopic)

/** The topics that a registry needs: a pair for each of `publishersOf`. Sorted. */
export const topicsOf = (registry: Registry, now: Micros): string[] =>
  publishersOf(registry, now)
    .flatMap((id) => [submittedTopic(id), repliesTopic(id)])
    .sort()
