import t from 'tap'
import { problemBody } from '#runtime/http/problem.ts'
import { MessageLogError } from '#runtime/kafka/message-log.ts'
import { isUnavailable } from '#runtime/process/unavailable.ts'
import { errorWith } from './runtime-fixtures.ts'

await t.test(
  'a problem carries code, status, advice, and errors only for what a body was refused for',
  async (t) => {
    t.strictSame(
      problemBody({ code: 'phone/impossible', pointer: '/subject/number', detail: 'too short' }),
      {
        type: 'urn:switchboard:problem:phone/impossible',
        title: 'No such phone number can exist',
        status: 422,
        code: 'phone/impossible',
        detail: 'too short',
        advice: 'Check the digits and the country code.',
        errors: [{ pointer: '/subject/number', code: 'phone/impossible', detail: 'too short' }],
      },
    )
    const withErrors = ['body/not-json', 'notice/unknown-kind'] as const
    const without = [
      'notice/not-found',
      'request/bad-parameter',
      'request/bad-cursor',
      'auth/no-token',
      'auth/bad-grant',
      'notice/final',
      'service/unavailable',
      'body/media-type',
    ] as const
    for (const code of withErrors) t.equal(problemBody({ code }).errors?.[0]?.pointer, '', code)
    for (const code of without) t.notOk('errors' in problemBody({ code }), code)
    t.equal(
      problemBody([
        { code: 'notice/bad-type', pointer: '/a' },
        { code: 'notice/bad-value', pointer: '/b' },
      ]).errors?.length,
      2,
    )
  },
)

await t.test('only what passes by itself counts as unavailable, also as a cause', async (t) => {
  const unavailable: [string, Error][] = [
    ['connection refused', errorWith({ code: 'ECONNREFUSED' })],
    ['too many connections', errorWith({ code: '53300' })],
    ['disk full', errorWith({ code: '53100' })],
    ['admin shutdown', errorWith({ code: '57P01' })],
    ['statement timeout', errorWith({ code: '57014' })],
    ['read-only after a failover', errorWith({ code: '25006' })],
    ['pool exhausted', errorWith({}, 'timeout exceeded when trying to connect')],
    ['connection lost', errorWith({}, 'Connection terminated unexpectedly')],
    ['a full queue', new MessageLogError('message-log/full', 'm')],
    ['an error with the marker', errorWith({ unavailable: true })],
    ['as a cause', new Error('x', { cause: errorWith({ code: '08006' }) })],
    ['every address refused', new AggregateError([errorWith({ code: 'ECONNREFUSED' })])],
  ]
  const broken: [string, unknown][] = [
    ['unique violation', errorWith({ code: '23505' })],
    ['undefined table', errorWith({ code: '42P01' })],
    ['bad text', errorWith({ code: '22P02' })],
    ['a bug', new TypeError('x')],
    ['a missing topic', new MessageLogError('message-log/topic-missing', 'm')],
    ['not an error', 'ECONNREFUSED'],
  ]
  for (const [what, error] of unavailable) t.equal(isUnavailable(error), true, what)
  for (const [what, error] of broken) t.equal(isUnavailable(error), false, what)
})
