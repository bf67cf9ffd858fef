import { connect } from 'node:net'

/*
 * Many readers of one stream in a process of its own, on bare sockets, so that reading costs as
 * little as it can. Arguments: URL, token, cursor, number of readers, marker. Prints `open` when
 * all streams are open, then one JSON line when every reader has got the bytes of the marker.
 */
const [url = '', token = '', cursor = '', readers = '1', marker = ''] = process.argv.slice(2)
const { hostname, port, pathname } = new URL(url)
const count = Number(readers)
const mark = Buffer.from(marker)
const seen = { open: 0, done: 0, bytes: 0, firstAt: 0, doneAt: [] as number[] }

const request = [
  `GET ${pathname} HTTP/1.1`,
  `host: ${hostname}:${port}`,
  'accept: text/event-stream',
  `authorization: Bearer ${token}`,
  ...(cursor === '' ? [] : [`last-event-id: ${cursor}`]),
  '',
  '',
].join('\r\n')

const finish = (): void => {
  console.log(
    JSON.stringify({ firstAt: seen.firstAt, lastAt: Math.max(...seen.doneAt), bytes: seen.bytes }),
  )
}

const read = (): void => {
  const socket = connect(Number(port), hostname, () => socket.write(request))
  let isOpen = false
  let isDone = false
  let tail: Uint8Array = Buffer.alloc(0) // the marker may lie across two chunks
  socket.on('data', (chunk: Buffer) => {
    if (!isOpen) {
      isOpen = true
      if (!chunk.toString('latin1').startsWith('HTTP/1.1 200'))
        throw new Error(chunk.toString('latin1').slice(0, 400))
      if (++seen.open === count) console.log('open')
      return
    }
    if (isDone || chunk.length < 64) return
    seen.bytes += chunk.length
    seen.firstAt ||= Date.now()
    if (
      !chunk.includes(mark) &&
      !Buffer.concat([tail, chunk.subarray(0, mark.length)]).includes(mark)
    ) {
      tail = Buffer.from(chunk.subarray(-mark.length))
      return
    }
    isDone = true
    seen.doneAt.push(Date.now())
    if (++seen.done === count) finish()
  })
  socket.on('error', (error) => {
    throw error
  })
}

for (let i = 0; i < count; i++) read()
process.once('SIGTERM', () => process.exit(0))
