import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Test } from 'tap'
import { loadRegistry } from '#store/registry/registry.ts'
import { pool, folder, run1, th, ex, asWho, changeAs, agreed, type Ran } from './world.ts'

const make = async (name: string) => {
  const made = await run1(['key', 'make'], ['--out', resolve(folder, name)])
  const jwk = made.out[0]!
  return { file: resolve(folder, name), jwk, kid: (JSON.parse(jwk) as { kid: string }).kid }
}

/** Puts the output of a command into a file, as one person hands it to another. */
const inFile = async (name: string, { out }: Pick<Ran, 'out'>): Promise<string> => {
  await writeFile(resolve(folder, name), out[0]!)
  return resolve(folder, name)
}

export const keys = async (t: Test): Promise<void> => {
  const ncb = await make('ncb.jwk')
  const first = await make('first.jwk')
  const second = await make('second.jwk')

  const enrol = ['key', 'enrol', '--participant', th]

  await t.test('a key of a service is enrolled with the countersignature of its NCB', async (t) => {
    t.match(await agreed([...enrol, '--purpose', 'ncb', '--key', ncb.file]), { code: 0 })
    t.match(await agreed([...enrol, '--key', first.file]), {
      code: 1,
      err: /key\/no-countersignature/,
    })
    t.match(
      await agreed([
        'admin',
        ...enrol,
        '--key',
        first.file,
        '--countersign-with',
        ncb.file,
        '--valid-to',
        '2099-01-01',
      ]),
      { code: 0 },
    )
    t.match(
      (await asWho('otto', ['key', 'show', first.kid])).out[0],
      /"to":"2099-01-01T00:00:00.000000Z".*"countersignature":"ey/,
    )
  })

  await t.test(
    'a key is enrolled by files, so that no private key travels, and once',
    async (t) => {
      const nonce = (await asWho('otto', ['key', 'nonce', '--participant', th])).out[0]!
      const prove = ['key', 'prove', '--participant', th, '--key', second.file, '--nonce', nonce]
      const proof = await inFile('proof', await run1(prove, []))
      const countersign = [
        'key',
        'countersign',
        '--participant',
        th,
        '--file',
        '-',
        '--with',
        ncb.file,
      ]
      const countersignature = await inFile(
        'countersignature',
        await run1(countersign, [], second.jwk),
      )
      const publicKey = await inFile('second.public.jwk', { out: [second.jwk] })
      const byFiles = [
        ...enrol,
        '--file',
        publicKey,
        '--proof',
        proof,
        '--countersignature',
        countersignature,
      ]
      t.match(await agreed(byFiles), { code: 0 })
      t.match((await changeAs('otto', byFiles)).err, /registry\/no-change/)
      t.match(
        (await changeAs('otto', [...enrol, '--file', first.file, '--proof', proof])).err,
        /key\/private/,
      )
    },
  )

  await t.test('a key has one owner, and a command without a key is none', async (t) => {
    t.match(
      (await changeAs('otto', ['key', 'enrol', '--participant', ex, '--key', first.file])).err,
      /registry\/other-owner/,
    )
    t.equal((await changeAs('otto', enrol)).code, 2)
  })

  await t.test('a superseded key can still be found compromised, and stays revoked', async (t) => {
    const revoke = ['key', 'revoke', first.kid, '--reason']
    t.match(await agreed([...revoke, 'superseded', '--overlap-hours', '1']), { code: 0 })
    t.match((await loadRegistry(pool)).keys.get(first.kid), {
      status: 'superseded',
      valid: { from: Number, to: Number },
    })
    t.match(await changeAs('otto', [...revoke, 'compromised', '--since', '2026-11-01']), {
      code: 0,
      err: /is in force/,
    })
    t.match((await loadRegistry(pool)).keys.get(first.kid), {
      status: 'compromised',
      suspectedSince: Number,
    })
    t.same((await asWho('otto', ['key', 'logged', first.kid])).out, [])
    t.match(
      (await changeAs('otto', ['key', 'revoke', 'x'.repeat(43), '--reason', 'compromised'])).err,
      /request\/not-found/,
    )
  })
}
