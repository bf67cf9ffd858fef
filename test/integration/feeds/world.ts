import t from 'tap'
import { call, type Answer } from '#test/support/clients.ts'
import {
  createFeedsWorld,
  feedReader,
  forKh,
  token,
  type Content,
  type FeedsProcess,
} from '#test/support/feeds.ts'

export const world = await createFeedsWorld(t)

export const inMemory = await world.start()

export const inDatabase = await world.start({ TAIL_MAX_ENTRIES: '0' })

export const both = [inMemory, inDatabase]

const tokens = Object.fromEntries(
  await Promise.all(
    ['th-ccib', 'kh-acd', 'vn-c06', 'jp-npa', 'exchange-1', 'kh-rescue'].map(
      async (c) => [c, await token(inMemory, c)] as const,
    ),
  ),
)

export const tokenOf = (agency: string): string => tokens[agency.toLowerCase()]!

export const { read, readAll } = feedReader(tokenOf)

export const settled = (): Promise<void> => world.settled(both)

export const ids = (entries: readonly { notice: { id: string } }[]): string[] =>
  entries.map((e) => e.notice.id)

export const asked = (feeds: FeedsProcess, init: RequestInit = {}): Promise<Answer> =>
  call(`${feeds.url}/oauth/token`, undefined, { method: 'POST', ...init })

/** Notices of TH-CCIB: one for each row of the TLP table, and more. */
const handlings: Record<string, unknown>[] = [
  { tlp: 'RED' },
  { tlp: 'RED', release: { agencies: ['KH-ACD'] } },
  { tlp: 'AMBER+STRICT', release: { participants: ['KH', 'VN'] } },
  { tlp: 'AMBER+STRICT', release: { agencies: ['JP-NPA'] } },
  { tlp: 'AMBER' },
  { tlp: 'AMBER', release: { participants: ['*'] } },
  { tlp: 'AMBER', release: { groups: ['MEKONG'] } },
  { tlp: 'AMBER', release: { partners: ['EXCHANGE-1'], participants: ['JP'] } },
  { tlp: 'AMBER', release: { participants: ['KH', 'VN'], exclude: ['KH-ACD'] } },
  { tlp: 'GREEN' },
  { tlp: 'GREEN', release: { partners: ['EXCHANGE-1'] } },
  { tlp: 'GREEN', release: { exclude: ['VN'] } },
  { tlp: 'CLEAR' },
  { tlp: 'CLEAR', purposes: ['victim-rescue'] },
  { tlp: 'GREEN', expires: '2020-01-01T00:00:00Z' },
]

const subjects: [string, object][] = [
  ['phone-number', { number: '+66812345678' }],
  [
    'bank-account',
    { account: '000-0-12345-6', institution: { scheme: 'bic', id: 'KASITHBK' }, country: 'TH' },
  ],
  ['wallet-address', { address: '0x098B716B8Aaf21512996dC57EB0615e2383E2f96', chain: 'evm' }],
]

export const full = {
  evaluation: { source: 'B', information: '2' },
  operatorStatus: 'suspect',
  advice: 'block',
  narrative: 'ผู้ต้องสงสัย',
  caseReference: 'CIB-1',
  contact: { name: 'x' },
  language: 'th',
}

export const logged: Content[] = handlings.map((handling, i) =>
  forKh({ handling, kind: subjects[i % 3]![0], subject: subjects[i % 3]![1], ...full }),
)

await world.append(logged.map((content) => ({ content })))

await settled()
