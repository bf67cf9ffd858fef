import t, { type Test } from 'tap'
import { catalogue, type Code } from '#core/catalogue/catalogue.ts'
import { createHttp } from '#runtime/http/http.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { problem } from '#runtime/http/problem.ts'
import { loadTranslations } from '#runtime/files/translations.ts'
import { folderWith } from './translation-files-fixtures.ts'

const shipped = loadTranslations(new URL('../../deploy/translations', import.meta.url).pathname)

await t.test(
  'the translations that come with the project are read, and each says something else than English',
  async (t) => {
    t.ok(shipped.has('th'))
    for (const [tag, translation] of shipped) {
      for (const code of Object.keys(catalogue) as Code[])
        t.not(translation.title(code), catalogue[code].title, `${tag} ${code}`)
    }
  },
)

/** A service that speaks English and Lao. It answers a path and an Accept-Language. */
const serviceInLao = async (test: Test) => {
  const folder = await folderWith({
    'lo.json': {
      language: 'lo',
      messages: {
        'notice/bad-value': { title: 'ຄ່າບໍ່ຖືກຕ້ອງ' },
        'notice/bad-type': { advice: 'ສົ່ງຊະນິດທີ່ຖືກຕ້ອງ' },
      },
      details: {
        'one of {}': 'ໜຶ່ງໃນ {}',
        'must be string': 'ຕ້ອງເປັນຂໍ້ຄວາມ',
        '{} of {} rows': '{} / {}',
      },
    },
    'README.md': 'not read',
  })
  const app = await createHttp({
    service: 'test',
    log: createLog({ service: 'test', level: 'silent' }),
    metrics: createMetrics('test'),
    ready: async () => [],
    api: { title: 't', version: '1', description: 'd' },
    translations: loadTranslations(folder),
  })
  test.teardown(() => app.close())
  app.get('/bad', (_request, reply) =>
    problem(reply, [
      { code: 'notice/bad-value', pointer: '/a', detail: 'one of RED, AMBER' },
      { code: 'notice/bad-type', pointer: '/b', detail: 'must be string' },
      { code: 'notice/bad-value', pointer: '/c' },
    ]),
  )
  return async (path: string, language?: string) => {
    const answer = await app.inject({
      url: path,
      headers: language === undefined ? {} : { 'accept-language': language },
    })
    return { headers: answer.headers, body: answer.json<Record<string, unknown>>() }
  }
}

await t.test(
  'a country adds a language as a file; what it does not translate is in English, and the ' +
    'code never changes',
  async (t) => {
    const ask = await serviceInLao(t)
    const lao = await ask('/bad', 'lo-LA,lo;q=0.9,en;q=0.5')
    t.match(lao.headers, { 'content-language': 'lo', vary: /accept-language/i })
    t.same(lao.body, {
      type: 'urn:switchboard:problem:notice/bad-value',
      title: 'ຄ່າບໍ່ຖືກຕ້ອງ',
      status: 422,
      code: 'notice/bad-value',
      detail: 'ໜຶ່ງໃນ RED, AMBER',
      advice: catalogue['notice/bad-value'].advice,
      errors: [
        { pointer: '/a', code: 'notice/bad-value', detail: 'ໜຶ່ງໃນ RED, AMBER' },
        { pointer: '/b', code: 'notice/bad-type', detail: 'ຕ້ອງເປັນຂໍ້ຄວາມ' },
        { pointer: '/c', code: 'notice/bad-value', detail: 'ຄ່າບໍ່ຖືກຕ້ອງ' },
      ],
    })
    t.match(
      await ask('/nowhere', 'lo'),
      {
        headers: { 'content-language': 'lo' },
        body: { title: 'Not found', code: 'request/not-found' },
      },
      'a code without a translation',
    )
  },
)

await t.test('whoever asks for no language that is there is answered in English', async (t) => {
  const ask = await serviceInLao(t)
  for (const language of [
    undefined,
    'en',
    'th',
    '*',
    'en, lo;q=0.5',
    'lo;q=0',
    'nonsense;;',
    'x'.repeat(5000),
  ]) {
    t.match(
      await ask('/bad', language),
      {
        headers: { 'content-language': 'en', vary: /accept-language/i },
        body: {
          title: catalogue['notice/bad-value'].title,
          code: 'notice/bad-value',
          detail: 'one of RED, AMBER',
        },
      },
      String(language).slice(0, 30),
    )
  }
})
