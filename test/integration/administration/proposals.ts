import type { Test } from 'tap'
import { importRegistry } from '#store/registry/import.ts'
import { until } from '#test/support/until.ts'
import { bootstrap, hub, other, ask, post, approve, version } from './world.ts'

export const proposals = async (t: Test): Promise<void> => {
  const laos = { id: 'LA', type: 'member', name: 'Lao PDR' }

  await t.test(
    'a registry with nobody in it is filled by one, on record; with somebody in it, by none',
    async (t) => {
      t.match((await ask('viewer', '/v1/registry/changes')).body, {
        changes: [{ version: 1, who: 'bootstrap: founder', why: 'the beginning', proposal: null }],
      })
      t.match(
        await importRegistry(hub.pool, { who: 'founder', why: 'again' }, bootstrap),
        { ok: true, value: { registry: { version: 1 } } },
        'what is in force already needs nobody',
      )
      const more = { participants: [laos] }
      t.match(await importRegistry(hub.pool, { who: 'founder', why: 'more' }, more), {
        ok: false,
        refusals: [{ code: 'registry/two-persons' }],
      })
      t.equal(await version(), 1)
    },
  )

  await t.test(
    'what one person proposes is in force when another approves it, never by the same person',
    async (t) => {
      const proposed = await post('operator', '/v1/participants', laos)
      t.match(proposed, {
        status: 202,
        body: {
          state: 'open',
          action: { action: 'admit-participant' },
          participant: 'LA',
          proposedBy: 'otto',
          why: 'a test',
          inForceSince: null,
          decisions: [],
        },
      })
      t.equal((await ask('viewer', '/v1/participants/LA')).status, 404, 'nothing is in force yet')
      t.match(
        await approve('ottoAsAdmin', proposed),
        { status: 403, body: { code: 'proposal/same-person' } },
        'in another role he is the same person',
      )
      t.match(await approve('admin', proposed), {
        status: 200,
        body: {
          state: 'approved',
          inForceSince: 2,
          decisions: [{ verdict: 'approved', who: 'ada', why: 'a test' }],
        },
      })
      t.match(await ask('viewer', '/v1/participants/LA'), {
        status: 200,
        body: {
          name: 'Lao PDR',
          status: 'active',
          grant: { rights: ['read', 'strict', 'case', 'lookup', 'submit'] },
        },
      })
      t.match((await ask('viewer', '/v1/registry/changes?after=1')).body, {
        changes: [
          {
            version: 2,
            who: 'otto, ada',
            why: 'a test',
            proposal: proposed.body['id'],
            rows: [{ kind: 'participant', id: 'LA', is: { name: 'Lao PDR' } }],
          },
        ],
        end: true,
      })
      t.match(await approve('second', proposed), {
        status: 409,
        body: { code: 'proposal/decided' },
      })
      t.match(await post('operator', '/v1/participants', laos), {
        status: 409,
        body: { code: 'registry/no-change' },
      })
    },
  )

  await t.test(
    'what was rejected never takes effect, and what the registry has overtaken is stale',
    async (t) => {
      const rejected = await post('admin', '/v1/participants/KH/withdraw')
      t.match(await post('second', `/v1/proposals/${String(rejected.body['id'])}/reject`), {
        status: 200,
        body: { state: 'rejected', inForceSince: null },
      })
      t.match(await approve('ottoAsAdmin', rejected), {
        status: 409,
        body: { code: 'proposal/decided' },
      })
      const renamed = await post('admin', '/v1/participants', { ...laos, name: 'Laos' })
      const again = await post('admin', '/v1/participants', { ...laos, name: 'Lao P.D.R.' })
      t.match(await approve('second', renamed), { status: 200 })
      t.match(
        await approve('second', again),
        { status: 409, body: { code: 'proposal/stale' } },
        'another change of the same row',
      )
      const gone = await post('admin', '/v1/participants/LA/reinstate')
      t.match(gone, { status: 409, body: { code: 'registry/no-change' } })
      const before = await version()
      const both = await post('admin', '/v1/participants/LA/withdraw')
      const raced = await Promise.all([approve('second', both), approve('ottoAsAdmin', both)])
      t.same(
        raced.map((a) => a.status).toSorted((a, b) => a - b),
        [200, 409],
        'approved twice at once, it takes effect once',
      )
      t.equal(await version(), before + 1)
      await hub.pool.query(
        'alter table registry_proposal disable trigger registry_proposal_append_only',
      )
      const late = await post('admin', '/v1/participants', laos)
      await hub.pool.query('update registry_proposal set expires = at where id = $1', [
        late.body['id'],
      ])
      t.match(await approve('second', late), { status: 409, body: { code: 'proposal/expired' } })
    },
  )

  await t.test(
    'a suspension is in force at once in every process, and is confirmed by another; to lift it ' +
      'takes two',
    async (t) => {
      const suspended = await post('operator', '/v1/participants/VN/suspend')
      t.match(suspended, { status: 202, body: { state: 'unconfirmed', inForceSince: Number } })
      const started = performance.now()
      await until(
        'the other process knows',
        async () =>
          (await ask('viewer', '/v1/participants/VN', other)).body['status'] === 'suspended',
        5000,
      )
      t.comment(`in force elsewhere after ${Math.round(performance.now() - started)} ms`)
      t.match(
        await hub.metrics.text(),
        /switchboard_registry_proposals\{state="unconfirmed",service="console"\} 1/,
      )
      t.match(await approve('ottoAsAdmin', suspended), {
        status: 403,
        body: { code: 'proposal/same-person' },
      })
      t.match(await approve('admin', suspended), { status: 200, body: { state: 'approved' } })
      const lifted = await post('operator', '/v1/participants/VN/reinstate')
      t.match(
        [lifted.body['state'], (await ask('viewer', '/v1/participants/VN')).body['status']],
        ['open', 'suspended'],
      )
      t.match(await approve('admin', lifted), { status: 200 })
      t.equal((await ask('viewer', '/v1/participants/VN')).body['status'], 'active')
      const doubted = await post('operator', '/v1/participants/VN/suspend')
      t.match(await post('admin', `/v1/proposals/${String(doubted.body['id'])}/reject`), {
        status: 200,
        body: { state: 'rejected' },
      })
      t.equal(
        (await ask('viewer', '/v1/participants/VN')).body['status'],
        'suspended',
        'one who disagrees opens nothing',
      )
    },
  )
}
