import type { FastifyInstance } from 'fastify'

/**
 * Knows which methods a path answers, so that another method is answered 405 with `Allow` and not
 * 404. Call it before any route is added. It understands `:name` and a trailing `*`, the two forms
 * that our routes use.
 */
export const trackMethods = (app: FastifyInstance): ((url: string) => string[]) => {
  const methods = new Map<string, { pattern: RegExp; methods: Set<string> }>()
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? { pattern: patternOf(url), methods: new Set() }
    for (const one of [method].flat()) known.methods.add(one)
    methods.set(url, known)
  })
  return (url) => {
    const path = url.split('?', 1)[0] ?? ''
    return [
      ...new Set(
        [...methods.values()]
          .filter(({ pattern }) => pattern.test(path))
          .flatMap(({ methods }) => [...methods]),
      ),
    ].sort()
  }
}

const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : RegExp.escape(part)))
      .join('/')}$`,
  )
