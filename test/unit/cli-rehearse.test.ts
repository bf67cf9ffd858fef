import t from 'tap'
import { terminal, serve, json } from './cli-fixtures.ts'

const outcome = {
  content: true,
  existence: true,
  rule: 'released-participant',
  sees: ['kind'],
  withheld: ['contact', 'handling.release'],
}

const closed = { ...outcome, content: false, existence: false, rule: 'not-released' }

const rehearsal = {
  agencies: [
    {
      agency: 'TH-CCIB',
      purpose: null,
      ...outcome,
      rule: 'originator',
      withheld: [],
      toldFirst: true,
    },
  ],
  participants: [
    {
      participant: 'KH',
      type: 'member',
      named: [{ agency: 'KH-ACD', outcomes: [outcome, closed] }],
      others: [{ least: 0, most: 2, ...outcome, notToBePassedOn: true, conditions: true }],
    },
    {
      participant: 'X-1',
      type: 'corporate-partner',
      named: [],
      others: [{ least: 1, most: 1, ...closed, copyTlp: 'AMBER+STRICT' }],
    },
  ],
}

const decided = {
  registryVersion: 3,
  content: true,
  existence: true,
  rule: 'green',
  withhold: ['release'],
}

const why = {
  notice: 'n',
  agency: 'KH-ACD',
  versions: [
    {
      issuer: 'TH',
      version: 1,
      asLogged: null,
      asOfNow: decided,
      waitsFor: null,
      deliveries: [{ at: 'T1', told: 'bare' }],
    },
    {
      issuer: 'TH',
      version: 2,
      asLogged: decided,
      asOfNow: decided,
      waitsFor: { agencies: ['KH-DESK'], until: 'T2' },
      deliveries: [],
    },
  ],
}

await t.test('rehearse shows a table, and with --json what the service answered', async (t) => {
  const { url } = await serve(t, [json(200, rehearsal)])
  const rehearse = terminal('{}')
  t.equal(await rehearse.run('rehearse', '-', '--gateway', url, '--token', 'T'), 0)
  t.strictSame(
    rehearse.out.map((line) => line.split(/ {2,}/).map((cell) => cell.trim())),
    [
      ['who', 'sees it', 'rule', 'withheld from them'],
      ['TH-CCIB', 'yes, before others', 'originator', 'nothing'],
      ['KH-ACD', 'yes', 'released-participant', 'contact handling.release'],
      ['', 'or KH-ACD', 'no', 'not-released', 'everything'],
      [
        'KH: 0 to 2 of its agencies',
        'yes, after acknowledging the conditions, not to be passed on',
        'released-participant',
        'contact handling.release',
      ],
      ['X-1: 1 of its agencies', 'no', 'not-released', 'everything'],
    ],
  )
  const raw = terminal('{}')
  await raw.run('rehearse', '-', '--gateway', url, '--token', 'T', '--json')
  t.strictSame(JSON.parse(raw.out.join('\n')), rehearsal)
})

await t.test('why shows for each version what is decided, and to whom it went', async (t) => {
  const console = await serve(t, [json(200, why)])
  const asked = terminal()
  t.equal(
    await asked.run(
      'why',
      'n',
      'KH-ACD',
      '--console',
      console.url,
      '--token',
      'T',
      '--issuer',
      'TH',
    ),
    0,
  )
  t.equal(console.seen[0]!.url, '/v1/why?notice=n&agency=KH-ACD&issuer=TH')
  t.match(
    asked.out.join('\n'),
    new RegExp(
      [
        'n and KH-ACD\\n',
        'TH 1 +when logged: not known +no',
        'now: 3 +yes +green +release +T1 \\(bare\\)',
        'TH 2 ',
        'not yet: waits for KH-DESK until T2 at most',
      ].join('[^]*'),
    ),
  )
})
