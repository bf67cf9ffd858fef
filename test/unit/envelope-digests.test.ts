import { createHash } from 'node:crypto'
import t from 'tap'
import type { EnvelopeInput } from '#core/envelope/build-envelope.ts'
import { disclosedIn } from '#core/disclosures.ts'
import { isBare, type SignedPayload } from '#core/schema/check.ts'
import { wallet } from '#test/support/notices.ts'
import { full, full1, revoked, build, opened, samples } from './envelope-fixtures.ts'

/** The place of what is not at the top, as in `digestsOf`. */
const places: Readonly<Record<string, number>> = {
  release: 0,
  tellEnquiries: 0,
  blindContact: 0,
  holder: 1,
}

const digestsOf = (payload: SignedPayload): readonly (readonly string[])[] =>
  isBare(payload) ? [payload._sd] : [payload.handling._sd, payload.subject._sd, payload._sd]

await t.test(
  'there are as many digests always, alike and in no telling order, whatever is disclosed',
  async (t) => {
    const rows: readonly [string, ReturnType<typeof full>, Partial<EnvelopeInput>, number[]][] = [
      ...Object.entries(samples).map(
        ([title, content]): [string, ReturnType<typeof full>, object, number[]] => [
          title,
          content,
          {},
          [4, 2, 16],
        ],
      ),
      ['revoked', revoked(), { status: 'revoked' }, [16]],
      ['version 1', full1(), { contract: 1 }, [1, 1, 8]],
      ['next to nothing in version 1', wallet(), { contract: 1 }, [1, 1, 8]],
    ]
    for (const [title, content, more, counts] of rows) {
      const { payload, disclosures } = opened(await build(content, more))
      const digests = digestsOf(payload)
      t.strictSame(
        digests.map((d) => d.length),
        counts,
        title,
      )
      const all = digests.flat()
      t.equal(new Set(all).size, all.length)
      t.ok(
        all.every((d) => /^[\w-]{43}$/.test(d)),
        'a decoy looks like any',
      )
      t.strictSame(payload._sd, payload._sd.toSorted(), 'sorted, so that the order tells nothing')
      const made = disclosures.map((d) =>
        createHash('sha256').update(d.encoded).digest('base64url'),
      )
      t.ok(
        made.every((d) => all.includes(d)),
        'every disclosure has its digest (RFC 9901 §4.2.3)',
      )
    }
    const lengths = new Set<number>()
    for (const content of [full(), { ...wallet(), agency: 'TH-CCIB' }])
      lengths.add(
        JSON.stringify(
          opened(
            await build({
              ...wallet(),
              ...content,
              subject: wallet()['subject'],
              kind: 'wallet-address',
              offences: ['other'],
              handling: { tlp: 'GREEN' },
            }),
          ).payload,
        ).length,
      )
    t.equal(lengths.size, 1, 'the signed part is as long with all disclosures as with none')
    t.not(
      opened(await build(full())).payload._sd.join(),
      opened(await build(full())).payload._sd.join(),
      'salted: the same content twice has other digests',
    )
  },
)

await t.test(
  'the digest of a disclosure stands in the object that the member belongs to',
  async (t) => {
    const names = new Set<string>()
    for (const [content, status] of [
      [full(), 'active'],
      [revoked(), 'revoked'],
    ] as const) {
      const { payload, disclosures } = opened(await build(content, { status }))
      const digests = digestsOf(payload)
      for (const { name, encoded } of disclosures) {
        const digest = createHash('sha256').update(encoded).digest('base64url')
        const of = places[name] === undefined ? digests.at(-1)! : digests[places[name]]!
        t.ok(of.includes(digest), name)
        names.add(name)
      }
    }
    t.equal(names.size, 18, 'each name was disclosed')
  },
)

await t.test(
  'the commitment is over all disclosures, sorted, in each version that has one',
  async (t) => {
    for (const [content, more] of [
      [full(), {}],
      [wallet(), {}],
      [revoked(), { status: 'revoked' }],
    ] as const) {
      const envelope = await build(content, more)
      const { payload } = opened(envelope)
      const texts = envelope.split('~').slice(1, -1)
      t.strictSame(texts, texts.toSorted(), 'they follow in that order')
      t.match(payload, { sd_all: createHash('sha256').update(texts.join('~')).digest('base64url') })
    }
    t.notOk('sd_all' in opened(await build(full1(), { contract: 1 })).payload)
  },
)

await t.test('each member is disclosed at one place', async (t) => {
  t.strictSame(disclosedIn[2].handling, ['release', 'tellEnquiries', 'blindContact'])
  t.strictSame(disclosedIn[2].subject, ['holder'])
  t.strictSame(disclosedIn[1].handling, ['release'])
  t.equal(disclosedIn[2].top.length, 14)
})
