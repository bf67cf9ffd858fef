import type { Test } from 'tap'
import { confirmationId } from '#core/said/confirmation-id.ts'
import { answered, arrived, call, post, readFeed, statusOf } from '#test/support/clients.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { statementOf, wrongWords } from './confirming-words.ts'
import { answerTo, db, digestOf, info, publish, receipts, th } from './world.ts'

export const neverList = async (t: Test): Promise<void> => {
  const bankLine = (more: object = {}): Record<string, unknown> & { id: string } =>
    phone({ subject: { number: '02-888-8888', defaultCountry: 'TH' }, ...more })

  const gatewayOf = (participant: string, path: string, body: object) =>
    call(
      `${info.gateways[participant]!.url}/v1/notices/${path}`,
      info.gateways[participant]!.token,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      },
    )

  const heldAt = (participant: string, id: string) =>
    until(
      'the notice is held',
      async () => {
        const state = await statusOf(info, participant, id)
        return state.body['status'] === 'held' ? state : undefined
      },
      20_000,
    )

  const isInFeed = async (id: string): Promise<boolean> =>
    (await readFeed(info, 'KH-ACD')).entries.some((e) => e.notice.id === id)

  /** The notice that is held, for the test that confirms it. */
  let held = { id: '', digest: '' }

  await t.test(
    'a notice on the line of a bank is held from everybody, whatever another says',
    async (t) => {
      const notice = bankLine()
      const posted = await post(info, 'TH', notice)
      t.match(posted, {
        status: 202,
        body: { status: 'queued', warnings: [{ code: 'never-list/listed', pointer: '/subject' }] },
      })
      const { digest } = posted.body as { digest: string }
      t.match((await heldAt('TH', notice.id)).body, {
        receipt: { code: 'never-list/held', detail: /Kasikornbank/ },
        advice: /confirm/,
      })

      for (const [title, topic, bytes, code] of await wrongWords(digest)) {
        await publish(`submitted.${topic}`, bytes)
        t.match(await answerTo(topic, bytes), { status: 'rejected', code }, title)
        t.match(
          (
            await db.query(
              'select code from quarantine where participant = $1 and digest = decode($2, $3)',
              [topic, digestOf(bytes), 'hex'],
            )
          ).rows,
          [{ code }],
          `${title}: quarantined`,
        )
      }
      t.notOk(await isInFeed(notice.id), 'and it is in no feed')
      t.match(await gatewayOf('KH', `${notice.id}/confirm`, { reason: 'x' }), { status: 404 })
      t.match(await gatewayOf('TH', `${notice.id}/confirm`, {}), {
        status: 422,
        body: { code: 'notice/missing-member' },
      })
      held = { id: notice.id, digest }
    },
  )

  await t.test('its originator confirms a held notice, which is logged once', async (t) => {
    const { id, digest } = held
    t.match(await gatewayOf('TH', `${id}/confirm`, { reason: 'for awareness' }), {
      status: 202,
      body: { id: id, digest, status: 'held' },
    })
    t.match((await answered(info, 'TH', id)).body, {
      status: 'accepted',
      receipt: { index: Number },
      confirmation: { reason: 'for awareness' },
    })
    const { confirmation } = (await statusOf(info, 'TH', id)).body as {
      confirmation: Record<string, string>
    }
    t.match(confirmation, { id: confirmationId(digest), state: 'open', receipt: null })
    const said = await call(
      `${info.gateways['TH']!.url}/v1/said/${confirmation['id']}`,
      info.gateways['TH']!.token,
    )
    t.match(said.body, { type: 'confirmation', status: 'accepted', receipt: { index: Number } })
    t.match(await arrived(info, 'KH-ACD', id), {
      notice: { warnings: [{ code: 'never-list/listed' }] },
    })
    t.match(await gatewayOf('TH', `${id}/confirm`, { reason: 'for awareness' }), {
      status: 409,
      body: { code: 'never-list/not-held' },
    })

    receipts.clear()
    const again = await statementOf(th, digest, { reason: 'again' })
    for (let i = 0; i < 5; i++) await publish('submitted.TH', again)
    t.match(
      await until('an answer', () => receipts.get(`replies.TH ${digest}`), 20_000),
      { status: 'accepted' },
      'a replay gets the first answer',
    )
    t.equal((await readFeed(info, 'KH-ACD')).entries.filter((e) => e.notice.id === id).length, 1)
    t.match(
      (
        await db.query('select state from quarantine where digest = decode($1, $2)', [
          digest,
          'hex',
        ])
      ).rows,
      [{ state: 'released' }],
    )
    t.equal(
      (await db.query(`select from entry where event = 'confirmation' and about_id = $1`, [id]))
        .rowCount,
      1,
      'the first word is in the log',
    )
  })

  await t.test('a held notice that is revoked is published to nobody', async (t) => {
    const notice = bankLine()
    await post(info, 'TH', notice)
    await heldAt('TH', notice.id)

    const changed = await call(
      `${info.gateways['TH']!.url}/v1/notices/${notice.id}`,
      info.gateways['TH']!.token,
      {
        method: 'PUT',
        headers: { 'content-type': 'application/json', 'if-match': '"1"' },
        body: JSON.stringify({ ...notice, narrative: 'x' }),
      },
    )
    t.match(changed, { status: 409, body: { code: 'never-list/held' } })
    t.match(await gatewayOf('TH', `${notice.id}/revoke`, { reason: 'typing error' }), {
      status: 202,
      body: { version: 2 },
    })
    t.match((await answered(info, 'TH', notice.id)).body, {
      status: 'rejected',
      receipt: { code: 'never-list/withdrawn' },
    })
    t.notOk(await isInFeed(notice.id))
    t.match(
      (await db.query('select distinct state from quarantine where notice_id = $1', [notice.id]))
        .rows,
      [{ state: 'rejected' }],
    )
    t.match(await gatewayOf('TH', `${notice.id}/confirm`, { reason: 'no' }), { status: 404 })
  })
}
