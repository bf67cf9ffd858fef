/** The lines of a stream of UTF-8. */
export const textLines = async function* (
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let held = ''
  for await (const chunk of chunks) {
    const lines = (held + decoder.decode(chunk, { stream: true })).split('\n')
    held = lines.pop()!
    yield* lines
  }
  if (held !== '') yield held
}
