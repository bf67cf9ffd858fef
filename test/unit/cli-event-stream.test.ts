import t from 'tap'
import { readEvents, type StreamEvent } from '../../services/cli/places/event-stream.ts'

const chunks = async function* (...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part
}

const eventsOf = async (
  ...parts: (string | Uint8Array)[]
): Promise<{ events: StreamEvent[]; ids: string[] }> => {
  const ids: string[] = []
  const events: StreamEvent[] = []
  for await (const event of readEvents(chunks(...parts), (id) => ids.push(id))) events.push(event)
  return { events, ids }
}

await t.test('an event stream is read as the HTML standard says (§9.2)', async (t) => {
  t.same(await eventsOf('id: 1\nevent: a\ndata: x\ndata: y\n\n'), {
    events: [{ id: '1', event: 'a', data: 'x\ny' }],
    ids: ['1'],
  })
  t.same(
    (await eventsOf('id: 1\r', '\ndata:x\r\n\r', '\n')).events,
    [{ id: '1', event: 'message', data: 'x' }],
    'any ending of lines, wherever it is cut',
  )
  t.same(
    await eventsOf(': idle\nid: 7\n\n'),
    { events: [], ids: ['7'] },
    'an idle stream names where to go on and holds no event',
  )
  t.same(
    await eventsOf('id: 1\ndata: x\n\nid: 2\ndata: cut of'),
    { events: [{ id: '1', event: 'message', data: 'x' }], ids: ['1'] },
    'an event that is cut off is dropped, and so is its id',
  )
  t.same(
    (await eventsOf('id: 1\ndata: x\n\ndata: y\n\n')).events[1],
    { id: '1', event: 'message', data: 'y' },
    'an id stays until the next',
  )
  t.same((await eventsOf('id: a\0b\ndata: x\n\n')).events, [{ event: 'message', data: 'x' }])
  const thai = Buffer.from('data: ไทย\n\n')
  t.same(
    (await eventsOf(thai.subarray(0, 8), thai.subarray(8))).events,
    [{ event: 'message', data: 'ไทย' }],
    'a character cut in two',
  )
  await t.rejects(eventsOf('data: '.padEnd(5_000_000, 'x')), /too long/)
})
