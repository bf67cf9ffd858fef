import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { system, gateway, send, stored, header, type Row } from './world.ts'

export const interruptions = async (t: Test): Promise<void> => {
  await t.test('a slow upload gets its results row by row', async (t) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const response = fetch(`${gateway.url}/v1/notices/import?dryRun=true`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${gateway.token}` },
      body: readable,
      duplex: 'half',
    })
    const lines = async (count: number): Promise<void> =>
      writer.write(
        Buffer.from(Array.from({ length: count }, () => `${JSON.stringify(phone())}\n`).join('')),
      )
    await lines(300)
    const reader = (await response).body!.getReader()
    t.match(
      Buffer.from((await reader.read()).value ?? []).toString(),
      /^\{"row":1,/,
      'the first results come before the file has ended',
    )
    await lines(1)
    await writer.close()
    let text = ''
    for (let read = await reader.read(); !read.done; read = await reader.read())
      text += Buffer.from(read.value).toString()
    t.match(text, /"summary":\{"rows":301,"accepted":301/)
  })

  /**
   * Sends the first rows of a CSV, breaks off once results come, and answers what was told until
   * the connection broke.
   */
  const interrupted = async (
    body: string,
    rowsFirst: number,
    breakOff: (abort: () => void) => Promise<void>,
  ): Promise<Row[]> => {
    const lines = body.split('\r\n')
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const client = new AbortController()
    const answer = fetch(`${gateway.url}/v1/notices/import`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', authorization: `Bearer ${gateway.token}` },
      body: readable,
      duplex: 'half',
      signal: client.signal,
    })
    void writer
      .write(Buffer.from(`${lines.slice(0, rowsFirst + 1).join('\r\n')}\r\n`))
      .catch(() => undefined)
    let text = ''
    try {
      const reader = (await answer).body!.getReader()
      text += Buffer.from((await reader.read()).value ?? []).toString()
      await breakOff(() => client.abort())
      for (let read = await reader.read(); !read.done; read = await reader.read())
        text += Buffer.from(read.value).toString()
    } catch {
      // broken off, as asked
    }
    await writer.abort().catch(() => undefined)
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Row)
  }

  /** The whole file again, after a part of it. */
  const completes = async (
    t: Tap,
    body: string,
    told: readonly Row[],
    before: number,
  ): Promise<void> => {
    t.ok(told.length > 0, `${told.length} rows were answered before`)
    const { rows, last } = await send('text/csv', body)
    t.match(last.summary, { rows: 900, refused: 0 })
    t.ok(Number(last.summary?.['repeated']) >= told.length, 'what was answered is durable')
    t.same(
      rows.slice(0, told.length).map(({ id, digest }) => [id, digest]),
      told.map(({ id, digest }) => [id, digest]),
      'and gets its first answer',
    )
    t.equal(await stored(), before + 900)
  }

  type Tap = Pick<typeof t, 'ok' | 'match' | 'same' | 'equal'>

  const rowsOf = (from: number, count: number): string =>
    [
      header,
      ...Array.from(
        { length: count },
        (_, i) =>
          `phone-number,+668${String(from + i)},displayed,job-scam,AMBER,KH,${randomUUID()}`,
      ),
    ].join('\r\n')

  await t.test(
    'a client that goes away in the middle of its file sends it again, and each row is there once',
    async (t) => {
      const body = rowsOf(20_000_000, 900)
      const before = await stored()
      const told = await interrupted(body, 600, async (abort) => abort())
      await completes(t, body, told, before)
    },
  )

  await t.test(
    'a gateway that is killed in the middle of a file has every row it answered; the file sent ' +
      'again completes it',
    async (t) => {
      const body = rowsOf(30_000_000, 900)
      const before = await stored()
      const pid = system.supervisor.pids()['gateway-TH']!
      const told = await interrupted(body, 600, async () => void process.kill(pid, 'SIGKILL'))
      await until(
        'the gateway takes notices again',
        async () =>
          system.supervisor.pids()['gateway-TH'] !== pid &&
          (await fetch(`${gateway.url}/readyz`)).ok,
        30_000,
      )
      await completes(t, body, told, before)
    },
  )
}
