import type { Decision } from '#core/decide/decide.ts'
import type { Metrics } from '#runtime/process/metrics.ts'
import type { OpenReaders } from './handing-over/open-readers.ts'
import type { Tail } from './reading/tail.ts'

/**
 * Counts decisions by rule. The counts are added up when the metrics are read, because a call to
 * the metrics library for each decision is slow.
 */
export const createFeedMetrics = (metrics: Metrics) => {
  const handed = metrics.counter('switchboard_handed_over_total', 'Entries handed over', [
    'channel',
    'told',
  ])
  const asked = metrics.counter(
    'switchboard_consent_requests_total',
    'Requests for consent to pass a notice on, repetitions with them',
  )
  const answered = metrics.counter('switchboard_consent_answers_total', 'Answers to them', [
    'answer',
  ])
  const submitted = metrics.counter(
    'switchboard_submissions_total',
    'Submissions of corporate partners, repetitions with them',
  )
  const decided = metrics.counter('switchboard_submissions_decided_total', 'Decisions on them', [
    'decision',
  ])
  const rules = new Map<string, number>()
  metrics.gauge(
    'switchboard_decisions',
    'Decisions on entries since the start, by rule',
    ['rule'],
    (gauge) => {
      for (const [rule, count] of rules) gauge.set({ rule }, count)
    },
  )
  return {
    countDecision: ({ rule }: Decision): void => void rules.set(rule, (rules.get(rule) ?? 0) + 1),
    handedOver: (channel: string, told: string, count = 1): void =>
      handed.inc({ channel, told }, count),
    consentAsked: (): void => asked.inc(),
    consentAnswered: (answer: string): void => answered.inc({ answer }),
    waited: metrics.counter(
      'switchboard_victim_desks_first_total',
      'Entries that readers of this process waited for, so that victim desks were told first',
    ),
    submitted: (): void => submitted.inc(),
    submissionDecided: (decision: string): void => decided.inc({ decision }),
    streamsEnded: metrics.counter(
      'switchboard_streams_ended_total',
      'SSE streams that ended, by reason',
      ['code'],
    ),
    registryVersion: metrics.gauge(
      'switchboard_registry_version',
      'Version of the registry in force here',
    ),
    tokensIssued: metrics.counter('switchboard_tokens_total', 'Access tokens issued'),
  }
}

export const measureState = (metrics: Metrics, tail: Tail, readers: OpenReaders): void => {
  metrics.gauge('switchboard_readers', 'Open SSE streams and waiting requests', [], (g) =>
    g.set(readers.count()),
  )
  metrics.gauge('switchboard_tail_entries', 'Entries held in memory', [], (g) =>
    g.set(tail.size().entries),
  )
  metrics.gauge('switchboard_tail_bytes', 'Text of the entries held in memory', [], (g) =>
    g.set(tail.size().bytes),
  )
  metrics.gauge('switchboard_tail_head', 'Last index of the log seen here', [], (g) =>
    g.set(tail.head()),
  )
  metrics.gauge(
    'switchboard_tail_stale_seconds',
    'Time since the log was read to its end',
    [],
    (g) => g.set(tail.staleMs() / 1000),
  )
}
