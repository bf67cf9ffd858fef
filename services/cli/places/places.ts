import { Option, type Command } from 'commander'
import { findDemo, pick, type Demo } from './demo-file.ts'
import { misused } from '../failure.ts'

/** The URL of a command's service, and the token for it. */
export type Place = { readonly url: string; readonly token: string; readonly demo?: Demo }
export type PlaceOptions = { readonly token?: string; readonly as?: string }

const withToken = (command: Command): Command =>
  command.addOption(new Option('--token <token>', 'the token for it').env('SWITCHBOARD_TOKEN'))

export const withGateway = (command: Command): Command =>
  withToken(command.option('--gateway <url>', "the gateway's address")).option(
    '--as <participant>',
    'in the demo: whose gateway and token (default: the first)',
  )

export const withFeeds = (command: Command): Command =>
  withToken(command.option('--feeds <url>', "the feeds' address")).option(
    '--as <agency>',
    'in the demo: whose token (default: the first)',
  )

export const withConsole = (command: Command): Command =>
  withToken(
    command.addOption(
      new Option('--console <url>', "the console's address").env('SWITCHBOARD_CONSOLE'),
    ),
  ).option(
    '--as <role>',
    'in the demo: viewer, operator or admin (default: operator), or ncb:TH and its like',
  )

export const gatewayPlace = (
  options: PlaceOptions & { readonly gateway?: string },
): Promise<Place> =>
  placeOf(
    'gateway',
    options.gateway,
    options.token,
    (demo) => pick(demo.gateways, options.as, 'gateway')[1],
  )

export const feedsPlace = (options: PlaceOptions & { readonly feeds?: string }): Promise<Place> =>
  placeOf('feeds', options.feeds, options.token, (demo) => ({
    url: demo.feeds.url,
    token: pick(demo.feeds.agencies, options.as, 'agency')[1].token,
  }))

export const consolePlace = (
  options: PlaceOptions & { readonly console?: string },
): Promise<Place> =>
  placeOf('console', options.console, options.token, (demo) => ({
    url: demo.console.url,
    token: consoleToken(demo, options.as ?? 'operator'),
  }))

const consoleToken = (demo: Demo, as: string): string =>
  as.startsWith('ncb:')
    ? pick(demo.ncb ?? {}, as.slice('ncb:'.length), 'NCB')[1].token
    : pick(demo.console.tokens, as, 'role')[1]

const placeOf = async (
  name: string,
  url: string | undefined,
  token: string | undefined,
  inDemo: (demo: Demo) => Place,
): Promise<Place> => {
  if (url !== undefined) {
    if (URL.parse(url) === null) throw misused(`--${name} is not a URL`)
    if (token === undefined) throw misused(`--${name} needs a token: --token or SWITCHBOARD_TOKEN`)
    return { url: url.replace(/\/+$/, ''), token }
  }
  const demo = await findDemo()
  if (demo === undefined)
    throw misused(`say where: --${name} URL --token T; or start the demo: npm run demo`)
  const place = inDemo(demo)
  return { ...place, token: token ?? place.token, demo }
}
