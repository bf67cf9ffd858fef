import type { Test } from 'tap'
import { issuerOf } from '#deploy/local/demo/system-file.ts'
import { mintToken } from '#deploy/local/demo/national-tokens.ts'
import {
  answered,
  arrived,
  call,
  post,
  readFeed,
  statusOf,
  type FeedEntry,
} from '#test/support/clients.ts'
import { account, phone, wallet } from '#test/support/notices.ts'
import { info, keys } from './world.ts'

type Outcome = {
  agency?: string
  content: boolean
  rule: string
  sees: string[]
  least?: number
}

type Rehearsal = {
  agencies: Outcome[]
  participants: {
    participant: string
    named: { agency: string; outcomes: Outcome[] }[]
    others: Outcome[]
  }[]
}

const { url, token } = info.gateways['TH']!

const rehearseText = (body: string, as = token) =>
  call(`${url}/v1/notices/rehearse`, as, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })

const rehearse = (body: unknown, as?: string) => rehearseText(JSON.stringify(body), as)

const full = {
  narrative: 'n',
  caseReference: 'c',
  contact: { name: 'x' },
  advice: 'block',
  evaluation: { source: 'B', information: '2' },
  language: 'th',
  operatorStatus: 'suspect',
}

const forVictims = account({
  ...full,
  handling: {
    tlp: 'AMBER+STRICT',
    purposes: ['victim-rescue'],
    release: { groups: ['MEKONG'] },
  },
})

const bodies = [
  wallet({
    ...full,
    handling: {
      tlp: 'AMBER',
      codes: ['H2'],
      release: { participants: ['KH'], partners: ['EXCHANGE-1'] },
    },
  }),
  wallet({ ...full, handling: { tlp: 'RED', release: { agencies: ['VN-C06'] } } }),
  wallet({
    ...full,
    operatorStatus: 'possible-victim',
    advice: 'monitor',
    handling: {
      tlp: 'AMBER',
      release: { participants: ['*'], partners: ['EXCHANGE-1'], exclude: ['VN'] },
    },
  }),
  phone({ ...full, handling: { tlp: 'GREEN' } }),
  forVictims,
]

const readers = [
  ['TH-CCIB', 'TH'],
  ['KH-ACD', 'KH'],
  ['VN-C06', 'VN'],
  ['JP-NPA', 'JP'],
  ['EXCHANGE-1', 'EXCHANGE-1'],
] as const

/** What a rehearsal foretold for an agency: each participant has one agency here. */
const outcomeFor = (t: Test, told: Rehearsal, participant: string): Outcome => {
  const of = told.participants.find((p) => p.participant === participant)
  const [outcome, ...more] =
    of === undefined ? told.agencies : [...of.named.flatMap((n) => n.outcomes), ...of.others]
  t.strictSame(more, [], 'one agency each: one outcome')
  return outcome!
}

const checkWhy = async (t: Test, id: string, agency: string, outcome: Outcome): Promise<void> => {
  const why = await call(
    `${info.console.url}/v1/why?notice=${id}&agency=${agency}`,
    info.console.tokens.viewer,
  )
  t.match(
    (why.body['versions'] as object[])[0],
    {
      asOfNow: { rule: outcome.rule, content: outcome.content },
      asLogged: { rule: outcome.rule },
    },
    `${agency}: ${outcome.rule}`,
  )
}

const ofEveryCopy = ['issuer', 'version', 'status', 'canonical', 'warnings']

/** The paths of the members that a feed shows, without those of every copy. */
const shownIn = ({ notice }: FeedEntry): string[] =>
  Object.entries(notice)
    .flatMap(([name, value]) =>
      name === 'subject' || name === 'handling'
        ? Object.keys(value as object).map((inner) => `${name}.${inner}`)
        : [name],
    )
    .filter((path) => ![...ofEveryCopy, 'handling.notToBePassedOn'].includes(path))

export const rehearsal = async (t: Test): Promise<void> => {
  for (const body of bodies) {
    await t.test(
      `a rehearsal of ${JSON.stringify(body['handling'])} tells what then happens: who gets it ` +
        'in a feed, which members, and why',
      async (t) => {
        const { status, body: told } = await rehearse(body)
        t.equal(status, 200, JSON.stringify(told))
        t.equal((await statusOf(info, 'TH', body.id)).status, 404, 'nothing is stored')
        t.equal((await post(info, 'TH', body)).status, 202)
        await answered(info, 'TH', body.id)
        await arrived(info, 'TH-CCIB', body.id)
        for (const [agency, participant] of readers) {
          const outcome = outcomeFor(t, told as unknown as Rehearsal, participant)
          await checkWhy(t, body.id, agency, outcome)
          const entry = (await readFeed(info, agency)).entries.find((e) => e.notice.id === body.id)
          const hasPurpose = body !== forVictims || agency === 'TH-CCIB'
          t.equal(
            entry !== undefined,
            outcome.content && hasPurpose,
            `${agency} has it in its feed`,
          )
          if (entry === undefined) continue
          t.strictSame(
            shownIn(entry).toSorted(),
            outcome.sees.toSorted(),
            `${agency} sees the members that were told`,
          )
        }
      },
    )
  }

  await t.test('a rehearsal refuses what a submission refuses', async (t) => {
    t.match(await rehearse({ ...bodies[0], subject: { address: 'x' } }), {
      status: 422,
      body: { code: /^wallet\// },
    })
    t.match(await rehearseText('{"id":1,"id":2}'), {
      status: 400,
      body: { code: 'body/duplicate-key' },
    })
  })

  await t.test('who may read or write notices may rehearse', async (t) => {
    const tokenFor = (scope: string) =>
      mintToken(
        keys.issuer.TH,
        { iss: issuerOf('TH'), aud: 'gateway-TH', sub: 'x', agency: 'TH-CCIB', scope },
        60,
      )
    t.equal((await rehearse(wallet(), await tokenFor('notices:read'))).status, 200)
    t.match(await rehearse(wallet(), await tokenFor('other')), {
      status: 403,
      body: { code: 'auth/missing-scope', detail: 'notices:read or notices:write' },
    })
  })
}
