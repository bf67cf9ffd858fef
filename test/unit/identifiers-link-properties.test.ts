import * as fc from 'fast-check'
import t from 'tap'
import { canonicalise } from '#core/identifiers/canonicalise.ts'
import { linkTables } from '#core/identifiers/social/link-forms.ts'
import { keyOf, numRuns } from './identifiers-properties-fixtures.ts'

const account = (platform: string, handle: string): string =>
  keyOf('social-account', { platform, handle })

const profiles = [
  ['tiktok', 'tiktok.com/@example.name', 'tiktok|handle|example.name'],
  ['instagram', 'instagram.com/example.name', 'instagram|handle|example.name'],
  ['facebook', 'facebook.com/examplename7', 'facebook|handle|examplename7'],
  ['facebook', 'facebook.com/people/Example/100012345678901', 'facebook|id|100012345678901'],
  ['youtube', 'youtube.com/@examplename', 'youtube|handle|examplename'],
  ['youtube', 'youtube.com/c/examplename', 'youtube|handle|c/examplename'],
  [
    'youtube',
    'youtube.com/channel/UCexampleexampleexample0',
    'youtube|id|UCexampleexampleexample0',
  ],
  ['x', 'twitter.com/examplename', 'x|handle|examplename'],
  ['linkedin', 'linkedin.com/in/example-name', 'linkedin|handle|example-name'],
  ['threads', 'threads.net/@example.name', 'threads|handle|example.name'],
] as const

await t.test('another screen, scheme, slash, query or escape is the same link', async () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...profiles),
      fc.constantFrom('', 'http://', 'https://', 'HTTPS://', 'hxxps://', 'hXXp[:]//'),
      fc.constantFrom('', 'www.', 'm.', 'mobile.', 'WWW.', 'th-th.', 'WWW[.]'),
      fc.constantFrom('', '/', '//', '?lang=th', '/?ref=share&igsh=x', '#top', '/#top'),
      fc.boolean(),
      ([platform, link, key], scheme, screen, end, isEscaped) => {
        const at = link.indexOf('/')
        const path = link.slice(at).replace('@', '%40').replace('x', '%78')
        const written = isEscaped ? link.slice(0, at) + path : link
        return account(platform, scheme + screen + written + end) === key
      },
    ),
    { numRuns },
  )
})

await t.test('a page of a platform without a form gives no account', async () => {
  const others = Object.entries(linkTables).flatMap(([platform, { hosts }]) =>
    hosts.map((host) => [platform, host] as const),
  )
  const word = fc.stringMatching(/^[a-z]{3,12}$/u)
  fc.assert(
    fc.property(
      fc.constantFrom(...others),
      fc.array(word, { minLength: 4, maxLength: 6 }),
      ([platform, host], parts) => {
        const result = canonicalise('social-account', {
          platform,
          handle: `https://${host}/${parts.join('/')}`,
        })
        return !result.ok && result.refusal.pointer === '/subject/handle'
      },
    ),
    { numRuns },
  )
})

await t.test('a link to another host gives no account, whatever it looks like', async () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...profiles),
      fc.constantFrom(
        '.evil.example',
        '-evil.example',
        '@evil.example',
        ':x@evil.example',
        '%2eevil.example',
      ),
      ([platform, link], more) => {
        const at = link.indexOf('/')
        return account(platform, `https://${link.slice(0, at)}${more}${link.slice(at)}`).startsWith(
          'refused: social/bad-handle',
        )
      },
    ),
    { numRuns },
  )
})
