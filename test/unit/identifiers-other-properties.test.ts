import * as fc from 'fast-check'
import t from 'tap'
import { canonicalise } from '#core/identifiers/canonicalise.ts'
import { numRuns, keyOf } from './identifiers-properties-fixtures.ts'

await t.test('url: a key is its own writing, and disarming it changes nothing', async () => {
  const path = fc.stringMatching(/^(?:%[0-9a-fA-F]{2}|[a-zA-Z0-9._~!?&=+#/-]){0,40}$/u)
  fc.assert(
    fc.property(fc.domain(), path, fc.boolean(), (host, rest, secure) => {
      const key = keyOf('url', { url: `http${secure ? 's' : ''}://${host}/${rest}` })
      const disarmed = key
        .replace(/^http/u, 'hxxp')
        .replace(host.toLowerCase(), host.toLowerCase().replaceAll('.', '[.]'))
      return (
        key.startsWith('refused') ||
        (keyOf('url', { url: key }) === key && keyOf('url', { url: disarmed }) === key)
      )
    }),
    { numRuns },
  )
})

await t.test('url: a disarmed address is its own host or refused, never another host', async () => {
  const part = <T extends string>(...forms: T[]) => fc.constantFrom(...forms)
  const dot = part(
    '.',
    '[.]',
    '(.)',
    '{.}',
    '\\.',
    '[dot]',
    '(DOT)',
    ' [.] ',
    '<.>',
    '[.',
    '|.|',
    ',',
  )
  const dots = fc.array(dot, { minLength: 5, maxLength: 5 })
  const colon = part('://', '[:]//', '[://]', '(:)//', ':\\/\\/', ':\\\\', ' :// ', ':[//]', ':/')
  const http = part('http', 'hxxp', 'hXXp', 'h**p', 'hxtp', 'HTTP')
  const slash = part('/', '[/]', '\\/', '\\', '(slash)')
  fc.assert(
    fc.property(fc.domain(), http, colon, dots, slash, (domain, word, mark, between, end) => {
      const labels = domain.toLowerCase().split('.')
      const host = labels.map(
        (label, at) => label + (at + 1 < labels.length ? (between[at] ?? '.') : ''),
      )
      const key = keyOf('url', { url: `${word}${mark}${host.join('')}${end}login` })
      return key.startsWith('refused') || key === `http://${labels.join('.')}/login`
    }),
    { numRuns },
  )
})

await t.test(
  'compound: two positions in one cell share the key, and in neighbouring cells a link',
  async () => {
    const cell = fc.record({
      latitude: fc.integer({ min: -89_000, max: 89_000 }),
      longitude: fc.integer({ min: -179_000, max: 179_000 }),
    })
    const off = fc.integer({ min: -49, max: 49 })
    const at = (thousandths: number, hundredthousandths: number): string =>
      ((thousandths * 100 + hundredthousandths) / 100_000).toFixed(5)
    fc.assert(
      fc.property(
        cell,
        off,
        off,
        fc.constantFrom(-1, 0, 1),
        fc.constantFrom(-1, 1),
        ({ latitude, longitude }, north, east, up, side) => {
          const site = {
            name: 'A',
            country: 'KH',
            latitude: at(latitude, 0),
            longitude: at(longitude, 0),
          }
          const near = keyOf('compound', {
            ...site,
            name: 'B',
            latitude: at(latitude + up, 0),
            longitude: at(longitude + side, 0),
          })
          const result = canonicalise('compound', {
            ...site,
            latitude: at(latitude, north),
            longitude: at(longitude, east),
          })
          return (
            result.ok &&
            result.value.canonical.key === keyOf('compound', site) &&
            result.value.canonical.links?.some(({ key }) => key === near) === true
          )
        },
      ),
      { numRuns },
    )
  },
)
