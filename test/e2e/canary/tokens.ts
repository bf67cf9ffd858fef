import { randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { mintToken } from '#deploy/local/demo/national-tokens.ts'
import type { DemoKeys } from '#deploy/local/demo/keys.ts'
import { issuerOf } from '#deploy/local/demo/system-file.ts'

/*
 * Secret words, each of the form that its member takes. None is in any text by chance.
 */

export const canary = (): string => `cnry${randomBytes(12).toString('hex')}`

/** An amount that nobody names twice. */
export const canaryAmount = (): string => String(randomBytes(8).readBigUInt64BE()).slice(0, 17)

export const canaryId = (): string => randomUUID()

const { enum: codes } = JSON.parse(
  await readFile(new URL('../../../schemas/modus.json', import.meta.url), 'utf8'),
) as { enum: string[] }

/** Ten codes in an order that is nobody else's. The text is as JSON has it. */
export const canaryModus = (): { readonly modus: string[]; readonly token: string } => {
  const modus = codes
    .map((code) => [randomBytes(4).readUInt32BE(), code] as const)
    .sort(([a], [b]) => a - b)
    .slice(0, 10)
    .map(([, code]) => code)
  return { modus, token: JSON.stringify(modus) }
}

/** A token of a country's own issuer for a person with this name. */
export const nationalToken = (
  keys: DemoKeys,
  issuer: 'TH' | 'KH' | 'VN',
  agency: string,
  sub: string,
): Promise<string> => {
  const scope = 'notices:write notices:read'
  const claims = { iss: issuerOf(issuer), aud: `gateway-${issuer}`, sub, agency, scope }
  return mintToken(keys.issuer[issuer], claims, 3600)
}
