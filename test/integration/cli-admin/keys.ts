import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Test } from 'tap'
import { loadRegistry } from '#store/registry/registry.ts'
import { pool, folder, run1, th, ex, asWho, changeAs, agreed, type Ran } from './world.ts'

export const keys = async (t: Test): Promise<void> => {
  await t.test(
    'a key is made, proved, countersigned and enrolled for one owner, at hand or by what was ' +
      'handed over, and revoked for good',
    async (t) => {
      const make = async (name: string) => {
        const made = await run1(['key', 'make'], ['--out', resolve(folder, name)])
        return {
          file: resolve(folder, name),
          jwk: made.out[0]!,
          kid: (JSON.parse(made.out[0]!) as { kid: string }).kid,
        }
      }
      const [ncb, first, second] = [
        await make('ncb.jwk'),
        await make('first.jwk'),
        await make('second.jwk'),
      ]
      t.match(
        await agreed(['key', 'enrol', '--participant', th, '--purpose', 'ncb', '--key', ncb.file]),
        { code: 0 },
      )
      t.match(await agreed(['key', 'enrol', '--participant', th, '--key', first.file]), {
        code: 1,
        err: /key\/no-countersignature/,
      })
      t.match(
        await agreed([
          'admin',
          'key',
          'enrol',
          '--participant',
          th,
          '--key',
          first.file,
          '--countersign-with',
          ncb.file,
          '--valid-to',
          '2099-01-01',
        ]),
        { code: 0 },
      )
      const nonce = (await asWho('otto', ['key', 'nonce', '--participant', th])).out[0]!
      const hand = async (name: string, { out }: Ran) => {
        await writeFile(resolve(folder, name), out[0]!)
        return resolve(folder, name)
      }
      const proof = await hand(
        'proof',
        await run1(
          ['key', 'prove', '--participant', th, '--key', second.file, '--nonce', nonce],
          [],
        ),
      )
      const countersignature = await hand(
        'countersignature',
        await run1(
          ['key', 'countersign', '--participant', th, '--file', '-', '--with', ncb.file],
          [],
          second.jwk,
        ),
      )
      const pub = await hand('second.public.jwk', { code: 0, out: [second.jwk], err: '' })
      t.match(
        await agreed([
          'key',
          'enrol',
          '--participant',
          th,
          '--file',
          pub,
          '--proof',
          proof,
          '--countersignature',
          countersignature,
        ]),
        { code: 0 },
      )
      t.match(
        (
          await changeAs('otto', [
            'key',
            'enrol',
            '--participant',
            th,
            '--file',
            pub,
            '--proof',
            proof,
            '--countersignature',
            countersignature,
          ])
        ).err,
        /registry\/no-change/,
      )
      t.match(
        (await changeAs('otto', ['key', 'enrol', '--participant', ex, '--key', first.file])).err,
        /registry\/other-owner/,
      )
      t.match(
        (
          await changeAs('otto', [
            'key',
            'enrol',
            '--participant',
            th,
            '--file',
            first.file,
            '--proof',
            proof,
          ])
        ).err,
        /key\/private/,
      )
      t.equal((await changeAs('otto', ['key', 'enrol', '--participant', th])).code, 2)
      t.match(
        (await asWho('otto', ['key', 'show', first.kid])).out[0],
        /"to":"2099-01-01T00:00:00.000000Z".*"countersignature":"ey/,
      )
      t.match(
        await agreed([
          'key',
          'revoke',
          first.kid,
          '--reason',
          'superseded',
          '--overlap-hours',
          '1',
        ]),
        { code: 0 },
      )
      t.match((await loadRegistry(pool)).keys.get(first.kid), {
        status: 'superseded',
        valid: { from: Number, to: Number },
      })
      t.match(
        await changeAs('otto', [
          'key',
          'revoke',
          first.kid,
          '--reason',
          'compromised',
          '--since',
          '2026-11-01',
        ]),
        { code: 0, err: /is in force/ },
      )
      t.match((await loadRegistry(pool)).keys.get(first.kid), {
        status: 'compromised',
        suspectedSince: Number,
      })
      t.same((await asWho('otto', ['key', 'logged', first.kid])).out, [])
      t.match(
        (await changeAs('otto', ['key', 'revoke', 'x'.repeat(43), '--reason', 'compromised'])).err,
        /request\/not-found/,
      )
    },
  )
}
