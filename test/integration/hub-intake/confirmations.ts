import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { neverListOf } from '#core/identifiers/never-list.ts'
import { confirmationId } from '#core/said/confirmation-id.ts'
import { schemaVersions } from '#core/schema/versions.ts'
import { destroyDue } from '#store/log/retention.ts'
import { tellEntries } from '#store/log/told.ts'
import { rightClock } from '#test/support/clock.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { retentionClockAt } from '#test/support/retention-clock.ts'
import { check, takeIn } from '../../../services/hub/intake/intake.ts'
import { forms, listed, number, said } from './words.ts'
import { answers, hub, pool, recordOf, registry, submit, th } from './world.ts'

const now = hub(schemaVersions)

const stateOf = async (digest: string): Promise<unknown> =>
  (
    await pool.query<{ state: string }>(
      `select state from quarantine where digest = decode($1, 'hex')`,
      [digest],
    )
  ).rows[0]?.state

/** The entries of a notice and those about it, in the order of the log. */
const logged = async (id: string): Promise<string[]> =>
  (
    await pool.query<{ event: string }>(
      'select event from entry where id = $1 or about_id = $1 order by index',
      [id],
    )
  ).rows.map(({ event }) => event)

const once = ['notice', 'confirmation']

/** Takes in records that come in one batch, and answers what each was answered. */
const together = async (...texts: string[]): Promise<unknown[]> => {
  await takeIn(await check(texts.map(recordOf), now), now)
  return texts.map((text) => answers.get(recordOf(text).digest))
}

const countedOnce = async (t: Test, form: keyof typeof forms): Promise<void> => {
  const held = await listed()
  const { id, digest, envelope } = held
  t.match(await submit(envelope, now), {
    state: 'held',
    code: 'never-list/held',
    pointer: '/subject',
    detail: /police/,
  })
  t.match(await submit(envelope, now), { state: 'held' }, 'the gateway sends it again')
  const word = await forms[form](held)
  await pool.query(
    `create function fail() returns trigger language plpgsql as $$
       begin raise exception 'away'; end $$;
     create trigger fail before insert on entry for each row when (new.event = 'confirmation')
       execute function fail()`,
  )
  await t.rejects(submit(word, now), /away/)
  t.same([await stateOf(digest), await logged(id)], ['held', []], 'both or none')
  await pool.query('drop trigger fail on entry; drop function fail')
  const killed = { send: () => Promise.reject(new Error('killed')) }
  await t.rejects(
    submit(word, { ...now, receipts: killed }),
    /killed/,
    'it dies once it is durable',
  )
  t.same([await stateOf(digest), await logged(id)], ['released', once])
  answers.delete(digest)
  const first = await submit(word, now)
  t.match(first, { state: 'accepted', id: confirmationId(digest), index: Number })
  const notice = answers.get(digest)
  t.match(notice, { state: 'accepted', id, index: first.index! - 1 }, 'both are answered')
  answers.delete(digest)
  t.same(await submit(word, now), first, 'redelivered, it gets the same answer')
  t.same(answers.get(digest), notice)
  t.same(await submit(envelope, now), notice, 'and so do the bytes that it confirmed')
  answers.delete(digest)
  for (const again of Object.values(forms))
    t.match(await submit(await again(held), now), {
      state: 'rejected',
      code: 'never-list/not-held',
    })
  t.same(answers.get(digest), notice, 'a second word changes nothing, and the notice is answered')
  t.same(await logged(id), once)
}

const racing = async (t: Test): Promise<void> => {
  const held = await listed()
  await submit(held.envelope, now)
  const words = [await forms['statement+jwt'](held), await forms['statement+sd-jwt'](held)]
  t.match(await together(words[0]!, words[1]!, held.envelope, words[0]!), [
    { state: 'accepted' },
    { state: 'rejected', code: 'never-list/not-held' },
    { state: 'accepted', id: held.id },
    { state: 'accepted' },
  ])
  t.same(await logged(held.id), once)

  const ended = await listed()
  await submit(ended.envelope, now)
  const end = await envelopeOf(
    th,
    { ...number, id: ended.id, reason: 'mistake' },
    { version: 2, status: 'revoked' },
  )
  t.match(await together(end.envelope, await forms['statement+sd-jwt'](ended)), [
    { state: 'rejected', code: 'never-list/withdrawn' },
    { state: 'rejected', code: 'never-list/not-held' },
  ])
  t.same([await stateOf(ended.digest), await logged(ended.id)], ['rejected', []])
}

const wrong = async (t: Test): Promise<void> => {
  const held = await listed()
  await submit(held.envelope, now)
  const by = { person: 'p-7', agency: 'TH-CCIB' }
  const about = { issuer: 'TH', id: held.id }
  const sane = { by, about, reason: 'spoofed' }
  for (const [what, more, code, pointer] of [
    [
      'another notice',
      { ...sane, about: { issuer: 'TH', id: randomUUID() } },
      'not-held',
      '/about',
    ],
    ['the notice of another', { ...sane, about: { ...about, issuer: 'KH' } }, 'not-held', '/about'],
  ] as const)
    t.match(
      await submit((await said(held, { disclosed: more })).text, now),
      { state: 'rejected', code: `never-list/${code}`, pointer },
      what,
    )
  const mute = { ...sane, by: { person: 'p', agency: 'KH-ACD' } }
  t.match(await submit((await said(held, { disclosed: mute })).text, now), {
    state: 'rejected',
    code: 'envelope/not-authorised',
    pointer: '/agency',
  })
  const other = await listed()
  t.match(await submit((await said({ ...held, digest: other.digest })).text, now), {
    state: 'rejected',
    code: 'never-list/not-held',
    pointer: '/digest',
  })
  t.same([await stateOf(held.digest), await logged(held.id)], ['held', []], 'it is held as before')
  t.match(
    await submit((await said(held, { disclosed: sane })).text, now),
    { state: 'accepted' },
    'without an agency the person speaks for its own',
  )
  const next = await listed()
  await submit(next.envelope, now)
  t.match(
    await submit((await said(next, { id: confirmationId(held.digest) })).text, now),
    { state: 'rejected', code: 'envelope/conflict' },
    'the id of another confirmation',
  )
  t.same([await stateOf(next.digest), await logged(next.id)], ['held', []])
}

