import { createHash } from 'node:crypto'
import t from 'tap'
import { wallet } from '#test/support/notices.ts'
import { full, revoked, build, opened, samples } from './envelope-fixtures.ts'

await t.test(
  'there are ten digests always, alike and in no telling order, whatever is disclosed',
  async (t) => {
    for (const [title, content] of [...Object.entries(samples), ['revoked', revoked()] as const]) {
      const { payload, disclosures } = opened(
        await build(content, title === 'revoked' ? { status: 'revoked' } : {}),
      )
      const digests = [payload.handling._sd, payload.subject._sd, payload._sd]
      t.strictSame(
        digests.map((d) => d.length),
        [1, 1, 8],
        title,
      )
      const all = digests.flat()
      t.equal(new Set(all).size, 10)
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
      for (const { name, encoded } of disclosures) {
        const digest = createHash('sha256').update(encoded).digest('base64url')
        const of =
          name === 'release' ? payload.handling : name === 'holder' ? payload.subject : payload
        t.ok(of._sd.includes(digest), name)
        names.add(name)
      }
    }
    t.equal(names.size, 11, 'each name was disclosed')
  },
)
