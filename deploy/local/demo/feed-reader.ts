/** One event of a feed as it arrived over SSE (WHATWG HTML §9.2). */
export type FeedEvent = {
  readonly id: string
  readonly event: string
  readonly data: string
  readonly at: number
}

/** Follows a feed live until the signal ends it, and yields each event as it arrives. */
export async function* followFeed(
  url: string,
  token: string,
  { signal, after }: { signal: AbortSignal; after?: string },
): AsyncGenerator<FeedEvent> {
  const headers = {
    accept: 'text/event-stream',
    authorization: `Bearer ${token}`,
    ...(after && { 'last-event-id': after }),
  }
  const response = await fetch(url, { headers, signal })
  if (!response.ok || response.body === null)
    throw new Error(`${url}: ${response.status} ${await response.text()}`)
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = readEvent(text.slice(0, end))
      text = text.slice(end + 2)
      if (event !== undefined) yield event
    }
  }
}

const readEvent = (block: string): FeedEvent | undefined => {
  const fields = { id: '', event: 'message', data: [] as string[] }
  for (const line of block.split('\n')) {
    const [name, value] = split(line)
    if (name === 'data') fields.data.push(value)
    else if (name === 'id' || name === 'event') fields[name] = value
  }
  return fields.data.length === 0
    ? undefined
    : { ...fields, data: fields.data.join('\n'), at: Date.now() }
}

const split = (line: string): [string, string] => {
  const colon = line.indexOf(':')
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
}
