import { access, glob, readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import t from 'tap'
import { projectFolder } from '#deploy/local/project.ts'

const read = (path: string): Promise<string> => readFile(resolve(projectFolder, path), 'utf8')
const isThere = (path: string): Promise<boolean> =>
  access(resolve(projectFolder, path)).then(
    () => true,
    () => false,
  )
const list = async (...patterns: string[]): Promise<string[]> => {
  const found: string[] = []
  for await (const path of glob(patterns, { cwd: projectFolder })) found.push(path)
  return found.filter((path) => !/(^|\/)(generated|node_modules|\.\w+)\//.test(path)).toSorted()
}

const sources = await list('{services,deploy,test}/**/*.{ts,js}')
const documents = await list('*.md', '{services,deploy,schemas,test}/**/*.md')

const exported = /^export (?:async )?(?:abstract )?(type|interface|class|const|function) (\w+)/gm

/** Every exported name of `services`, with its files. */
const exportsOf = async (kinds: readonly string[]): Promise<Map<string, string[]>> => {
  const files = new Map<string, string[]>()
  for (const path of sources.filter((source) => source.startsWith('services/')))
    for (const [, kind = '', name = ''] of (await read(path)).matchAll(exported))
      if (kinds.includes(kind)) files.set(name, [...(files.get(name) ?? []), path])
  return files
}

const all = await exportsOf(['type', 'interface', 'class', 'const', 'function'])

await t.test('no line of code is longer than 100 columns', async (t) => {
  t.ok(sources.length > 300, 'the code was found')
  const long: string[] = []
  for (const path of sources)
    for (const [index, line] of (await read(path)).split('\n').entries())
      if (Array.from(line).length > 100) long.push(`${path}:${index + 1}`)
  t.same(long, [])
})

await t.test('a type that services export has one meaning: one file defines it', async (t) => {
  const types = await exportsOf(['type', 'interface', 'class'])
  t.ok(types.size > 100, 'the types were found')
  t.same(
    [...types].filter(([, files]) => files.length > 1),
    [],
  )
})

await t.test('each name of the glossary is exported, by one file', async (t) => {
  const rows = [
    ...(await read('services/GLOSSARY.md')).matchAll(/^\| [^|]+ \| [^|]+ \|([^|]*)\|$/gm),
  ]
  const names = rows.flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, n]) => n!))
  t.ok(names.length > 20, 'the names were found')
  for (const name of names) t.equal(all.get(name)?.length, 1, name)
})

await t.test('the map of CONTRIBUTING.md names files that define what it says', async (t) => {
  const rows = [
    ...(await read('CONTRIBUTING.md')).matchAll(/^\| .+ \| `(services\/[^`]+)` \| `(\w+)` \|$/gm),
  ]
  t.ok(rows.length >= 10, 'ten tasks or more')
  for (const [, path = '', name = ''] of rows)
    t.ok(all.get(name)?.includes(path), `${path} exports ${name}`)
})

/** A path from the top, from `services`, or from the document's own folder. */
const isSomewhere = async (path: string, document: string): Promise<boolean> => {
  for (const from of ['.', 'services', dirname(document)])
    if (await isThere(resolve(projectFolder, from, path))) return true
  return false
}

await t.test('a file that a document names is there', async (t) => {
  const fileName = /`((?:[\w-]+\/)+[\w.-]+\.(?:ts|js|json|sql|md|sh|yml))`/g
  for (const document of documents.filter((path) => path !== 'CHANGELOG.md')) {
    const named = [...(await read(document)).matchAll(fileName)].map(([, path]) => path!)
    const missing: string[] = []
    for (const path of new Set(named))
      if (!path.startsWith('deploy/secrets/') && !(await isSomewhere(path, document)))
        missing.push(path)
    t.same(missing, [], document)
  }
})

await t.test('what the life of a notice says a file does, the file exports', async (t) => {
  const steps = [...(await read('services/README.md')).matchAll(/`(\w+)` in `([\w/.-]+\.ts)`/g)]
  t.ok(steps.length >= 8, 'the steps were found')
  for (const [, name = '', path = ''] of steps)
    t.ok(all.get(name)?.includes(`services/${path}`), `${path} exports ${name}`)
})

await t.test('a link from one document to another leads somewhere', async (t) => {
  for (const document of documents) {
    const links = [...(await read(document)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target!.split('#')[0]!)
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    const broken: string[] = []
    for (const target of new Set(links))
      if (!(await isThere(resolve(projectFolder, dirname(document), target)))) broken.push(target)
    t.same(broken, [], document)
  }
})
