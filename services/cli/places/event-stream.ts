/**
 * One event of a stream (HTML Living Standard §9.2). `id` is the last one the stream has named,
 * also where this event has none of its own.
 */
export type StreamEvent = { readonly id?: string; readonly event: string; readonly data: string }

/** A line, or the data of one event, beyond this is no event of ours. */
const maxCharacters = 4 * 1024 * 1024

/**
 * Reads text/event-stream. `onId` hears every id, also that of an idle stream, which names no event
 * but is where to go on from. Ends when the stream ends; an event that is cut off is dropped
 * (§9.2.6). Rejects with the stream's own error.
 */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
  onId: (id: string) => void,
): AsyncGenerator<StreamEvent> {
  let data: string[] = []
  let event = ''
  let id: string | undefined
  let bytes = 0
  for await (const line of readLines(body)) {
    if (line === '') {
      if (data.length > 0)
        yield { ...(id !== undefined && { id }), event: event || 'message', data: data.join('\n') }
      // only now: going on from an id whose event was cut off would lose it
      if (id !== undefined) onId(id)
      data = []
      event = ''
      bytes = 0
      continue
    }
    const { field, value } = fieldOf(line)
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id' && !value.includes('\0')) id = value
    bytes += line.length
    if (bytes > maxCharacters) throw new Error('the stream holds an event that is too large')
  }
}

/** A comment has an empty field name, and is passed over. */
const fieldOf = (line: string): { field: string; value: string } => {
  const colon = line.indexOf(':')
  if (colon < 0) return { field: line, value: '' }
  const value = line.slice(colon + 1)
  return { field: line.slice(0, colon), value: value.startsWith(' ') ? value.slice(1) : value }
}

async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let held = ''
  for await (const chunk of body) {
    held += decoder.decode(chunk, { stream: true })
    // its \n may come with the next chunk
    const last = held.endsWith('\r') ? held.length - 1 : held.length
    const lines = held.slice(0, last).split(/\r\n|\n|\r/)
    held = (lines.pop() ?? '') + held.slice(last)
    yield* lines
    if (held.length > maxCharacters) throw new Error('the stream holds a line that is too long')
  }
}
