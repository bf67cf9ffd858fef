import { writeFile } from 'node:fs/promises'
import type { Test } from 'tap'
import { setAgencyStanding, setParticipantStanding } from '#core/registry/change.ts'
import type { Failpoint } from '#runtime/process/failpoint.ts'
import { statusOf } from '#test/support/clients.ts'
import { queryOnce } from '#test/support/database.ts'
import { until } from '#test/support/until.ts'
import { given } from './answers.ts'
import { bothAgree, kept } from './sides.ts'
import {
  changeAgencies,
  failpoints,
  gatewayUrl,
  hubUrl,
  info,
  limitMs,
  react,
  reacted,
  revoke,
  settled,
  shown,
  start,
  stop,
  supervisor,
} from './world.ts'

/**
 * Reacts so that the reaction is stored and not sent: the gateway dies after the commit, and does
 * not run when this resolves.
 */
export const reactedUnsent = async (by: string, notice: string, note: string): Promise<void> => {
  const point: Failpoint = 'gateway.committed'
  const name = `gateway-${by}`
  const before = supervisor.pids()[name]
  await writeFile(`${failpoints}/${point}`, '')
  await react(by, notice, note).then(
    () => {
      throw new Error(`${name} lives`)
    },
    () => undefined,
  )
  await until(`${name} is dead`, () => supervisor.pids()[name] !== before)
  await stop(name)
}

/** How many statements of a gateway have no answer. */
export const open = async (by: string): Promise<number> =>
  (await queryOnce(gatewayUrl(by), 'select from open')).length

/** The gateway runs again: the same reaction, said again, is the one that it stored. */
export const sent = async (by: string, notice: string, note: string): Promise<string> => {
  await start(`gateway-${by}`)
  return reacted(by, notice, note)
}

const isDelivered = async (notice: string, to: string): Promise<boolean> => {
  const { body } = await statusOf(info, 'TH', notice)
  return (body['deliveries'] as { participant: string }[]).some((d) => d.participant === to)
}

const hasExpired = async (notice: string): Promise<boolean> =>
  (await queryOnce(hubUrl, `select from entry where event = 'expired' and id = $1`, [notice]))
    .length > 0

/** Who speaks, who is spoken to, and what is spoken of may lose its standing in between. */
export const standing = async (t: Test): Promise<void> => {
  await t.test(
    'its agency is suspended before the hub takes it in: it is refused, nobody is told, and said ' +
      'again after the suspension it is taken',
    async (t) => {
      const notice = await given()
      await stop('hub')
      const id = await reacted('KH', notice, 'x')
      await changeAgencies(setAgencyStanding('KH-ACD', 'suspended'))
      await start('hub')
      const refused = await until('the gateway knows the suspension', async () => {
        const answer = await react('KH', notice, 'another')
        return answer.status === 202 ? undefined : answer
      })
      t.match(refused, { status: 403, body: { code: 'auth/suspended' } })
      await until('the hub has answered', async () => (await open('KH')) === 0, limitMs)
      t.equal((await kept(notice)).length, 0, 'nobody is told')
      await changeAgencies(setAgencyStanding('KH-ACD', 'active'))
      t.match(await settled('KH', id), {
        status: 'rejected',
        receipt: { code: 'envelope/not-authorised', pointer: '/by/agency' },
      })
      const again = await reacted('KH', notice, 'x')
      t.equal(again, id)
      t.equal((await bothAgree(t, notice, [{ by: 'KH', id }])).length, 1)
    },
  )

  await t.test(
    'its agency, then its participant, is suspended afterwards: what was said stays said',
    async (t) => {
      const notice = await given()
      const id = await reacted('KH', notice, 'x')
      await settled('KH', id)
      await changeAgencies(setAgencyStanding('KH-ACD', 'suspended'))
      await until('the originator is told', async () => (await shown(notice)).length === 1)
      await changeAgencies(setParticipantStanding('KH', 'suspended'))
      t.match(await shown(notice), [{ participant: 'KH', note: 'x' }])
      await changeAgencies(
        setParticipantStanding('KH', 'active'),
        setAgencyStanding('KH-ACD', 'active'),
      )
      t.equal((await bothAgree(t, notice, [{ by: 'KH', id }])).length, 1)
    },
  )

  await t.test(
    "the originator's agency is suspended: it is shown nothing, its gateway is told all " +
      'the same, and it sees it afterwards',
    async (t) => {
      const notice = await given()
      await changeAgencies(setAgencyStanding('TH-CCIB', 'suspended'))
      await until(
        'TH-CCIB is refused',
        async () => (await statusOf(info, 'TH', notice)).status === 403,
      )
      const id = await reacted('KH', notice, 'x')
      t.match(await settled('KH', id), { status: 'accepted' })
      await until('its gateway is told', async () => (await kept(notice)).length === 1, limitMs)
      t.equal((await statusOf(info, 'TH', notice)).status, 403)
      await changeAgencies(setAgencyStanding('TH-CCIB', 'active'))
      await until(
        'TH-CCIB may again',
        async () => (await statusOf(info, 'TH', notice)).status === 200,
      )
      t.equal((await bothAgree(t, notice, [{ by: 'KH', id }])).length, 1)
    },
  )

  await t.test(
    'the notice is revoked, or expires, before the hub takes it in: who was told of the notice ' +
      'is heard, who was not is not',
    async (t) => {
      const expires = new Date(Date.now() + 4000).toISOString()
      const revoked = await given({ handling: { tlp: 'GREEN' } })
      const expired = await given({ handling: { tlp: 'GREEN', expires } })
      for (const notice of [revoked, expired])
        await until('the hub knows that KH has it', () => isDelivered(notice, 'KH'), limitMs)
      await reactedUnsent('KH', revoked, 'between')
      await reactedUnsent('VN', expired, 'between')
      t.same(await Promise.all(['KH', 'VN'].map(open)), [1, 1], 'both wait')
      await revoke('TH', revoked)
      await until('it has expired', () => hasExpired(expired), limitMs)
      const kh = [
        { by: 'KH', id: await sent('KH', revoked, 'between') },
        { by: 'KH', id: await reacted('KH', expired, 'after') },
      ]
      const vn = [await sent('VN', expired, 'between'), await reacted('VN', revoked, 'after')]
      for (const id of vn)
        t.match(await settled('VN', id), {
          status: 'rejected',
          receipt: { code: 'notice/not-found' },
        })
      t.equal((await bothAgree(t, revoked, [kh[0]!])).length, 1)
      t.equal((await bothAgree(t, expired, [kh[1]!])).length, 1)
    },
  )
}
