import { setImmediate as turn } from 'node:timers/promises'

/** Lines that are ready together become one chunk, so that a row does not cost a packet. */
export const packLines = async function* (lines: AsyncIterator<string>, limitChars = 64 * 1024): AsyncGenerator<string> {
  let next = lines.next()
  try {
    for (let chunk = ''; ; chunk = '') {
      for (let ready = await next; ; ) {
        if (ready.done === true) {
          if (chunk !== '') yield chunk
          return
        }
        chunk += ready.value
        next = lines.next()
        const soon = chunk.length < limitChars ? await Promise.race([next, turn(undefined)]) : undefined
        if (soon === undefined) break
        ready = soon
      }
      yield chunk
    }
  } finally {
    await lines.return?.()
  }
}
