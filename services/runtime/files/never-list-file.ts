import { readFile } from 'node:fs/promises'
import { catalogue } from '#core/catalogue/catalogue.ts'
import {
  commonNeverList,
  neverListOf,
  readNeverList,
  type NeverList,
} from '#core/identifiers/never-list.ts'
import { readStrict } from '#core/json/strict-json.ts'
import { ConfigError } from '../process/config.ts'

const maxBytes = 16 * 1024 * 1024

/**
 * The common never-list, with the entries of a file if one is named. An entry of the file wins.
 * Throws a ConfigError that names every fault of the file.
 */
export const loadNeverList = async (file: string | undefined): Promise<NeverList> => {
  const common = commonNeverList()
  if (file === undefined) return neverListOf(common)
  const parsed = readStrict(await readFile(file), { maxBytes })
  const read = parsed.ok
    ? readNeverList(parsed.value)
    : { ok: false as const, refusals: [parsed.refusal] }
  if (read.ok) return neverListOf([...common, ...read.value])
  throw new ConfigError(
    read.refusals.map(
      ({ code, pointer = '', detail }) =>
        `NEVER_LIST_FILE ${file} at ` +
        `${pointer || 'the whole file'}: ${code} ${detail ?? catalogue[code].title}`,
    ),
  )
}
