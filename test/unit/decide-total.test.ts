import * as fc from 'fast-check'
import t from 'tap'
import { audienceTokens } from '#core/decide/audience.ts'
import { decide, type Marked, type Rule } from '#core/decide/decide.ts'
import { disclosures } from '#core/disclosures.ts'
import { now, plain, tlps } from './decide-model.ts'
import { registry, acting } from './decide-fixtures.ts'

await t.test(
  'decide is total: whatever a marking says, it answers, and what it does not understand goes ' +
    'to nobody but the originator',
  async (t) => {
    const junk = fc.anything({ maxDepth: 2 })
    const ours = (alternative: fc.Arbitrary<unknown>) => fc.oneof(alternative, junk)
    const notice = fc.record({
      issuer: fc.constant('M1'),
      agency: fc.constant('M1-SUB'),
      tlp: ours(fc.constantFrom(...tlps, '__proto__', 'constructor')),
      codes: ours(fc.subarray(['H0', 'H3', 'H9'])),
      purposes: ours(fc.constantFrom(null, ['criminal-investigation'])),
      release: ours(
        fc.record({ participants: ours(fc.constant(['M2'])), exclude: ours(fc.constant([])) }),
      ),
      expires: ours(fc.constant(null)),
      operatorStatus: ours(fc.constant('suspect')),
      loggedAt: ours(fc.constant(plain.loggedAt)),
      status: ours(fc.constant('active')),
    }) as fc.Arbitrary<Marked>
    fc.assert(
      fc.property(notice, (notice) => {
        for (const reader of acting) {
          const { content, withhold } = decide(reader, notice, registry, now)
          if (content !== withhold.length < disclosures.length)
            throw new Error('content is given where something is not withheld, and only there')
        }
        audienceTokens(notice)
      }),
      { numRuns: 5000 },
    )
    const rows: readonly [string, object, Rule][] = [
      ['codes that are no list', { codes: 'H0' }, 'unknown-code'],
      ['a missing release', { release: undefined }, 'unknown-list'],
      ['a release that is text', { release: 'M2' }, 'unknown-list'],
      ['a release that is a number', { release: 1 }, 'unknown-list'],
      ['an expiry that is no time', { expires: Number.NaN }, 'expired'],
      ['a missing expiry', { expires: undefined }, 'expired'],
      ['purposes that are text', { purposes: 'criminal-investigation' }, 'unknown-purposes'],
      ['a purpose that is missing, to a reader without one', { purposes: [undefined] }, 'purpose'],
    ]
    for (const [title, odd, rule] of rows) {
      const { content, rule: decidedBy } = decide(
        { participant: 'M2', agency: 'M2-ALL' },
        { ...plain, tlp: 'GREEN', ...odd },
        registry,
        now,
      )
      t.same([content, decidedBy], [false, rule], title)
    }
  },
)
