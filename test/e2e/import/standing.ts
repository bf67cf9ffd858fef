import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { setAgencyStanding } from '#core/registry/change.ts'
import { mintToken } from '#deploy/local/demo/national-tokens.ts'
import { issuerOf } from '#deploy/local/demo/system-file.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { changeRegistry } from '#store/registry/registry.ts'
import { call } from '#test/support/clients.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { gateway, info, send, stored, system } from './world.ts'

const limitMs = 20_000

const tokenFor = (seconds: number): Promise<string> =>
  mintToken(
    system.keys.issuer.TH,
    {
      iss: issuerOf('TH'),
      aud: 'gateway-TH',
      sub: 'system',
      agency: 'TH-CCIB',
      scope: 'notices:write notices:read',
    },
    seconds,
  )

const lines = (rows: readonly (object | string)[]): string =>
  rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('')

/** Rows that wait for the end of the token, each of which would be told something else before. */
const later = (): (object | string)[] => [
  phone(),
  'no JSON',
  phone({ handling: { tlp: 'AMBER', release: { participants: ['XX'] } } }),
  phone({ id: randomUUID(), narrative: 'another' }),
]

/** Sends a file of which the last rows follow when `meanwhile` is over. */
const slowly = (
  first: readonly object[],
  last: readonly (object | string)[],
  token: string,
  meanwhile: () => Promise<unknown>,
): ReturnType<typeof send> => {
  const body = new ReadableStream<Uint8Array>({
    start: async (stream) => {
      stream.enqueue(Buffer.from(lines(first)))
      await meanwhile().catch((error: unknown) => stream.error(error))
      stream.enqueue(Buffer.from(lines(last)))
      stream.close()
    },
  })
  return send('application/x-ndjson', body, '', token)
}

const refusedWith = (status: number, token: string): Promise<true> =>
  until(
    `a request is answered ${status}`,
    async () => (await call(`${gateway.url}/v1/notices?limit=1`, token)).status === status,
    limitMs,
  )

export const standing = async (t: Test): Promise<void> => {
  const log = createLog({ service: 'test', level: 'silent' })
  const pool = createPool({ url: info.database.url, max: 1, applicationName: 'test', log })
  t.teardown(() => pool.end())
  const setStanding = (status: 'active' | 'suspended'): Promise<unknown> =>
    changeRegistry(pool, { who: 'test', why: 'test' }, [setAgencyStanding('TH-CCIB', status)])

  /** What was taken stays, later rows are told why, and the same file again completes it. */
  const isCompleted = async (
    t: Test,
    code: string,
    token: string,
    end: () => Promise<unknown>,
    again: () => Promise<unknown>,
  ): Promise<void> => {
    const before = await stored()
    const first = Array.from({ length: 20 }, () => phone())
    const last = later()
    const taken = until('the first rows are there', async () => (await stored()) === before + 20)
    const { rows, last: ended } = await slowly(first, last, token, async () => {
      await taken
      await end()
    })
    t.same(
      rows.map((row) => row.status),
      [...first.map(() => 'accepted'), ...last.map(() => 'refused')],
    )
    for (const row of rows.slice(20)) t.match(row, { code, advice: String }, `row ${row.row}`)
    t.match(ended, {
      error: { code, advice: /^Send the same file again/ },
      summary: { rows: 24, accepted: 20, refused: 4 },
    })
    await again()
    t.equal(await stored(), before + 20, 'nothing of the later rows was taken')
    const whole = await send('application/x-ndjson', lines([...first, ...last]))
    t.match(whole.last, { summary: { rows: 24, repeated: 20, accepted: 2, refused: 2 } })
    t.equal(whole.last.error, undefined)
  }

  await t.test('a token that ends during an import takes no row after its end', async (t) => {
    const token = await tokenFor(6)
    await isCompleted(
      t,
      'auth/bad-token',
      token,
      () => refusedWith(401, token),
      async () => undefined,
    )
  })

  await t.test(
    'an agency that is suspended during an import has no row taken from then on, and each is ' +
      'told so, whatever else is wrong with it',
    async (t) => {
      await isCompleted(
        t,
        'auth/suspended',
        gateway.token,
        async () => {
          await setStanding('suspended')
          await refusedWith(403, gateway.token)
        },
        async () => {
          await setStanding('active')
          await refusedWith(200, gateway.token)
        },
      )
    },
  )
}
