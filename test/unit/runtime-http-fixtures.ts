import { createHash } from 'node:crypto'
import { type Test } from 'tap'
import { bodyBytes } from '#runtime/http/body.ts'
import { createHttp, type Http, type HttpOptions } from '#runtime/http/http.ts'
import { createLog } from '#runtime/process/log.ts'
import { createMetrics } from '#runtime/process/metrics.ts'
import { problem } from '#runtime/http/problem.ts'

export const log = createLog({ service: 'test', level: 'silent' })

export const serve = async (
  t: Test,
  routes: (app: Http) => void = () => undefined,
  options: Partial<HttpOptions> = {},
): Promise<string> => {
  const api = {
    title: 'Test',
    version: '1',
    description: 'd',
    schemas: { Notice: { type: 'object', properties: { kind: { const: 'x' } } } },
  }
  const app = await createHttp({
    service: 'test',
    log,
    metrics: createMetrics('test'),
    ready: async () => [],
    api,
    ...options,
  })
  routes(app)
  t.teardown(() => app.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}

export const json = { 'content-type': 'application/json' }

export const noticeRoutes = (app: Http): void => {
  app.post(
    '/v1/notices',
    {
      schema: {
        body: { $ref: '#/components/schemas/Notice' },
        response: { 200: { type: 'object', properties: { size: { type: 'integer' } } } },
      },
    },
    async (request, reply) => {
      const body = bodyBytes(request)
      if (!body.ok) return problem(reply, body.refusal)
      return {
        size: body.value.length,
        sha256: createHash('sha256').update(body.value).digest('hex'),
      }
    },
  )
  const querystring = {
    type: 'object',
    additionalProperties: false,
    properties: { limit: { type: 'string', pattern: '^[1-9][0-9]{0,2}$' } },
  }
  app.get('/v1/notices/:id', { schema: { querystring } }, (request, reply) =>
    reply.send(request.query),
  )
}
