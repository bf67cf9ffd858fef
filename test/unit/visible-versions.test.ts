import t from 'tap'
import { decide, type Decision, type Marked, type Reader } from '#core/decide/decide.ts'
import { disclosures } from '#core/disclosures.ts'
import { together } from '#core/decide/visible-event.ts'
import { now, plain } from './decide-model.ts'
import { registry, decisions } from './versions-fixtures.ts'

const by = (reader: Reader, marks: Partial<Marked>): Decision =>
  decide(reader, { ...plain, ...marks }, registry, now)

const agency: Reader = { participant: 'M2', agency: 'M2-READ' }

const named = by(agency, { release: { agencies: ['M2-READ'] }, codes: ['H2'] })

const released = by(agency, { release: { participants: ['M2'] } })

const partner: Reader = { participant: 'X', agency: 'X' }

const [suspect, victim] = (['suspect', 'possible-victim'] as const).map((operatorStatus) =>
  by(partner, { operatorStatus, release: { partners: ['X'] } }),
)

const rows: readonly [string, Decision, Decision, Partial<Decision>][] = [
  [
    'case fields that the newest version withholds',
    named,
    released,
    {
      content: true,
      existence: true,
      rule: 'named-agency',
      withhold: ['release', 'caseReference', 'contact', 'links', 'by'],
      notToBePassedOn: true,
    },
  ],
  [
    'case fields that the older version withholds',
    released,
    named,
    {
      content: true,
      existence: true,
      rule: 'released-participant',
      withhold: ['release', 'caseReference', 'contact', 'links', 'by'],
      notToBePassedOn: true,
    },
  ],
  [
    'advice on one that turned out a possible victim',
    suspect!,
    victim!,
    {
      content: true,
      existence: true,
      rule: 'partner-redacted',
      withhold: disclosures.filter((name) => name !== 'tellEnquiries'),
      copyTlp: 'AMBER+STRICT',
      adviceOnly: 'block',
    },
  ],
  ['a newest version that is hidden', named, decisions['hidden']!, decisions['hidden']!],
  ['an older version that is hidden', decisions['hidden']!, named, decisions['hidden']!],
  [
    'a hidden version beside one whose conditions are pending',
    decisions['pending']!,
    decisions['hidden']!,
    decisions['hidden']!,
  ],
  ['two hidden versions', decisions['suspended']!, decisions['hidden']!, decisions['hidden']!],
  [
    'an older version that has expired beside pending conditions',
    decisions['expired']!,
    decisions['pending']!,
    decisions['expired']!,
  ],
  ['conditions in the newest version', named, decisions['pending']!, decisions['pending']!],
  ['conditions in the older version', decisions['pending']!, named, decisions['pending']!],
  ['two versions of one marking', named, named, named],
]

await t.test('of an older version a reader is given what both versions allow', async (t) => {
  for (const [title, own, newest, given] of rows) t.strictSame(together(own, newest), given, title)
})
