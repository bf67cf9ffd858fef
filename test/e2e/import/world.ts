import t from 'tap'
import { call } from '#test/support/clients.ts'
import { runSystem } from '#test/support/system.ts'

export const system = await runSystem(t, 'test-import')

export const { info } = system

export const gateway = info.gateways['TH']!

export type Row = Record<string, unknown> & { readonly row: number; readonly status: string }

type Answer = {
  readonly status: number
  readonly rows: Row[]
  readonly last: { readonly summary?: Record<string, number>; readonly error?: object }
  readonly problem: Record<string, unknown>
}

export const send = async (
  type: string,
  body: string | ReadableStream,
  query = '',
  token = gateway.token,
): Promise<Answer> => {
  const response = await fetch(`${gateway.url}/v1/notices/import${query}`, {
    method: 'POST',
    headers: { 'content-type': type, authorization: `Bearer ${token}` },
    body,
    duplex: 'half',
    signal: AbortSignal.timeout(120_000),
  })
  const text = await response.text()
  if (response.status !== 200)
    return {
      status: response.status,
      rows: [],
      last: {},
      problem: JSON.parse(text) as Record<string, unknown>,
    }
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
  return { status: 200, rows: lines.slice(0, -1), last: lines.at(-1)! as object, problem: {} }
}

export const stored = async (): Promise<number> => {
  let count = 0
  for (let after = '0'; ;) {
    const { body } = await call(`${gateway.url}/v1/notices?limit=500&after=${after}`, gateway.token)
    count += (body['notices'] as unknown[]).length
    after = String(body['next'])
    if (body['end'] === true) return count
  }
}

export const header =
  'kind,subject.number,subject.role,offences,handling.tlp,handling.release.participants,narrative'
