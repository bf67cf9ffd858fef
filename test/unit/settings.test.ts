import { glob, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import t from 'tap'
import { projectFolder } from '#deploy/local/project.ts'
import { composeSettings, localSettings } from '#deploy/settings/other-settings.ts'
import { allSettings, settingsDocument } from '#deploy/settings/settings-document.ts'
import { variableName } from '#runtime/process/config.ts'

const read = (path: string): Promise<string> => readFile(resolve(projectFolder, path), 'utf8')
/** Between processes of one run; nobody sets them. */
const internal = ['SWITCHBOARD_SUPERVISED', 'SWITCHBOARD_TEST_RUN']

await t.test('deploy/SETTINGS.md is as npm run settings makes it', async (t) => {
  t.equal(await read('deploy/SETTINGS.md'), settingsDocument(), 'run: npm run settings')
})

await t.test('every setting has a sentence and an example, and a limit its unit', async (t) => {
  for (const [title, spec] of allSettings) {
    for (const [name, { type, doc, example, unit }] of Object.entries(spec)) {
      t.ok(doc.endsWith('.') && example !== '', `${title}: ${variableName(name)}`)
      if (type === 'integer' && /(Ms|S|Bytes|Hours)$/.test(name))
        t.ok(unit, `${title}: ${variableName(name)} has a unit`)
    }
  }
})

await t.test(
  'every variable that compose file, stack and tests read is in the table',
  async (t) => {
    const compose = [...(await read('docker-compose.yml')).matchAll(/\$\{([A-Z_]+)/g)].map(
      ([, name]) => name!,
    )
    t.same(
      [...new Set(compose)].toSorted(),
      Object.keys(composeSettings).map(variableName).toSorted(),
      'docker-compose.yml',
    )
    const known = new Set(allSettings.flatMap(([, spec]) => Object.keys(spec).map(variableName)))
    for await (const path of glob('{deploy,test,services}/**/*.ts', { cwd: projectFolder })) {
      const unknown = [...(await read(path)).matchAll(/['"[](SWITCHBOARD_[A-Z_]+)['"\]]/g)]
        .map(([, name]) => name!)
        .filter((name) => !known.has(name) && !internal.includes(name))
      t.same(unknown, [], path, { diagnostic: false })
    }
    t.ok(Object.keys(localSettings).length > 5)
  },
)

await t.test('every setting of a service is read, and not only described', async (t) => {
  const texts: string[] = []
  for await (const path of glob('services/**/*.ts', { cwd: projectFolder }))
    if (!path.includes('/generated/')) texts.push(await read(path))
  const definition = (name: string): RegExp => new RegExp(`^  ${name}: \\{$`, 'm')
  const services = allSettings.filter(([title]) => /^(Gateway|Hub|Feeds|Console)$/.test(title))
  t.equal(services.length, 4)
  const isRead = (name: string): boolean =>
    texts.some((text) => new RegExp(`\\b${name}\\b`).test(text.replace(definition(name), '')))
  for (const [title, spec] of services)
    for (const name of Object.keys(spec)) t.ok(isRead(name), `${title}: ${variableName(name)}`)
})
