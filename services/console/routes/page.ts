import { readFile } from 'node:fs/promises'
import type { Http } from '#runtime/http/http.ts'

/**
 * Allows nothing from elsewhere and nothing inline, so the content of a notice can never become
 * script.
 */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri " +
  "'none'; form-action 'none'; frame-ancestors 'none'"

const files = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/console.js', file: 'console.js', type: 'text/javascript; charset=utf-8' },
  { path: '/dom.js', file: 'dom.js', type: 'text/javascript; charset=utf-8' },
  { path: '/console.css', file: 'console.css', type: 'text/css; charset=utf-8' },
] as const

/** The web page: static files without data. It asks the API with the token that its user pastes. */
export const addPageRoutes = async (app: Http): Promise<void> => {
  for (const { path, file, type } of files) {
    const content = await readFile(new URL(`../page/${file}`, import.meta.url))
    app.get(path, { schema: { hide: true } }, async (_request, reply) =>
      reply
        .headers({ 'content-security-policy': policy, 'referrer-policy': 'no-referrer' })
        .type(type)
        .send(content),
    )
  }
}
