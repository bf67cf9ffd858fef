import { accept, refuse, type Checked } from '#core/refusal.ts'

/** `after` is the id of the last one seen. */
export type Paging = { readonly after: string | undefined; readonly limit: number }

export const readPaging = ({
  after = '',
  limit = '100',
}: Readonly<Record<string, string | undefined>>): Checked<Paging> => {
  const count = /^\d{1,3}$/.test(limit) ? Number(limit) : 0
  if (count < 1 || count > 500)
    return refuse('request/bad-parameter', undefined, 'limit is 1 to 500')
  if (after !== '' && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(after))
    return refuse('request/bad-cursor')
  return accept({ after: after === '' ? undefined : after, limit: count })
}
