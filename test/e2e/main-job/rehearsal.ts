import type { Test } from 'tap'
import { issuerOf } from '#deploy/local/demo/system-file.ts'
import { mintToken } from '#deploy/local/demo/national-tokens.ts'
import { answered, arrived, call, post, readFeed, statusOf } from '#test/support/clients.ts'
import { account, phone, wallet } from '#test/support/notices.ts'
import { info, keys } from './world.ts'

export const rehearsal = async (t: Test): Promise<void> => {
  await t.test(
    'a rehearsal tells what then happens: who gets it in a feed, which members, and why',
    async (t) => {
      const { url, token } = info.gateways['TH']!
      const rehearse = (body: unknown, as = token) =>
        call(`${url}/v1/notices/rehearse`, as, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        })
      const full = {
        narrative: 'n',
        caseReference: 'c',
        contact: { name: 'x' },
        advice: 'block',
        evaluation: { source: 'B', information: '2' },
        language: 'th',
        operatorStatus: 'suspect',
      }
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
        account({
          ...full,
          handling: {
            tlp: 'AMBER+STRICT',
            purposes: ['victim-rescue'],
            release: { groups: ['MEKONG'] },
          },
        }),
      ]
      for (const body of bodies) {
        const { status, body: told } = await rehearse(body)
        t.equal(status, 200, JSON.stringify(told))
        t.equal((await statusOf(info, 'TH', body.id)).status, 404, 'nothing is stored')
        type Outcome = {
          agency?: string
          content: boolean
          rule: string
          sees: string[]
          least?: number
        }
        const { agencies, participants } = told as unknown as {
          agencies: Outcome[]
          participants: {
            participant: string
            named: { agency: string; outcomes: Outcome[] }[]
            others: Outcome[]
          }[]
        }
        t.equal((await post(info, 'TH', body)).status, 202)
        await answered(info, 'TH', body.id)
        await arrived(info, 'TH-CCIB', body.id)
        for (const [agency, participant] of [
          ['TH-CCIB', 'TH'],
          ['KH-ACD', 'KH'],
          ['VN-C06', 'VN'],
          ['JP-NPA', 'JP'],
          ['EXCHANGE-1', 'EXCHANGE-1'],
        ] as const) {
          const of = participants.find((p) => p.participant === participant)
          const [outcome, ...more] =
            of === undefined ? agencies : [...of.named.flatMap((n) => n.outcomes), ...of.others]
          t.strictSame(more, [], 'one agency each: one outcome')
          const why = await call(
            `${info.console.url}/v1/why?notice=${body.id}&agency=${agency}`,
            info.console.tokens.viewer,
          )
          t.match(
            (why.body['versions'] as object[])[0],
            {
              asOfNow: { rule: outcome!.rule, content: outcome!.content },
              asLogged: { rule: outcome!.rule },
            },
            `${agency}: ${outcome!.rule}`,
          )
          const entry = (await readFeed(info, agency)).entries.find((e) => e.notice.id === body.id)
          // its client has another purpose
          const isOfClient = body['handling'] !== bodies[4]!['handling'] || agency === 'TH-CCIB'
          t.equal(
            entry !== undefined,
            outcome!.content && isOfClient,
            `${agency} has it in its feed`,
          )
          if (entry === undefined) continue
          const flat = (value: Record<string, unknown>): string[] =>
            Object.keys(value).flatMap((name) =>
              name === 'subject' || name === 'handling'
                ? Object.keys(value[name] as object).map((inner) => `${name}.${inner}`)
                : [name],
            )
          const shown = flat(entry.notice).filter(
            (path) =>
              ![
                'issuer',
                'version',
                'status',
                'canonical',
                'warnings',
                'handling.notToBePassedOn',
              ].includes(path),
          )
          t.strictSame(
            shown.toSorted(),
            outcome!.sees.toSorted(),
            `${agency} sees just what was told`,
          )
        }
      }
      t.match(
        await rehearse({ ...bodies[0], subject: { address: 'x' } }),
        { status: 422, body: { code: /^wallet\// } },
        'refused as a submission is',
      )
      t.match(
        await call(`${url}/v1/notices/rehearse`, token, {
          method: 'POST',
          body: '{"id":1,"id":2}',
          headers: { 'content-type': 'application/json' },
        }),
        { status: 400, body: { code: 'body/duplicate-key' } },
      )
      const reader = await mintToken(
        keys.issuer.TH,
        {
          iss: issuerOf('TH'),
          aud: 'gateway-TH',
          sub: 'x',
          agency: 'TH-CCIB',
          scope: 'notices:read',
        },
        60,
      )
      t.equal((await rehearse(wallet(), reader)).status, 200, 'who may read may rehearse')
      t.match(
        await rehearse(
          wallet(),
          await mintToken(
            keys.issuer.TH,
            { iss: issuerOf('TH'), aud: 'gateway-TH', sub: 'x', agency: 'TH-CCIB', scope: 'other' },
            60,
          ),
        ),
        {
          status: 403,
          body: { code: 'auth/missing-scope', detail: 'notices:read or notices:write' },
        },
      )
    },
  )
}
