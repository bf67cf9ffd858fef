import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PublicJwk } from '#core/registry/registry.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { readInput, type Io } from '../../services/cli/io.ts'
import { run } from '../../services/cli/program.ts'

/** Runs one command line as a terminal would. */
export const terminal = (input: string | Buffer = '', stop = new AbortController()) => {
  const out: string[] = []
  const err: string[] = []
  const io: Io = {
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    read: async (file) => (file === '-' ? Buffer.from(input) : readInput(file)),
    signal: stop.signal,
  }
  return { out, err, stop, run: (...args: string[]) => run(args, io) }
}

export const keyOf = () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x } = privateKey.export({ format: 'jwk' }) as unknown as PublicJwk
  return { signer: createSigner(privateKey), jwk: { kty, crv, x } }
}

export const [th, kh] = [keyOf(), keyOf()]

export const content = {
  id: '0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11',
  kind: 'phone-number',
  subject: { number: '+66812345678' },
  offences: ['job-scam'],
  handling: { tlp: 'AMBER', release: { participants: ['KH'] } },
  narrative: 'text',
  caseReference: 'C-1',
  agency: 'TH-CCIB',
}

export const shown = {
  ...content,
  issuer: 'TH',
  version: 1,
  status: 'active',
  canonical: { key: '+66812345678' },
  warnings: [],
  handling: { tlp: 'AMBER' },
  caseReference: undefined,
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * A service that answers requests with these handlers, one after the other, and then always with
 * the last one.
 */
export const serve = async (
  t: { teardown: (end: () => void) => void },
  handlers: readonly Handler[],
): Promise<{ url: string; seen: IncomingMessage[] }> => {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    const handler = handlers[Math.min(seen.length, handlers.length - 1)]!
    seen.push(request)
    handler(request, response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

export const json =
  (status: number, body: object): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
