import t, { type Test } from 'tap'
import { projectFolder } from '#deploy/local/project.ts'
import { answered, arrived, post, readFeed, statusOf } from '#test/support/clients.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { phone, wallet } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { programBefore } from './contract-change/program-before.ts'
import { first, last, openWorld } from './contract-change/world.ts'

const before = programBefore()
if (before === undefined) {
  t.plan(0, 'not run: the history of the program before version 2 of the contract is not here')
  process.exit(0)
}
const world = await openWorld(before)
const { info, supervisor, replace } = world

const linked = (): ReturnType<typeof wallet> =>
  wallet({ campaign: 'golden-harbour', handling: { tlp: 'GREEN', pap: 'AMBER' } })

/** A notice on a line of a bank, held at its gateway. */
const heldOf = async (by: string): Promise<string> => {
  const notice = phone({ subject: { number: '02-888-8888', defaultCountry: 'TH' } })
  t.equal((await post(info, by, notice)).status, 202)
  await until(
    'it is held',
    async () => (await statusOf(info, by, notice.id)).body['status'] === 'held',
  )
  return notice.id
}

/** A held notice is confirmed, and accepted by that. Resolves with its state. */
const confirmed = async (t: Test, by: string): Promise<Record<string, unknown>> => {
  const id = await heldOf(by)
  const said = await world.postJson(by, `/v1/notices/${id}/confirm`, { reason: 'for awareness' })
  t.match(said, { status: 202, body: { status: 'held' } })
  await until('it is published', async () => {
    const { body } = await statusOf(info, by, id)
    return body['status'] === 'accepted'
  })
  const { body } = await statusOf(info, by, id)
  t.match(body, { confirmation: { reason: 'for awareness', state: 'open', receipt: null } })
  return body
}

await t.test('a new gateway with the hub of before signs version 1', async (t) => {
  const notice = wallet({ handling: { tlp: 'GREEN' } })
  t.equal((await post(info, 'TH', notice)).status, 202)
  t.match((await answered(info, 'TH', notice.id)).body, { status: 'accepted' })
  t.same(await world.contractsOf(notice.id), ['notice/1'])
  t.equal((await arrived(info, 'KH-ACD', notice.id)).event, 'notice.published')
  t.match(
    await post(info, 'TH', linked()),
    {
      status: 422,
      body: {
        code: 'notice/not-yet-taken',
        errors: [{ pointer: '/campaign' }, { pointer: '/handling/pap' }],
      },
    },
    'what only version 2 has is refused at once',
  )
  t.match(
    await world.postJson('TH', `/v1/notices/${notice.id}/reactions`, {
      issuer: 'TH',
      reaction: 'useful',
    }),
    { status: 422, body: { code: 'notice/not-yet-taken' } },
  )
})

await t.test('what the hub of before holds is confirmed in its form', async (t) => {
  await confirmed(t, 'TH')
  t.equal(await world.openOf('TH'), 0, 'and nothing of it is sent any more')
})

await t.test(
  'when the hub is upgraded the gateway changes over: what it had sent is taken still, and no ' +
    'other envelope of version 1',
  async (t) => {
    const open = wallet({ handling: { tlp: 'GREEN' } })
    const captured = await envelopeOf(world.th, {}, { contract: 1 })
    await supervisor.stop('hub')
    t.equal((await post(info, 'TH', open)).status, 202, 'taken while the hub is away')
    for (const name of ['hub', 'feeds', 'console']) await replace(name, projectFolder)
    t.match((await answered(info, 'TH', open.id)).body, { status: 'accepted' })
    t.same(await world.contractsOf(open.id), ['notice/1'], 'it was signed before')
    await world.changedOver('TH')
    await world.publish('TH', captured.envelope)
    t.equal(await world.refusalOf(captured.id), 'envelope/old-schema')
    const notice = linked()
    t.equal((await post(info, 'TH', notice)).status, 202)
    t.match((await answered(info, 'TH', notice.id)).body, { status: 'accepted' })
    t.same(await world.contractsOf(notice.id), ['notice/2'])
    t.match(await arrived(info, 'KH-ACD', notice.id), {
      notice: { campaign: 'golden-harbour', handling: { pap: 'AMBER' } },
    })
    t.match(
      await world.request('TH', `/v1/notices/${open.id}`, {
        method: 'PUT',
        headers: { 'if-match': '"1"' },
        body: JSON.stringify({ ...open, narrative: 'more' }),
      }),
      { status: 202, body: { version: 2 } },
    )
    await until('its next version', async () => (await world.contractsOf(open.id)).length === 2)
    t.same(await world.contractsOf(open.id), ['notice/1', 'notice/2'])
    const { id } = await confirmed(t, 'TH')
    t.same(await world.confirmationsOf(String(id)), ['statement+sd-jwt'])
    t.equal(await world.openOf('TH'), 0)
  },
)

await t.test('a gateway of before with the new hub goes on as it did', async (t) => {
  const notice = wallet({ handling: { tlp: 'GREEN' } })
  t.equal((await post(info, 'KH', notice)).status, 202)
  t.match((await answered(info, 'KH', notice.id)).body, { status: 'accepted' })
  await arrived(info, 'VN-C06', notice.id)
  await world.postJson('KH', `/v1/notices/${notice.id}/revoke`, { reason: 'wrong' })
  const revoked = await until('the revocation', async () =>
    (await readFeed(info, 'VN-C06')).entries.find(
      (e) => e.notice.id === notice.id && e.event === 'notice.revoked',
    ),
  )
  t.match(revoked, {
    notice: { id: notice.id, version: 2, status: 'revoked', reason: 'wrong' },
    envelope: null,
  })
  t.same(await world.contractsOf(notice.id), ['notice/1', 'notice/1'])
  const { id } = await confirmed(t, 'KH')
  t.same(await world.confirmationsOf(String(id)), ['statement+jwt'])
  await until('it reads the receipts of the new hub', async () => {
    const { body } = await statusOf(info, 'KH', notice.id)
    return body['version'] === 2 && body['status'] === 'accepted'
  })
})

await t.test('upgraded last, it changes over too, with nothing open', async (t) => {
  await replace(last, projectFolder)
  await world.changedOver('KH')
  const notice = linked()
  t.equal((await post(info, 'KH', notice)).status, 202)
  t.match((await answered(info, 'KH', notice.id)).body, { status: 'accepted' })
  await arrived(info, 'TH-CCIB', notice.id)
  const said = await world.postJson('TH', `/v1/notices/${notice.id}/reactions`, {
    issuer: 'KH',
    reaction: 'useful',
  })
  t.equal(said.status, 202)
  const reactions = await until('the reaction', async () => {
    const { body } = await statusOf(info, 'KH', notice.id)
    return (body['reactions'] as unknown[]).length > 0 ? body['reactions'] : undefined
  })
  t.match(reactions, [{ participant: 'TH', reaction: 'useful' }])
  t.equal(first, 'gateway-TH')
})
