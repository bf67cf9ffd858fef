/**
 * One event of a stream (HTML Living Standard §9.2). `id` is the last id that the stream has named,
 * even if this event has none of its own.
 */
export type StreamEvent = { readonly id?: string; readonly event: string; readonly data: string }

/** The bound of a line and of one event's data. Our services send nothing longer. */
const maxCharacters = 4 * 1024 * 1024

/**
 * Reads text/event-stream. `onId` gets every id, also that of an idle stream: it names no event but
 * says where to go on. Ends when the stream ends; an incomplete event is dropped (§9.2.6). Rejects
 * with the stream's own error.
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
      // not earlier: going on from the id of an incomplete event would lose the event
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

/** A comment has an empty field name and is skipped. */
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
