import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

export type ApiDescription = {
  readonly title: string
  readonly version: string
  readonly description: string
  /** The schemas in `#/components/schemas/<name>`, to which route schemas refer. */
  readonly schemas?: Readonly<Record<string, object>>
}

/**
 * OpenAPI 3.1 from the routes' schemas at `/openapi.json` and, for people, at `/docs`. Call it
 * before any route is added.
 */
export const addOpenapi = async (
  app: FastifyInstance,
  { title, version, description, schemas }: ApiDescription,
): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, description },
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
    },
    // Added at the end and unchanged: the plugin rewrites references in what it is given.
    transformObject: (document) => {
      if (!('openapiObject' in document)) return {}
      const { components, ...rest } = document.openapiObject
      return {
        ...rest,
        components: { ...components, schemas: { ...components?.schemas, ...schemas } },
      } as typeof document.openapiObject
    },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: contentPolicy })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}

/**
 * The Content-Security-Policy of the documentation pages. The plugin's own policy upgrades to
 * https, which a service behind a TLS proxy does not speak, and names a third party.
 */
const contentPolicy = {
  'default-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'base-uri': ["'self'"],
  'frame-ancestors': ["'none'"],
}
