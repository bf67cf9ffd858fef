import { randomInt } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/*
 * `npm run campaign NAME [-- --tries N --seed S]`: a test with many more random tries than the
 * normal run has. The seed is printed, and repeats the run.
 */

/** `tries`: how many; what one is, the campaign says. */
export type CampaignOptions = { readonly tries: number | undefined; readonly seed: number }

/** A file of `campaigns/` has one as its default export. `run` answers whether all was well. */
export type Campaign = { readonly run: (options: CampaignOptions) => Promise<boolean> }

const folder = resolve(import.meta.dirname, 'campaigns')

const numberOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`not a whole number: ${text}`)
  return value
}

const main = async (): Promise<boolean> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { tries: { type: 'string' }, seed: { type: 'string' } },
  })
  const names = (await readdir(folder)).map((file) => file.replace(/\.ts$/, ''))
  const [name = ''] = positionals
  if (!names.includes(name)) throw new Error(`name a campaign: ${names.sort().join(', ')}`)
  const file = (await import(resolve(folder, `${name}.ts`))) as { readonly default: Campaign }
  const seed = numberOf(values.seed) ?? randomInt(2 ** 31)
  console.log(`# campaign ${name}: --seed ${seed}`)
  return file.default.run({ tries: numberOf(values.tries), seed })
}

process.exitCode = (await main()) ? 0 : 1
