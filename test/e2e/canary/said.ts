import type { Test } from 'tap'
import { arrived, call, post, statusOf } from '#test/support/clients.ts'
import { wallet } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { nationalToken } from './tokens.ts'
import { askedIn, feeds, info, json, keys, made, spoken, text } from './world.ts'

const inOrder = (names: readonly string[]): string[] => names.toSorted()

const namesWhere = (holds: (of: (typeof spoken)[keyof typeof spoken]) => boolean): string[] =>
  inOrder(Object.entries(spoken).flatMap(([name, of]) => (holds(of) ? [name] : [])))

const sayAt = async (
  gateway: 'TH' | 'KH',
  agency: string,
  person: string,
  path: string,
  body: object,
) =>
  call(
    `${info.gateways[gateway]!.url}${path}`,
    await nationalToken(keys, gateway, agency, person),
    {
      method: 'POST',
      headers: json,
      body: JSON.stringify(body),
    },
  )

export const said = async (t: Test): Promise<void> => {
  const notice = wallet()
  made.reacted = notice.id

  await t.test('a reaction and a revocation are said by persons', async (t) => {
    t.equal((await post(info, 'TH', notice)).status, 202)
    await arrived(info, 'KH-ACD', notice.id)
    const reaction = await sayAt(
      'KH',
      'KH-ACD',
      spoken['person of a reaction'].token,
      `/v1/notices/${notice.id}/reactions`,
      {
        issuer: 'TH',
        reaction: 'acted',
        action: 'frozen',
        amount: { value: spoken['amount of a reaction'].token, currency: 'THB' },
        note: spoken.note.token,
      },
    )
    t.equal(reaction.status, 202)
    made.reaction = String(reaction.body['id'])
    await until('the originator is told', async () => {
      const { body } = await statusOf(info, 'TH', notice.id)
      return (body['reactions'] as object[]).length === 1
    })
    const revoked = await sayAt(
      'TH',
      'TH-CCIB',
      spoken['person of a revocation'].token,
      `/v1/notices/${notice.id}/revoke`,
      { reason: spoken['reason of a revocation'].token },
    )
    t.equal(revoked.status, 202)
    await until('KH is told', async () =>
      (
        await text(`${feeds}/v1/notices/${notice.id}`, info.feeds.agencies['KH-ACD']!.token)
      ).includes('"revoked"'),
    )
  })

  const ids = (): string[] => [notice.id, made.reaction]

  await t.test('at the feeds each word is read by those of the table alone', async (t) => {
    for (const [agency, { token }] of Object.entries(info.feeds.agencies)) {
      const answers = await Promise.all([
        text(`${feeds}/v1/feeds/all?limit=500`, token),
        text(`${feeds}/v1/feeds/wallet-address?limit=500`, token),
        ...ids().map((id) => text(`${feeds}/v1/notices/${id}`, token)),
      ])
      const asked = askedIn(answers.join('\n')).filter((name) => name in spoken)
      t.strictSame(
        asked,
        namesWhere(({ readers }) => (readers as readonly string[]).includes(agency)),
        agency,
      )
    }
  })

  await t.test('at gateways and the console, too', async (t) => {
    for (const [participant, { url, token }] of Object.entries(info.gateways)) {
      const paths = [
        '/v1/notices?limit=500',
        '/v1/registry',
        ...ids().flatMap((id) => [`/v1/notices/${id}`, `/v1/said/${id}`]),
      ]
      const answers = await Promise.all(paths.map((path) => text(`${url}${path}`, token)))
      t.strictSame(
        askedIn(answers.join('\n')).filter((name) => name in spoken),
        namesWhere(({ gateways }) => (gateways as readonly string[]).includes(participant)),
        participant,
      )
    }
    const tokens = [...Object.values(info.console.tokens), info.ncb['KH']!.token]
    const answers = await Promise.all(
      tokens.flatMap((token) =>
        [
          ...ids().map((id) => `/v1/trace/${id}`),
          `/v1/why?notice=${notice.id}&agency=KH-ACD`,
          '/v1/quarantine',
          '/v1/registry/changes',
        ].map((path) => text(`${info.console.url}${path}`, token)),
      ),
    )
    t.strictSame(askedIn(answers.join('\n')), [], 'the console')
  })
}
