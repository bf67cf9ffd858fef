import { Ajv2020 } from 'ajv/dist/2020.js'
import fastify, { type FastifyInstance } from 'fastify'
import type { ServerResponse } from 'node:http'
import { schemaDocuments } from '#core/schema/documents.ts'
import { isUtcTime, isUuid } from '#core/schema/formats.ts'

/*
 * The raw limits of HTTP on this machine, in a process of its own: an endpoint that parses,
 * validates by the notice's schema and answers 202; and one that writes given bytes to every open
 * stream.
 */
const batchBytes = 64 * 1024

const takePosts = (app: FastifyInstance): void => {
  const ajv = new Ajv2020({
    validateSchema: false,
    strict: true,
    strictRequired: false,
    discriminator: true,
    formats: { 'date-time': isUtcTime, uuid: isUuid },
    schemas: [...schemaDocuments],
  })
  const isNotice = ajv.getSchema('https://switchboard.example/schemas/1/notice.json')!
  app.setValidatorCompiler(() => (body: unknown) => isNotice(body) === true)
  app.post('/v1/notices', { schema: { body: {} } }, async (request, reply) =>
    reply.code(202).send({ id: (request.body as { id: string }).id, status: 'queued' }),
  )
}

const fanOut = (app: FastifyInstance): void => {
  const streams = new Set<ServerResponse>()
  app.get('/stream', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    reply.raw.write('retry: 1000\n\n')
    streams.add(reply.raw)
    reply.raw.once('close', () => streams.delete(reply.raw))
  })
  app.addContentTypeParser('text/event-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  app.post('/frames', { bodyLimit: 256 * 1024 * 1024 }, (request, reply) => {
    for (const stream of streams) void writeAll(stream, request.body as Buffer)
    return reply.code(202).send()
  })
}

const writeAll = async (stream: ServerResponse, frames: Buffer): Promise<void> => {
  for (let at = 0; at < frames.length && !stream.destroyed; at += batchBytes) {
    if (!stream.write(frames.subarray(at, at + batchBytes)))
      await new Promise((resolve) => stream.once('drain', resolve))
  }
}

const app = fastify()
takePosts(app)
fanOut(app)
process.once('SIGTERM', () => process.exit(0))
console.log(await app.listen({ host: '127.0.0.1', port: 0 }))
