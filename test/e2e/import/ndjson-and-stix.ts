import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { noticeExtension } from '#core/import/stix.ts'
import { arrived } from '#test/support/clients.ts'
import { phone } from '#test/support/notices.ts'
import { info, send } from './world.ts'

export const ndjsonAndStix = async (t: Test): Promise<void> => {
  await t.test(
    'NDJSON: bad lines are told by line, good ones are taken, twins in one file count once',
    async (t) => {
      const own = phone()
      const { id: _, ...twin } = phone({ narrative: randomUUID() })
      const lines = [
        JSON.stringify(own),
        '',
        JSON.stringify(twin),
        '{"a":1,"a":2}',
        JSON.stringify(twin),
        JSON.stringify({ ...own, narrative: 'other' }),
        '[]',
        `{"narrative":"${'x'.repeat(300_000)}"}`,
        JSON.stringify(phone()),
      ]
      const { rows, last } = await send('application/x-ndjson', lines.join('\n'))
      t.match(rows, [
        { row: 1, line: 1, status: 'accepted', id: own.id },
        { row: 2, line: 3, status: 'accepted' },
        { row: 3, line: 4, status: 'refused', code: 'body/duplicate-key', pointer: '/a' },
        { row: 4, line: 5, status: 'repeated', id: rows[1]!['id'] },
        { row: 5, line: 6, status: 'refused', code: 'notice/id-reused', pointer: '/id' },
        { row: 6, line: 7, status: 'refused', code: 'notice/bad-type' },
        { row: 7, line: 8, status: 'refused', code: 'import/row-too-large' },
        { row: 8, line: 9, status: 'accepted' },
      ])
      t.same(last.summary, { rows: 8, accepted: 3, repeated: 1, refused: 4 })
    },
  )

  const bundle = {
    type: 'bundle',
    id: `bundle--${randomUUID()}`,
    objects: [
      { type: 'identity', spec_version: '2.1', id: `identity--${randomUUID()}`, name: 'no row' },
      {
        type: 'phone-number',
        spec_version: '2.1',
        id: `phone-number--${randomUUID()}`,
        value: '+66 81 999 0001',
        object_marking_refs: ['marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'],
      },
      {
        type: 'bank-account',
        spec_version: '2.1',
        id: `bank-account--${randomUUID()}`,
        account_number: '0012345678',
        bic: 'KASITHBK',
        object_marking_refs: ['marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'],
      },
      {
        type: 'cryptocurrency-wallet',
        spec_version: '2.1',
        id: `cryptocurrency-wallet--${randomUUID()}`,
        value: '0x098B716B8Aaf21512996dC57EB0615e2383E2f96',
        object_marking_refs: ['marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421'],
        extensions: {
          [noticeExtension]: {
            extension_type: 'property-extension',
            subject: { chain: 'evm', role: 'deposit' },
            offences: ['money-laundering'],
            handling: { release: { participants: ['KH'] } },
          },
        },
      },
      {
        type: 'indicator',
        spec_version: '2.1',
        id: `indicator--${randomUUID()}`,
        pattern_type: 'stix',
        pattern: "[phone-number:value = '+66819990002']",
        labels: ['romance-scam'],
        description: 'an indicator',
        valid_from: '2026-01-01T00:00:00Z',
        object_marking_refs: ['marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487'],
      },
      {
        type: 'indicator',
        spec_version: '2.1',
        id: `indicator--${randomUUID()}`,
        pattern_type: 'stix',
        pattern: "[file:name = 'x']",
      },
    ],
  }

  await t.test(
    'a STIX bundle: observables and indicators become notices, with their TLP',
    async (t) => {
      const { rows, last } = await send(
        'application/stix+json',
        JSON.stringify(bundle),
        '?set=offences%3Djob-scam',
      )
      t.match(rows, [
        { row: 1, from: '/objects/1', status: 'accepted', canonical: { key: '+66819990001' } },
        {
          from: '/objects/2',
          status: 'accepted',
          canonical: { key: 'TH|bic|KASITHBK|0012345678' },
        },
        {
          from: '/objects/3',
          status: 'accepted',
          canonical: { key: 'evm:0x098b716b8aaf21512996dc57eb0615e2383e2f96' },
        },
        { from: '/objects/4', status: 'accepted' },
        { from: '/objects/5', status: 'refused', code: 'import/unsupported-pattern' },
      ])
      t.same(last.summary, { rows: 5, accepted: 4, repeated: 0, refused: 1 })
      const entry = await arrived(info, 'KH-ACD', String(rows[2]!['id']), 'all', 60_000)
      t.match(entry.notice, {
        handling: { tlp: 'AMBER' },
        offences: ['money-laundering'],
        subject: { chain: 'evm', role: 'deposit' },
      })
      t.match(
        (await send('application/stix+json', JSON.stringify(bundle), '?set=offences%3Djob-scam'))
          .last.summary,
        { accepted: 0, repeated: 4, refused: 1 },
      )
    },
  )

  await t.test(
    'what is wrong with the whole file is one problem, and nothing is read',
    async (t) => {
      const rows: [string, string, string, string, number, string][] = [
        ['an unknown column', 'text/csv', 'kind,colour\n', '', 422, 'import/unknown-column'],
        [
          'a column given twice',
          'text/csv',
          'number,subject.number\n',
          '',
          422,
          'import/duplicate-column',
        ],
        ['no header', 'text/csv', '', '', 422, 'import/no-header'],
        ['a mapping to nowhere', 'text/csv', 'a\n', '?map=a%3Dnowhere', 400, 'import/bad-mapping'],
        [
          'a mapping of no column',
          'text/csv',
          'kind\n',
          '?map=a%3Dkind',
          400,
          'import/bad-mapping',
        ],
        ['a bad parameter', 'text/csv', 'kind\n', '?dryRun=maybe', 400, 'request/bad-parameter'],
        ['another parameter', 'text/csv', 'kind\n', '?dry=true', 400, 'request/bad-parameter'],
        ['no bundle', 'application/stix+json', '{}', '', 422, 'import/not-stix'],
        ['no JSON', 'application/stix+json', '{', '', 400, 'body/not-json'],
        ['another media type', 'text/plain', 'x', '', 415, 'body/media-type'],
        ['JSON', 'application/json', '{}', '', 415, 'body/media-type'],
      ]
      for (const [title, type, body, query, status, code] of rows)
        t.match(await send(type, body, query), { status, problem: { status, code } }, title)
      t.match(await send('text/csv', 'kind\n', '', info.gateways['KH']!.token), { status: 401 })
    },
  )
}
