import * as fc from 'fast-check'
import t from 'tap'
import {
  pickLanguage,
  readTranslation,
  type Translation,
  type Translations,
} from '#core/catalogue/translation.ts'

await t.test(
  'the language is found by lookup (RFC 4647 §3.4), in the order of the weights',
  (t) => {
    const one = (language: string): [string, Translation] => {
      const read = readTranslation({ language, messages: {} })
      if (!read.ok) throw new Error(read.problems.join())
      return [language.toLowerCase(), read.value]
    }
    const translations: Translations = new Map([one('th'), one('zh-Hant'), one('km')])
    const rows: readonly (readonly [header: string, language: string | undefined])[] = [
      ['th', 'th'],
      ['TH-th', 'th'],
      ['zh-Hant-TW', 'zh-Hant'],
      ['zh-hant-x-y', 'zh-Hant'],
      ['zh', undefined],
      ['vi, km;q=0.4, th;q=0.8', 'th'],
      ['km, th', 'km'],
      ['th;q=0.5, en', undefined],
      ['th ; q=0.9 , en;q=0.8', 'th'],
      ['th;q=0.000', undefined],
      ['th;q=2', undefined],
      ['', undefined],
      [',,th', 'th'],
      ['*;q=0.5, th', 'th'],
      ['*, th;q=0.5', undefined],
      ['en-GB, th;q=0.9', undefined],
    ]
    for (const [header, language] of rows)
      t.equal(pickLanguage(header, translations)?.language, language, header)
    fc.assert(
      fc.property(
        fc.string({ maxLength: 1200 }),
        (header) => void pickLanguage(header, translations),
      ),
      { numRuns: 2000 },
    )
    t.end()
  },
)

await t.test(
  'a phrase with places for what varies is filled from the detail, and never with more than it',
  (t) => {
    const read = readTranslation({
      language: 'th',
      details: { 'could be {} or {}': 'A {} B {} C', '{} uses {} characters': '[{}|{}]' },
    })
    if (!read.ok) throw new Error(read.problems.join())
    const { detail } = read.value
    t.equal(detail('could be +1 or +2'), 'A +1 B +2 C')
    t.equal(detail('could be +1 or +2 or +3'), 'A +1 B +2 or +3 C')
    t.equal(detail('Bank {} uses 10 or 14 characters'), '[Bank {}|10 or 14]')
    for (const english of ['could be +1', 'it could be 1 or 2', ' uses ', 'could be '])
      t.equal(detail(english), undefined, english)
    t.equal(detail(`could be ${'x'.repeat(5000)} or y`), undefined, 'too long to be looked at')
    t.end()
  },
)
