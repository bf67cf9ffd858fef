import { lockedPackages, type LockedPackage } from './packages.ts'

/** Licences under which a package may be used and handed on with ours, Apache-2.0. */
const permitted = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  '0BSD',
  'Unlicense',
  'CC0-1.0',
  'Zlib',
  'Python-2.0',
  'PSF-2.0',
])
/** Licences of packages for development, which are not handed on. */
const permittedForDevelopment = new Set(['CC-BY-3.0', 'WTFPL'])

const isPermitted = (license: string, dev: boolean): boolean => {
  const text = license.replace(/^\((.*)\)$/, '$1')
  if (/ or /i.test(text)) return text.split(/ or /i).some((one) => isPermitted(one, dev))
  if (/ and /i.test(text)) return text.split(/ and /i).every((one) => isPermitted(one, dev))
  return permitted.has(text) || (dev && permittedForDevelopment.has(text))
}

/** The packages whose licence is unknown, or not a permitted one. */
export const unlicensed = (packages: readonly LockedPackage[]): LockedPackage[] =>
  packages.filter((p) => p.license === undefined || !isPermitted(p.license, p.dev === true))

const list = (packages: readonly LockedPackage[]): string[] =>
  [...new Set(packages.map((p) => `${p.license ?? 'unknown'}  ${p.name}@${p.version}`))].toSorted()

if (import.meta.main) {
  const packages = await lockedPackages()
  for (const [title, some] of [
    ['shipped', packages.filter((p) => !p.dev)],
    ['for development', packages.filter((p) => p.dev)],
  ] as const) {
    console.log(`# ${title}: ${some.length} packages\n${list(some).join('\n')}\n`)
  }
  const bad = unlicensed(packages)
  if (bad.length > 0)
    console.error(
      `not permitted: ${bad.map((p) => `${p.name} (${p.license ?? 'unknown'})`).join(', ')}`,
    )
  process.exitCode = bad.length > 0 ? 1 : 0
}
