import type { Test } from 'tap'
import { Ajv2020 } from 'ajv/dist/2020.js'
import feedPage from '#schemas/feed-page.json' with { type: 'json' }
import { decide } from '#core/decide/decide.ts'
import { markedOf } from '#core/decide/marked.ts'
import { nowMicros } from '#runtime/process/clock.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import { world, inMemory, inDatabase, both, read, readAll, ids, logged } from './world.ts'

export const pages = async (t: Test): Promise<void> => {
  const agencies = ['TH-CCIB', 'KH-ACD', 'VN-C06', 'JP-NPA', 'EXCHANGE-1']

  await t.test(
    'every agency is given what decide allows, with the same pages from memory and from the ' +
      'database',
    async (t) => {
      const registry = await loadRegistry(world.pool)
      for (const agency of agencies) {
        const participant = registry.agencies.get(agency)!.participant
        const expected = logged.filter(
          (content) =>
            decide(
              { participant, agency, purpose: 'criminal-investigation' },
              markedOf(content, 'TH', nowMicros(), 'active'),
              registry,
              nowMicros(),
            ).content,
        )
        for (const topic of ['all', 'phone-number', 'bank-account', 'wallet-address']) {
          const wanted = expected
            .filter((c) => topic === 'all' || c['kind'] === topic)
            .map((c) => c.id)
          const [memory, database] = await Promise.all(
            both.map((feeds) => readAll(feeds, agency, {}, topic)),
          )
          t.strictSame(ids(memory!.entries), wanted, `${agency} ${topic}`)
          t.strictSame(database, memory, `${agency} ${topic}: cursors and bytes too`)
          for (const limit of topic === 'all' ? ['1', '2', '500'] : ['2'])
            t.strictSame(
              await readAll(inDatabase, agency, { limit }, topic),
              memory,
              `${agency} ${topic} by ${limit}`,
            )
        }
      }
    },
  )

  await t.test('a page holds to its schema', async (t) => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    for (const name of [
      'notice',
      'modus',
      'kinds',
      'kinds/phone-number',
      'kinds/bank-account',
      'kinds/wallet-address',
      'kinds/payment-proxy',
      'kinds/url',
      'kinds/social-account',
      'kinds/compound',
      'kinds/ip-address',
      'kinds/device',
    ]) {
      const schema = (await import(`#schemas/${name}.json`, { with: { type: 'json' } }).catch(
        () => undefined,
      )) as { default: object } | undefined
      if (schema !== undefined) ajv.addSchema(schema.default)
    }
    const check = ajv.compile(feedPage)
    for (const agency of agencies)
      t.ok(check(await read(inMemory, agency)), `${agency}: ${ajv.errorsText(check.errors)}`)
  })
}
