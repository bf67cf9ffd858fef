import { verify } from 'node:crypto'
import type { Test } from 'tap'
import { leafHash } from '#core/envelope/leaf.ts'
import { parseMicros } from '#core/time.ts'
import type { FeedEntry } from '#test/support/clients.ts'
import type { Content } from '#test/support/feeds.ts'
import { world, inMemory, readAll, full, logged } from './world.ts'

export const copies = async (t: Test): Promise<void> => {
  const entryOf = async (agency: string, content: Content): Promise<FeedEntry> =>
    (await readAll(inMemory, agency)).entries.find((e) => e.notice.id === content.id)!

  const isSigned = ({ envelope }: FeedEntry): boolean => {
    const [header, payload, signature] = envelope!.split('~')[0]!.split('.')
    return verify(
      null,
      Buffer.from(`${header}.${payload}`),
      world.publicKey,
      Buffer.from(signature!, 'base64url'),
    )
  }

  const shared = logged[7]!

  await t.test(
    "a copy for a partner is redacted, and the originator's signature verifies over it",
    async (t) => {
      const partner = await entryOf('EXCHANGE-1', shared)
      t.ok(isSigned(partner))
      t.equal(partner.proof, null, 'no index for a corporate partner')
      t.equal(
        (partner.notice['handling'] as { tlp: string }).tlp,
        'AMBER+STRICT',
        'the copy is marked',
      )
      t.equal(
        JSON.parse(Buffer.from(partner.envelope!.split('.')[1]!, 'base64url').toString()).handling
          .tlp,
        'AMBER',
        'the envelope keeps what was signed',
      )
      t.strictSame(Object.keys(partner.notice).sort(), [
        'advice',
        'canonical',
        'handling',
        'id',
        'issuer',
        'kind',
        'offences',
        'status',
        'subject',
        'version',
        'warnings',
      ])
      t.strictSame(partner.envelope!.split('~').length, 3, 'one disclosure: the advice')
    },
  )

  await t.test('a member reads what it may see, and computes the leaf from its copy', async (t) => {
    const foreign = await entryOf('JP-NPA', shared)
    for (const name of ['caseReference', 'contact'])
      t.notOk(name in foreign.notice, `${name} needs the right \`case\``)
    t.notOk(
      'release' in (foreign.notice['handling'] as object),
      'the release list is for the originator',
    )
    t.match(foreign.notice, {
      narrative: full.narrative,
      operatorStatus: 'suspect',
      agency: 'TH-CCIB',
      evaluation: full.evaluation,
      canonical: { key: String },
      issuer: 'TH',
      version: 1,
      status: 'active',
    })
    const own = await entryOf('TH-CCIB', shared)
    t.match(own.notice, {
      handling: shared['handling'] as object,
      caseReference: 'CIB-1',
      contact: { name: 'x' },
    })
    for (const entry of [foreign, own]) {
      t.ok(isSigned(entry))
      const { index, salt, time } = entry.proof!
      const { rows } = await world.pool.query<{ leaf: Buffer }>(
        'select leaf from entry where index = $1',
        [index],
      )
      t.strictSame(
        leafHash(
          Buffer.from(salt, 'base64url'),
          parseMicros(time)!,
          entry.envelope!.split('~')[0]!,
        ),
        rows[0]!.leaf,
        'the leaf is computed from the copy',
      )
    }
  })
}
