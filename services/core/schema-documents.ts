import feedPage from '#schemas/feed-page.json' with { type: 'json' }
import kinds from '#schemas/kinds.json' with { type: 'json' }
import bankAccount from '#schemas/kinds/bank-account.json' with { type: 'json' }
import phoneNumber from '#schemas/kinds/phone-number.json' with { type: 'json' }
import walletAddress from '#schemas/kinds/wallet-address.json' with { type: 'json' }
import notice from '#schemas/notice.json' with { type: 'json' }
import problem from '#schemas/problem.json' with { type: 'json' }

const files: Readonly<Record<string, object>> = {
  'notice.json': notice, 'kinds.json': kinds, 'feed-page.json': feedPage, 'problem.json': problem,
  'kinds/bank-account.json': bankAccount, 'kinds/phone-number.json': phoneNumber, 'kinds/wallet-address.json': walletAddress,
}

const nameOf = (file: string): string => file.replace('.json', '').replaceAll('/', '-')

/** References between files become references between OpenAPI components. */
const rebased = (value: unknown, file: string): unknown => {
  if (Array.isArray(value)) return value.map((v) => rebased(v, file))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([k]) => k !== '$id' && k !== '$schema').map(([k, v]) =>
    [k, k === '$ref' && typeof v === 'string' ? reference(v, file) : rebased(v, file)]))
}

const reference = (ref: string, file: string): string => {
  const [target = '', pointer = ''] = ref.split('#')
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : ''
  const path = target === '' ? file : new URL(target, `file:///${folder}`).pathname.slice(1)
  return `#/components/schemas/${nameOf(path)}${pointer}`
}

/** The contract's schemas as OpenAPI 3.1 components, by the name of their file. */
export const contractSchemas: Readonly<Record<string, object>> =
  Object.fromEntries(Object.entries(files).map(([file, schema]) => [nameOf(file), rebased(schema, file) as object]))
