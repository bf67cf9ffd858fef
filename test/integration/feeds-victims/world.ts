import t from 'tap'
import { admitAgency, setClient } from '#core/registry/change.ts'
import { hashSecret } from '#runtime/keys/client-secret.ts'
import { call } from '#test/support/clients.ts'
import {
  clientSecret,
  createFeedsWorld,
  feedReader,
  forKh,
  token,
  type Content,
  type FeedsProcess,
  type Version,
} from '#test/support/feeds.ts'

/*
 * People who may be held against their will: a notice on one reaches the victim desks among the
 * released first.
 */
export const world = await createFeedsWorld(t)

const secretHash = await hashSecret(clientSecret)

for (const [id, participant] of [
  ['KH-DESK', 'KH'],
  ['VN-DESK', 'VN'],
] as const) {
  await world.change(
    admitAgency({
      id,
      participant,
      name: id,
      rights: ['read'],
      purposes: ['victim-rescue'],
      roles: ['victim-desk'],
    }),
    setClient({ id: id.toLowerCase(), agency: id, purpose: 'victim-rescue', secretHash }),
  )
}

const long = { VICTIM_HEAD_START_MS: '600000' }

export const both = [await world.start(long), await world.start({ ...long, TAIL_MAX_ENTRIES: '0' })]

export const [inMemory, inDatabase] = both as [FeedsProcess, FeedsProcess]

export const short = await world.start({ VICTIM_HEAD_START_MS: '1500' })

export const all = [...both, short]

const clients = ['th-ccib', 'kh-acd', 'vn-c06', 'jp-npa', 'exchange-1', 'kh-desk', 'vn-desk']

export const tokens = Object.fromEntries(
  await Promise.all(clients.map(async (c) => [c.toUpperCase(), await token(inMemory, c)] as const)),
)

export const { read, readAll } = feedReader((agency) => tokens[agency]!)

export const ids = (entries: readonly { notice: { id: string } }[]): string[] =>
  entries.map((e) => e.notice.id)

export const victim = (more: Record<string, unknown> = {}): Content =>
  forKh({
    operatorStatus: 'possible-victim',
    advice: 'monitor',
    narrative: 'n',
    handling: { tlp: 'AMBER', release: { participants: ['KH', 'VN'], partners: ['EXCHANGE-1'] } },
    ...more,
  })

export const ordinary = (more: Record<string, unknown> = {}): Content =>
  forKh({ handling: { tlp: 'GREEN' }, ...more })

const isVersion = (given: Content | Version): given is Version => 'content' in given

export const log = async (...versions: (Content | Version)[]): Promise<void> => {
  await world.append(versions.map((given) => (isVersion(given) ? given : { content: given })))
  await world.settled(all)
}

export const byId = (feeds: FeedsProcess, agency: string, id: string) =>
  call(`${feeds.url}/v1/notices/${id}`, tokens[agency])

/** The cursors at the end of the log now, by agency. */
export const marks = async (
  feeds: FeedsProcess,
  agencies: readonly string[],
): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(agencies.map(async (a) => [a, (await readAll(feeds, a)).next] as const)),
  )
