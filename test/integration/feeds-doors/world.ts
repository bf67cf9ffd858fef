import t from 'tap'
import { call, type Answer } from '#test/support/clients.ts'
import { clientSecret, createFeedsWorld, type FeedsProcess } from '#test/support/feeds.ts'

export const world = await createFeedsWorld(t)

export const ask = (feeds: FeedsProcess, form: Record<string, string>): Promise<Answer> =>
  call(`${feeds.url}/oauth/token`, undefined, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
  })

export const withSecret = (
  feeds: FeedsProcess,
  client: string,
  secret = clientSecret,
): Promise<Answer> => ask(feeds, { client_id: client, client_secret: secret })
