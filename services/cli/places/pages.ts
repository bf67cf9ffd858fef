import type { Io } from '../io.ts'
import type { Place } from './places.ts'
import { callJson } from './request.ts'

/** Every item of a list that comes in pages. */
export const pagesOf = async function* (
  place: Place,
  path: string,
  items: string,
  io: Io,
  more: Readonly<Record<string, string>> = {},
): AsyncGenerator {
  for (let after = '', end = false; !end;) {
    const query = new URLSearchParams({ limit: '500', ...more, ...(after !== '' && { after }) })
    const page = (await callJson({
      ...place,
      url: `${place.url}${path}?${query.toString()}`,
      signal: io.signal,
    })) as Readonly<Record<string, unknown>>
    yield* page[items] as unknown[]
    end = page['end'] === true || page['next'] === after
    after = String(page['next'])
  }
}
