import type { Io } from '../io.ts'
import { jsonText } from '../output/printable.ts'
import type { Place } from './places.ts'
import { callJson } from './request.ts'

/** Posts the bytes of a JSON body and prints the answer. */
export const postBytes = async (
  place: Place,
  path: string,
  body: Uint8Array,
  io: Io,
): Promise<void> => {
  const url = `${place.url}${path}`
  io.out(jsonText(await callJson({ ...place, url, method: 'POST', body, signal: io.signal })))
}

/** Posts a JSON body and prints the answer. */
export const postJson = (place: Place, path: string, body: object, io: Io): Promise<void> =>
  postBytes(place, path, Buffer.from(JSON.stringify(body)), io)
