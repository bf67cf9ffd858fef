import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { loadTranslations } from '#runtime/files/translations.ts'
import { folderWith } from './translation-files-fixtures.ts'

await t.test(
  'a service does not start with a translation that is not valid, and says everything that is ' +
    'wrong with all of them',
  async (t) => {
    const folder = await folderWith({
      'a.json': {
        language: 'xx',
        messages: {
          'notice/no-such': { title: 'x' },
          'notice/bad-value': { titel: 'x', title: '' },
          toString: {},
        },
        details: { 'one of {}': 'without', ok: 'line\nbreak' },
        more: 1,
      },
      'b.json': '{"language":"yy","language":"zz"}',
      'c.json': { language: 'en' },
      'd.json': { language: 'th' },
      'e.json': { language: 'TH' },
    })
    const error = await Promise.resolve()
      .then(() => loadTranslations(folder))
      .then(
        () => undefined,
        (thrown: Error & { problems: string[] }) => thrown,
      )
    t.equal(error?.name, 'ConfigError')
    t.same(
      error?.problems.map((problem) => problem.replace('TRANSLATIONS_FOLDER ', '')),
      [
        'a.json: /more is not known',
        'a.json: /messages has a code that there is not: "notice/no-such"',
        'a.json: /messages: notice/bad-value has a member "titel"; there are title and advice',
        'a.json: /messages: title of notice/bad-value is no text on one line of at most 500 ' +
          'characters',
        'a.json: /messages has a code that there is not: "toString"',
        'a.json: /details: "one of {}" has not as many {} as its text, or more than 4',
        'a.json: /details: "ok" is given no text on one line of at most 500 characters',
        'b.json: is no JSON (body/duplicate-key )',
        'c.json: /language is not a language tag such as th, or is en',
        'e.json: another file has the language TH',
      ],
    )
    t.throws(() => loadTranslations(join(folder, 'nowhere')), { name: 'ConfigError' })
    const empty = join(folder, 'empty')
    await mkdir(empty)
    t.equal(loadTranslations(empty).size, 0)
    t.equal(loadTranslations(undefined).size, 0)
  },
)
