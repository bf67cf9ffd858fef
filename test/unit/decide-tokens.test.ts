import t from 'tap'
import { audienceTokens, readerTokens } from '#core/decide/audience.ts'
import type { Marked, Release } from '#core/decide/decide.ts'
import { now, plain, worldOf } from './decide-model.ts'
import { registry } from './decide-fixtures.ts'

await t.test('a notice carries the tokens of its release, and no more', async (t) => {
  const all: Release = {
    participants: ['M2', 'D', '*'],
    agencies: ['M2-READ'],
    groups: ['G'],
    partners: ['X'],
    exclude: ['D', 'M1'],
  }
  const rows: readonly [string, Partial<Marked>, readonly string[]][] = [
    [
      'RED: the agencies named',
      { tlp: 'RED', release: { agencies: ['M2-READ', 'D-ALL'] } },
      ['P:M1', 'A:M2-READ', 'A:D-ALL'],
    ],
    ['RED without a list: the issuer', { tlp: 'RED' }, ['P:M1']],
    [
      'AMBER: each list, less who is excluded, never the issuer',
      { release: all },
      ['P:M1', 'P:M2', 'members', 'A:M2-READ', 'G:G', 'X:X'],
    ],
    [
      'AMBER: an excluded agency and partner',
      { release: { agencies: ['M2-READ', 'M2-ALL'], partners: ['X'], exclude: ['M2-READ', 'X'] } },
      ['P:M1', 'A:M2-ALL'],
    ],
    [
      'AMBER+STRICT: the same without partners',
      { tlp: 'AMBER+STRICT', release: { participants: ['*'] } },
      ['P:M1', 'members'],
    ],
    [
      'GREEN: members, dialogue partners, and the partners named',
      { tlp: 'GREEN', release: { partners: ['X'], exclude: ['M2'] } },
      ['P:M1', 'members', 'dialogue-partners', 'X:X'],
    ],
    [
      'CLEAR: everyone',
      { tlp: 'CLEAR', release: { exclude: ['M2'] } },
      ['P:M1', 'members', 'dialogue-partners', 'partners'],
    ],
    [
      'the issuer named among the released counts once',
      { release: { participants: ['M1'] } },
      ['P:M1'],
    ],
    ['a TLP that is not known: the issuer', { tlp: 'WHITE', release: all }, ['P:M1']],
    ['a code that is not known: the issuer', { codes: ['H9'], release: all }, ['P:M1']],
    ['a list its TLP may not carry: the issuer', { tlp: 'GREEN', release: all }, ['P:M1']],
  ]
  for (const [title, marks, tokens] of rows)
    t.same(audienceTokens({ ...plain, ...marks }), tokens, title)
})

await t.test('a reader holds the tokens of what it is and belongs to now', async (t) => {
  const tokens = (participant: string, agency: string, world = registry): string[] =>
    readerTokens({ participant, agency }, world, now)
  const spec = { admitted: 'throughout', grouped: 'throughout', suspended: 'nobody' } as const
  t.same(tokens('M2', 'M2-READ'), ['P:M2', 'members', 'A:M2-READ', 'G:G', 'G:NEW'])
  t.same(tokens('D', 'D-READ'), ['P:D', 'dialogue-partners', 'A:D-READ', 'G:G', 'G:NEW'])
  t.same(
    tokens('X', 'X'),
    ['P:X', 'partners', 'X:X'],
    'a corporate partner holds no agency and no group',
  )
  t.same(tokens('U', 'U-ALL'), ['P:U'], 'a type that is not known holds its own only')
  t.same(
    tokens('M2', 'M2-READ', worldOf({ ...spec, grouped: 'then only' }).registry),
    ['P:M2', 'members', 'A:M2-READ', 'G:NEW'],
    'a group left is not held',
  )
  for (const suspended of ['participants', 'agencies'] as const)
    t.same(
      tokens('M2', 'M2-READ', worldOf({ ...spec, suspended }).registry),
      [],
      `suspended ${suspended} hold none`,
    )
  t.same(
    tokens('M2', 'M2-READ', worldOf({ ...spec, admitted: 'then only' }).registry),
    [],
    'who has left holds none',
  )
  t.same(tokens('M2', 'D-READ'), [], "another participant's agency holds none")
})
