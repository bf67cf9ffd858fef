import t from 'tap'
import { admitAgency, setClient } from '#core/registry/change.ts'
import { hashSecret } from '#runtime/keys/client-secret.ts'
import { call, type Answer } from '#test/support/clients.ts'
import {
  clientSecret,
  createFeedsWorld,
  feedReader,
  forKh,
  token,
  type Content,
} from '#test/support/feeds.ts'

/*
 * What agencies ask of each other at the feeds: consent to pass a notice on (H2), and submissions
 * of corporate partners.
 */
export const world = await createFeedsWorld(t)

const secretHash = await hashSecret(clientSecret)

export const purposes = ['criminal-investigation'] as const

const extra = ['TH-NCB', 'TH-DSI', 'KH-NCB'] as const

await world.change(
  ...extra.map((id) =>
    admitAgency({
      id,
      participant: id.slice(0, 2),
      name: id,
      rights: ['read', 'submit'],
      purposes: [...purposes],
      roles: id.endsWith('NCB') ? ['ncb'] : [],
    }),
  ),
  ...extra.map((id) =>
    setClient({ id: id.toLowerCase(), agency: id, purpose: 'criminal-investigation', secretHash }),
  ),
)

export const feeds = await world.start()

const clients = [
  'th-ccib',
  'kh-acd',
  'vn-c06',
  'jp-npa',
  'exchange-1',
  'th-ncb',
  'th-dsi',
  'kh-ncb',
]

const tokens = Object.fromEntries(
  await Promise.all(clients.map(async (c) => [c.toUpperCase(), await token(feeds, c)] as const)),
)

export const { readAll } = feedReader((agency) => tokens[agency]!)

export const get = (agency: string, path: string): Promise<Answer> =>
  call(`${feeds.url}${path}`, tokens[agency])

export const send = (agency: string, path: string, body: unknown): Promise<Answer> =>
  call(`${feeds.url}${path}`, tokens[agency], {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

export const logged = async (more: Record<string, unknown>): Promise<Content> => {
  const content = forKh(more)
  await world.append([{ content }])
  await world.settled([feeds])
  return content
}

export const absent = ({ status, body }: Answer): object => ({
  status,
  body: { ...body, instance: '' },
})

export const h2 = await logged({
  handling: {
    tlp: 'AMBER',
    codes: ['H2'],
    release: { participants: ['KH'], partners: ['EXCHANGE-1'] },
  },
})

export const ask = (
  agency: string,
  notice: Content,
  body: unknown = { to: ['VN'], reason: 'their account' },
  query = '',
): Promise<Answer> => send(agency, `/v1/notices/${notice.id}/consent-requests${query}`, body)

export const granted = { answer: 'granted', reason: 'agreed' }

/** The id of the first question, once `consent.ts` has run. */
export const questions = { first: '' }
