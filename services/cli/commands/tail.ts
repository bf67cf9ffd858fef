import { Option, type Command } from 'commander'
import { entryLine, type FeedLine } from '../output/entry-line.ts'
import { followFeed, readFeedOnce, type FollowedFeed } from '../places/follow.ts'
import type { Io } from '../io.ts'
import { feedsPlace, withFeeds, type Place, type PlaceOptions } from '../places/places.ts'
import { jsonLine } from '../output/printable.ts'
import { clientToken } from '../places/client-token.ts'

type Options = PlaceOptions & {
  readonly feeds?: string
  readonly clientId?: string
  readonly clientSecret?: string
  readonly after?: string
  readonly once?: true
  readonly pretty?: true
}

const help = `
Prints one JSON line per entry as it comes, and goes on after an interruption where it stopped.
Delivery is at least once: an entry's "cursor" names it, and --after takes up from there.
Topics: all, a kind (phone-number, ip-address, device, …), or the id of a subscription.
Tokens live 10 minutes: with a client's id and secret a fresh one is taken as needed.

Examples:
  $ npx switchboard tail all --as KH-ACD --pretty
  $ npx switchboard tail wallet-address --as KH-ACD --once | jq -r .notice.canonical.key
  $ SWITCHBOARD_CLIENT_SECRET=… npx switchboard tail all --feeds https://feeds.example \\
      --client-id KH-ACD-feed`

export const addTail = (program: Command, io: Io): void => {
  withFeeds(program.command('tail').argument('<topic>').description('Follow a feed.'))
    .option('--client-id <id>', 'take tokens for this client instead of --token')
    .addOption(
      new Option(
        '--client-secret <secret>',
        'of the client; better in the environment than on the command line',
      ).env('SWITCHBOARD_CLIENT_SECRET'),
    )
    .option('--after <cursor>', 'begin behind this entry; without it, from the beginning')
    .option('--once', 'stop at the present end, and say on stderr where to go on')
    .option('--pretty', 'one line for people instead of JSON')
    .addHelpText('after', help)
    .action(async (topic: string, options: Options) => {
      const feed = await feedOf(topic, options, io)
      if (!options.once) return followFeed(feed)
      const next = await readFeedOnce(feed)
      io.err(`go on with: --after ${next}`)
    })
}

const feedOf = async (topic: string, options: Options, io: Io): Promise<FollowedFeed> => {
  const place = await feedsPlace(
    options.clientId === undefined ? options : { ...options, token: 'taken by the client' },
  )
  return {
    url: `${place.url}/v1/feeds/${encodeURIComponent(topic)}`,
    token: tokensOf(place, options, io),
    ...(options.after !== undefined && { after: options.after }),
    onEntry: (entry) => io.out(options.pretty ? entryLine(entry as FeedLine) : jsonLine(entry)),
    io,
  }
}

/** The token of the options, or tokens of a client, which a tail of more than ten minutes needs. */
const tokensOf = (place: Place, options: Options, io: Io): FollowedFeed['token'] => {
  if (options.clientId !== undefined)
    return clientToken({
      url: place.url,
      id: options.clientId,
      secret: options.clientSecret ?? '',
      signal: io.signal,
    })
  return async () => place.token
}
