import t from 'tap'
import { checkSecret, hashSecret } from '#runtime/keys/client-secret.ts'

await t.test('a client secret is known again by its hash, and no other is', async (t) => {
  const stored = await hashSecret('correct horse')
  t.match(stored, /^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
  t.not(await hashSecret('correct horse'), stored, 'salted')
  t.equal(await checkSecret('correct horse', stored), true)
  for (const bad of [
    undefined,
    '',
    'scrypt$',
    stored.slice(0, -1),
    stored.replace('16384', '16'),
    stored.replace('scrypt', 'bcrypt'),
    stored.replace('16384', '9999999'),
  ]) {
    t.equal(await checkSecret('correct horse', bad), false, String(bad))
  }
  t.equal(await checkSecret('Correct horse', stored), false)
})

await t.test('an unknown client costs as much time as a wrong secret', async (t) => {
  const stored = await hashSecret('x')
  const times: { known: number; unknown: number }[] = []
  const time = async (hash: string | undefined): Promise<number> => {
    const started = performance.now()
    await checkSecret('y', hash)
    return performance.now() - started
  }
  for (let i = 0; i < 15; i++)
    times.push({ known: await time(stored), unknown: await time(undefined) })
  const median = (of: readonly number[]): number => of.toSorted((a, b) => a - b)[7]!
  const ratio = median(times.map((x) => x.unknown)) / median(times.map((x) => x.known))
  t.ok(ratio > 1 / 3 && ratio < 3, `${ratio} times as much`)
})
