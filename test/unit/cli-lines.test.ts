import t from 'tap'
import { entryLine } from '../../services/cli/output/entry-line.ts'
import { traceLines } from '../../services/cli/output/trace-lines.ts'
import { shown } from './cli-fixtures.ts'
import { revocationEntry } from './cli-verify-fixtures.ts'

const trace = {
  id: 'i',
  refusals: [
    {
      participant: 'TH',
      state: 'rejected',
      code: 'envelope/not-authorised',
      pointer: '/agency',
      receivedAt: 'T5',
    },
  ],
  notices: [
    {
      issuer: 'TH',
      versions: [
        {
          version: 1,
          status: 'active',
          index: 3,
          steps: [
            { step: 'logged', at: 'T1' },
            { step: 'receipted', at: null },
          ],
          deliveries: [
            {
              agency: 'KH-ACD',
              client: 'c',
              channel: 'sse',
              topic: 'all',
              at: 'T2',
              told: 'bare',
            },
          ],
          others: [
            { agency: 'VN-C06', rule: 'not-released', mayRead: false },
            { agency: 'JP-NPA', rule: 'green', mayRead: true },
          ],
        },
      ],
    },
  ],
}

await t.test('an entry of a feed is told in a line', (t) => {
  t.equal(
    entryLine({
      event: 'notice.published',
      notice: shown,
      proof: { time: '2026-11-24T03:50:12.000001Z' },
    }),
    '2026-11-24T03:50:12.000001Z  notice.published  phone-number  +66812345678  TH v1  AMBER  ' +
      'job-scam  0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11',
  )
  t.equal(
    entryLine(revocationEntry),
    'notice.revoked  phone-number  TH v2  the number is a clinic  ' +
      '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11',
    'a revocation has a reason and no subject',
  )
  t.equal(
    entryLine({ event: 'notice.withdrawn', notice: { id: 'i', issuer: 'TH', reason: 'gone' } }),
    'notice.withdrawn  TH  gone  i',
  )
  t.equal(entryLine({}), '')
  t.end()
})

await t.test('a trace is told in lines', (t) => {
  t.match(
    traceLines(trace).join('\n'),
    new RegExp(
      [
        '^i',
        'TH version 1 \\(active\\), index 3',
        ' {2}T1 {2}logged',
        ' {2}- +receipted',
        ' {2}T2 {2}handed to KH-ACD .*, without content',
        '.*not to VN-C06: not-released',
        '.*JP-NPA: it may read it \\(green\\) and has not yet',
        ' {2}T5 {2}rejected from TH: envelope/not-authorised at /agency$',
      ].join('\n'),
    ),
  )
  t.end()
})
