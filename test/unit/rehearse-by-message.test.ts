import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import type { Decision, Marked } from '#core/decide/decide.ts'
import { rehearse } from '#core/rehearsal/rehearse.ts'
import { rehearseByMessage } from '#core/rehearsal/by-message.ts'
import type { Agency } from '#core/registry/registry.ts'
import { registryMessage } from '#core/registry/message.ts'
import { combine, fewReleases, now, plain, suspensionWorlds, tlps } from './decide-model.ts'
import { registry, sent } from './rehearse-fixtures.ts'

await t.test(
  'by what a gateway is told, a rehearsal comes to what decide gives: own agencies by name, ' +
    'of others how many',
  async (t) => {
    const notices = combine({
      tlp: tlps,
      release: [
        ...fewReleases,
        { participants: ['M2'], exclude: ['M2-READ'] },
        { agencies: ['M2-READ', 'M2-ALL', 'X'] },
      ],
      operatorStatus: ['suspect', 'possible-victim'],
      purposes: [null, ['victim-rescue'], ['threat-analysis']],
      codes: [['H0'], ['H2', 'H3']],
    }).map((one): Marked => ({ ...plain, ...one, loggedAt: now }))
    let compared = 0
    for (const { registry: world } of suspensionWorlds) {
      const message = sent(registryMessage(world, 'M1', now))
      for (const notice of notices) {
        const full = rehearse(notice, world, now)
        const known = rehearseByMessage(notice, message, now)!
        const [told, due] = [known.own, full.filter((f) => f.participant === 'M1')].map((list) =>
          list.map(({ agency, purpose, decision }) => ({ agency, purpose, decision })),
        )
        if (!isDeepStrictEqual(told, due)) t.strictSame(told, due)
        for (const { participant, named, groups } of known.others) {
          const rest = full.filter(
            (f) => f.participant === participant && !named.some((n) => n.agency === f.agency),
          )
          const keyOf = (decision: Decision, toldFirst: true | undefined): string =>
            JSON.stringify([decision, toldFirst])
          const counts = Map.groupBy(rest, ({ decision, toldFirst }) => keyOf(decision, toldFirst))
          for (const { least, most, decision, toldFirst } of groups) {
            const count = counts.get(keyOf(decision, toldFirst))?.length ?? 0
            if (count < least || count > most || (named.length === 0 && least !== most))
              t.fail(`${participant}: ${count} of ${least} to ${most} ${decision.rule}`)
            counts.delete(keyOf(decision, toldFirst))
          }
          if (counts.size > 0) t.fail(`${participant}: ${[...counts.keys()].join()} is not told`)
          for (const { agency, outcomes } of named) {
            const own = full.find((f) => f.agency === agency)!.decision
            if (!outcomes.some(({ decision: d }) => JSON.stringify(d) === JSON.stringify(own)))
              t.fail(`${agency}: ${own.rule} is not among what it can be`)
          }
          compared++
        }
      }
    }
    t.ok(compared > 5000, `${compared} compared`)
  },
)

await t.test(
  'what a gateway is told of others is who there is and how many may do the same, not which ' +
    'of them',
  async (t) => {
    const { agencies, profiles = [] } = registryMessage(registry, 'M1', now)
    for (const { id, participant, rights, purposes, roles } of agencies)
      t.equal(
        [rights, purposes, roles].every((told) => (told !== undefined) === (participant === 'M1')),
        true,
        id,
      )
    t.equal(
      profiles.reduce((sum, { agencies: count }) => sum + count, 0),
      [...registry.agencies.values()].filter((a) => a.participant !== 'M1').length,
    )
    t.notMatch(JSON.stringify(profiles), /M2-|D-ALL|X-NONE/, 'no name')
    t.strictSame(
      profiles,
      registryMessage(
        {
          ...registry,
          agencies: new Map(
            [...registry.agencies]
              .toReversed()
              .map(([id, a]): [string, Agency] => [id, { ...a, rights: a.rights.toReversed() }]),
          ),
        },
        'M1',
        now,
      ).profiles,
      'nor by their order',
    )
    t.equal(
      rehearseByMessage(
        plain,
        { ...registryMessage(registry, 'M1', now), profiles: undefined },
        now,
      ),
      undefined,
      'without it there is no rehearsal',
    )
  },
)

await t.test(
  'a rehearsal names participants in the order of their ids, and none that has left',
  async (t) => {
    const departed = {
      ...registry,
      participants: new Map(
        [...registry.participants]
          .toReversed()
          .map(([id, p]) => [id, id === 'M2' ? { ...p, admitted: [{ from: 0, to: now }] } : p]),
      ),
    }
    const { own, others } = rehearseByMessage(
      { ...plain, release: { agencies: ['M2-READ'] } },
      registryMessage(departed, 'M1', now),
      now,
    )!
    t.strictSame(
      others.map((o) => o.participant),
      ['D', 'U', 'X'],
      'in the order of their ids, and none that has left',
    )
    t.strictSame(
      own.map((o) => o.agency),
      ['M1-ALL', 'M1-NCB', 'M1-SUB'],
    )
    t.strictSame(
      rehearseByMessage(plain, registryMessage(departed, 'M2', now), now)!.own,
      [],
      'nor oneself',
    )
  },
)
