import { chmod, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import t, { type Test } from 'tap'
import { orClose, watchedFile } from '#runtime/files/watched-file.ts'
import { until } from '#test/support/until.ts'

const lookMs = 5
/** Writes a file as a whole, so that a look never sees half of it. */
const put = async (file: string, text: string): Promise<void> => {
  await writeFile(`${file}.next`, text)
  await rename(`${file}.next`, file)
}
const time = new Date('2026-01-01T00:00:00Z')

/** A JSON file that is followed. `load` may run something before it reads. */
const follow = (t: Test, file: string, beforeLoad = async (): Promise<void> => undefined) => {
  const changes: unknown[] = []
  const errors: string[] = []
  const followed = watchedFile<unknown>({
    files: [file],
    load: async () => {
      await beforeLoad()
      return JSON.parse(await readFile(file, 'utf8'))
    },
    lookMs,
    onChange: (value) => void changes.push(value),
    onError: (error) => void errors.push((error as Error).message),
  })
  t.teardown(() => followed.close())
  return { followed, changes, errors }
}

await t.test('a change within the same time and of the same length is seen', async (t) => {
  const file = resolve(t.testdir(), 'f')
  await writeFile(file, '1')
  await utimes(file, time, time)
  const { followed } = follow(t, file)
  await followed.loaded
  t.equal(followed.current(), 1)
  await writeFile(file, '2')
  await utimes(file, time, time)
  await until('the change is seen', () => followed.current() === 2)
})

await t.test('a change while the file is loaded for the first time is seen', async (t) => {
  const file = resolve(t.testdir(), 'f')
  await writeFile(file, '"first"')
  let loads = 0
  const { followed, changes } = follow(t, file, async () => {
    // The content was read already; the next one is loaded.
    if (loads++ === 0) await writeFile(file, '"second"')
  })
  await followed.loaded
  t.equal(followed.current(), 'second')
  await writeFile(file, '"first"')
  await until('the change back is seen', () => changes.length > 0)
  t.same(changes.at(-1), 'first')
})

await t.test('a file that is put in the place of another is seen', async (t) => {
  const file = resolve(t.testdir(), 'f')
  await writeFile(file, '1')
  const { followed, changes } = follow(t, file)
  await followed.loaded
  await put(file, '2')
  await until('the other file is seen', () => changes.length > 0)
  t.same([...new Set(changes)], [2])
})

await t.test('what cannot be loaded is told once, and what was loaded stays', async (t) => {
  const file = resolve(t.testdir(), 'f')
  await put(file, '1')
  let looks = 0
  const { followed, errors, changes } = follow(t, file, async () => void looks++)
  await followed.loaded
  await put(file, '{')
  await until('it is told', () => errors.length > 0)
  const before = looks
  await until('it is read again and again', () => looks > before + 3)
  t.equal(errors.length, 1)
  t.equal(followed.current(), 1)
  t.match(followed.fault(), { name: 'SyntaxError' })
  await put(file, '3')
  await until('good content counts again', () => changes.length > 0)
  t.equal(followed.current(), 3)
  t.equal(followed.fault(), undefined)
  t.same([...new Set(changes)], [3])
  await put(file, '{')
  await until('the same fault is told again after it was mended', () => errors.length === 2)
})

await t.test('a file that is away for a while is no change', async (t) => {
  const file = resolve(t.testdir(), 'f')
  await put(file, '1')
  const { followed, errors, changes } = follow(t, file)
  await followed.loaded
  await rm(file)
  await until('it is told', () => errors.length > 0)
  t.equal(followed.current(), 1)
  await put(file, '1')
  await until('it is back', () => followed.fault() === undefined)
  t.same(
    changes.filter((value) => value !== 1),
    [],
  )
})

await t.test('a file that is not there at first counts once it is', async (t) => {
  const file = resolve(t.testdir(), 'f')
  const { followed } = follow(t, file)
  await t.rejects(followed.loaded, { code: 'ENOENT' })
  t.throws(() => followed.current(), { code: 'ENOENT' })
  await writeFile(file, '1')
  await until('it counts', () => followed.fault() === undefined)
  t.equal(followed.current(), 1)
})

await t.test('orClose rejects with the first fault', async (t) => {
  const file = resolve(t.testdir({ f: '{' }), 'f')
  await chmod(file, 0o600)
  await t.rejects(orClose(follow(t, file).followed), { name: 'SyntaxError' })
})
