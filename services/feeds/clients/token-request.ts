import { accept, refuse, type Checked } from '#core/refusal.ts'
import { scopes } from './access-token.ts'
import { assertionType, claimedBy } from './client-assertion.ts'

/**
 * How a client shows who it is: a secret (RFC 6749 §2.3.1), or a signed assertion (RFC 7523 §2.2).
 */
export type Credentials =
  | { readonly id: string; readonly secret: string }
  | { readonly id: string; readonly assertion: string }
export type TokenRequest = { readonly credentials: Credentials; readonly scope: string }

type Form = ReadonlyMap<string, string>

/**
 * Reads a client credentials request (RFC 6749 §4.4). `id` is the client that the request names;
 * nothing is proved yet.
 */
export const readTokenRequest = (
  body: unknown,
  authorization: string | undefined,
): Checked<TokenRequest> => {
  const form = readForm(body)
  if (form === undefined)
    return refuse('auth/bad-grant', undefined, 'A parameter is repeated, or there is no form.')
  if (form.get('grant_type') !== 'client_credentials')
    return refuse('auth/bad-grant', undefined, 'grant_type')
  const scope = form.get('scope') ?? scopes.join(' ')
  if (!scope.split(' ').every((s) => (scopes as readonly string[]).includes(s)))
    return refuse('auth/bad-grant', undefined, 'scope')
  const credentials = readCredentials(authorization, form)
  return credentials.ok ? accept({ credentials: credentials.value, scope }) : credentials
}

/** RFC 6749 §3.2: a parameter appears once, and an empty parameter counts as absent. */
const readForm = (body: unknown): Form | undefined => {
  if (typeof body !== 'string') return undefined
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(body)) {
    if (form.has(name)) return undefined
    form.set(name, value)
  }
  return new Map([...form].filter(([, value]) => value !== ''))
}

/** A request uses one way to authenticate its client, never two (RFC 6749 §2.3). */
const readCredentials = (authorization: string | undefined, form: Form): Checked<Credentials> => {
  const id = form.get('client_id')
  const secret = form.get('client_secret')
  const assertion = form.get('client_assertion')
  if ([authorization, secret, assertion].filter((way) => way !== undefined).length > 1)
    return refuse('auth/bad-grant', undefined, 'The client authenticates in one way.')
  const claimed =
    authorization !== undefined
      ? readBasic(authorization)
      : assertion !== undefined
        ? readAssertion(assertion, form)
        : secret !== undefined && id !== undefined
          ? { id, secret }
          : undefined
  if (claimed === undefined) return refuse('auth/bad-client')
  return id === undefined || id === claimed.id ? accept(claimed) : refuse('auth/bad-client')
}

const readAssertion = (assertion: string, form: Form): Credentials | undefined =>
  form.get('client_assertion_type') === assertionType
    ? { id: claimedBy(assertion), assertion }
    : undefined

/** The id and the secret are form-encoded before they are joined (RFC 6749 §2.3.1). */
const readBasic = (authorization: string): Credentials | undefined => {
  const [, encoded] = /^basic ([\w+/=-]{1,4096})$/i.exec(authorization) ?? []
  const [, id, secret] =
    /^([^:]+):(.+)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? []
  try {
    return id === undefined || secret === undefined
      ? undefined
      : { id: decodePart(id), secret: decodePart(secret) }
  } catch {
    return undefined // the percent encoding is malformed
  }
}

const decodePart = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))
