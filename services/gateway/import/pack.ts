import { setImmediate as turn } from 'node:timers/promises'

/**
 * Packs lines that are ready together into one chunk, so that a row does not cost a packet. Each
 * chunk lets the event loop turn once, however fast the lines come: other callers are served, and
 * memory that only a turn of the loop frees does not pile up.
 */
export const packLines = async function* (
  lines: AsyncIterator<string>,
  limitChars = 64 * 1024,
): AsyncGenerator<string> {
  let next = lines.next()
  try {
    for (let ended = false; !ended;) {
      let chunk = ''
      let ready: IteratorResult<string> | undefined = await next
      const turned = turn(undefined)
      while (ready !== undefined && ready.done !== true) {
        chunk += ready.value
        next = lines.next()
        ready = chunk.length < limitChars ? await Promise.race([next, turned]) : undefined
      }
      ended = ready?.done === true
      await turned
      if (chunk !== '') yield chunk
    }
  } finally {
    await lines.return?.()
  }
}