const asIfItCameNow = async (t: Test): Promise<void> => {
  const held = await listed()
  t.match(await submit(held.envelope, now), { state: 'held' })
  const suspended = {
    ...registry,
    participants: new Map(
      [...registry.participants].map(([name, p]) => [name, { ...p, status: 'suspended' as const }]),
    ),
  }
  for (const form of Object.values(forms))
    t.match(
      await submit(await form(held), { ...now, registry: () => suspended }),
      { state: 'rejected', code: 'envelope/not-authorised', pointer: '/iss' },
      'who may say nothing confirms nothing',
    )
  t.same([await stateOf(held.digest), await logged(held.id)], ['held', []])
  const unknown = { ...number, handling: { tlp: 'AMBER', release: { groups: ['NOBODY'] } } }
  const group = await envelopeOf(th, unknown)
  const known = {
    ...registry,
    groups: new Map([['NOBODY', { id: 'NOBODY', name: 'Nobody', members: [] }]]),
  }
  t.match(
    await submit(group.envelope, { ...now, registry: () => known as unknown as typeof registry }),
    {
      state: 'held',
    },
  )
  const refused = { state: 'rejected', code: 'handling/unknown-group' }
  t.match(await submit(await forms['statement+sd-jwt'](group), now), {
    ...refused,
    pointer: '/digest',
  })
  t.match(answers.get(group.digest), refused, 'what is confirmed is refused, and both are told')
  t.same([await stateOf(group.digest), await logged(group.id)], ['rejected', []])
}

const ends = async (t: Test): Promise<void> => {
  const unlisted = { ...now, rules: { ...now.rules, neverList: neverListOf([]) } }
  const { id, envelope } = await listed()
  t.match(await submit(envelope, unlisted), { state: 'accepted' }, 'logged before it was listed')
  const second = await envelopeOf(th, { ...number, id, narrative: 'more' }, { version: 2 })
  t.match(await submit(second.envelope, now), { state: 'held', version: 2 })
  const revocation = await envelopeOf(
    th,
    { ...number, id, reason: 'mistake' },
    { version: 3, status: 'revoked' },
  )
  t.match(
    await submit(revocation.envelope, now),
    { state: 'accepted', version: 3 },
    'who has it must be told',
  )
  t.match(await submit(second.envelope, now), { state: 'superseded' })

  const fresh = await listed()
  t.match(await submit(fresh.envelope, now), { state: 'held' })
  const end = await envelopeOf(
    th,
    { ...number, id: fresh.id, reason: 'mistake' },
    { version: 2, status: 'revoked' },
  )
  t.match(await submit(end.envelope, now), { state: 'rejected', code: 'never-list/withdrawn' })
  t.same([await stateOf(fresh.digest), await logged(fresh.id)], ['rejected', []])
  t.match(await submit(fresh.envelope, now), { state: 'rejected', code: 'never-list/withdrawn' })
  for (const form of Object.values(forms))
    t.match(await submit(await form(fresh), now), {
      state: 'rejected',
      code: 'never-list/not-held',
    })
}

const destroyed = async (t: Test): Promise<void> => {
  const [held, confirmed] = [await listed(), await listed()]
  for (const { envelope } of [held, confirmed]) await submit(envelope, now)
  t.match(await submit(await forms['statement+sd-jwt'](confirmed), now), { state: 'accepted' })
  const told = new Set<string>()
  const tell = (rows: readonly { readonly to: string; readonly type: string }[]) => {
    for (const { type } of rows) told.add(type)
    return Promise.resolve(new Set(rows.map(({ to }) => to)))
  }
  while (await tellEntries(pool, tell)) continue
  t.same([...told], [], 'nobody is told of it')
  await retentionClockAt(pool, 1827)
  const retention = { retentionDays: 1826, victimRetentionDays: 365 }
  for (let more = true; more;) ({ more } = await destroyDue(pool, retention, 100, rightClock.trust))
  await retentionClockAt(pool, 0)
  const { rows } = await pool.query(
    `select statement, disclosures from entry where about_id = $1`,
    [confirmed.id],
  )
  t.same(rows, [{ statement: '', disclosures: '' }], 'it goes with its notice')
  t.match(await submit(await forms['statement+sd-jwt'](held), now), {
    state: 'rejected',
    code: 'never-list/not-held',
  })
  t.same(await logged(held.id), [], 'what is destroyed is not let into the log')
}

export const confirmations = async (t: Test): Promise<void> => {
  for (const form of Object.keys(forms) as (keyof typeof forms)[])
    await t.test(
      `a confirmation (${form}) is logged with the notice that it lets in, or neither is, and ` +
        'counts once however often it comes',
      (t) => countedOnce(t, form),
    )
  await t.test('of all that comes in one batch the first word counts', racing)
  await t.test('a confirmation is of one held notice of its issuer', wrong)
  await t.test('what is confirmed is checked as if it came now', asIfItCameNow)
  await t.test(
    'a next version is held anew; a revocation ends what is held, and is logged only where ' +
      'something of the notice is',
    ends,
  )
  await t.test('a confirmation is destroyed with its notice, and no sooner', destroyed)
}
