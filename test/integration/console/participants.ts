import type { Test } from 'tap'
import { thumbprint } from '#core/signing/keys.ts'
import { formatMicros } from '#core/time.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { pool, th, tokens, ask } from './world.ts'

export const participants = async (t: Test): Promise<void> => {
  await t.test(
    'an operator sees all participants; an NCB its own side in full and that the others belong',
    async (t) => {
      const all = (await ask('/v1/participants', tokens.viewer)).body as {
        participants: Record<string, unknown>[]
        end: boolean
      }
      t.same(
        all.participants.map((p) => p['id']),
        ['EXCHANGE-1', 'JP', 'KH', 'TH', 'VN'],
      )
      t.match(all.participants[3], {
        type: 'member',
        status: 'active',
        agencies: [{ id: 'TH-CCIB', rights: ['read', 'submit'] }, { id: 'TH-MUTE' }],
        keys: [{ kid: thumbprint(th.jwk), status: 'active', valid: { from: String, to: null } }],
      })
      t.match(all.participants[2], {
        agencies: [{ clients: [{ id: 'kh-feed', authentication: ['client_secret'] }] }],
      })
      t.match((await ask('/v1/participants?limit=2&after=JP')).body, {
        participants: [{ id: 'KH' }, { id: 'TH' }],
        next: 'TH',
        end: false,
      })
      const own = (await ask('/v1/participants', tokens.ncbTh)).body as typeof all
      t.same(
        own.participants.map((p) => [p['id'], 'agencies' in p]),
        [
          ['EXCHANGE-1', true],
          ['JP', false],
          ['KH', false],
          ['TH', true],
          ['VN', false],
        ],
        'and the partner attached to it',
      )
      t.match(await ask('/v1/participants/TH', tokens.ncbTh), {
        status: 200,
        body: { id: 'TH', keys: [{}] },
      })
      const [other, absent] = await Promise.all([
        ask('/v1/participants/KH', tokens.ncbTh),
        ask('/v1/participants/QQ', tokens.ncbTh),
      ])
      t.equal(other.status, 404)
      t.same(other.body, absent.body, "another's is not there, as what is absent")
    },
  )

  await t.test(
    'what was logged with signatures of a key is listed page by page, from a time on',
    async (t) => {
      const path = `/v1/keys/${thumbprint(th.jwk)}/logged`
      const { rows } = await pool.query<{ index: number; time: number; id: string }>(
        `select index, time, id from entry where issuer = 'TH' and event = 'notice' order by index`,
      )
      const listed = async (query: string): Promise<number[]> => {
        const found: number[] = []
        for (let after = '', end = false, pages = 0; !end && pages < 50; pages++) {
          const { body } = await ask(`${path}?limit=2${query}${after}`)
          found.push(...(body['notices'] as { index: number }[]).map((n) => n.index))
          after = `&after=${String(body['next'])}`
          end = body['end'] as boolean
        }
        return found
      }
      t.ok(rows.length > 4)
      t.same(
        await listed(''),
        rows.map((row) => row.index),
      )
      t.same(
        await listed(`&since=${formatMicros(rows[2]!.time)}`),
        rows.slice(2).map((row) => row.index),
      )
      t.same(
        await listed(`&since=${formatMicros(rows[2]!.time + 1)}`),
        rows.slice(3).map((row) => row.index),
      )
      t.same(await listed(`&since=${formatMicros(nowMicros())}`), [])
      t.match((await ask(`${path}?limit=1`)).body, {
        since: null,
        notices: [{ id: rows[0]!.id, version: 1, digest: /^[0-9a-f]{64}$/ }],
        end: false,
      })
    },
  )
}
