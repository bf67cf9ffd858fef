import { readFile, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import t from 'tap'
import { writeNewKey } from '../../services/cli/input/key-file.ts'
import { terminal } from './cli-fixtures.ts'

await t.test('a key pair is written once, for its owner only', async (t) => {
  const file = resolve(t.testdir(), 'k.jwk')
  const made = await writeNewKey(file)
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.match(JSON.parse(await readFile(file, 'utf8')), {
    kty: 'OKP',
    crv: 'Ed25519',
    x: made.x,
    d: String,
  })
  t.notOk('d' in made)
  await t.rejects(writeNewKey(file), /there already/)
  t.equal(await terminal().run('admin', 'key', 'generate', '--out', file), 1)
  const minted = terminal()
  t.equal(
    await minted.run(
      'admin',
      'token',
      'mint',
      '--key',
      file,
      '--role',
      'viewer',
      '--sub',
      'somchai',
    ),
    0,
  )
  t.match(minted.out[0], /^[\w-]+\.[\w-]+\.[\w-]+$/)
  await writeFile(file, '{}', { mode: 0o600 })
  t.equal(
    await terminal().run(
      'admin',
      'token',
      'mint',
      '--key',
      file,
      '--role',
      'viewer',
      '--sub',
      'somchai',
    ),
    1,
  )
})
