import { entry, type CatalogueEntry } from './entry.ts'

/** Codes of what comes by HTTP, whatever it is about. */
export const requestCodes = {
  // Reading bytes
  'body/not-utf8': entry(
    400,
    'The body is not UTF-8',
    'Send the body as UTF-8 without a byte order mark.',
  ),
  'body/not-json': entry(
    400,
    'The body is not JSON',
    'Send one JSON value as RFC 8259 defines it.',
  ),
  'body/duplicate-key': entry(
    400,
    'An object has the same member twice',
    'Remove one of the two members.',
  ),
  'body/forbidden-key': entry(
    400,
    'An object has a member name that is not allowed',
    'Rename or remove the member.',
  ),
  'body/bad-number': entry(
    400,
    'A number cannot be represented exactly',
    'Send identifiers as strings, and integers within 2^53.',
  ),
  'body/lone-surrogate': entry(
    400,
    'A string holds half of a surrogate pair',
    'Send well-formed Unicode.',
  ),
  'body/nul': entry(
    400,
    'A string holds the character NUL',
    'Remove U+0000 from the member that pointer names.',
  ),
  'body/too-deep': entry(400, 'The body is nested too deeply', 'Nest at most 16 levels.'),
  'body/too-large': entry(
    413,
    'The body is too large',
    'Send at most 256 KiB; use the batch import for many notices.',
  ),
  'body/empty': entry(400, 'The body is empty', 'Send a JSON body.'),
  'body/media-type': entry(
    415,
    'The media type is not supported',
    'Send Content-Type: application/json.',
  ),
  'request/bad-parameter': entry(
    400,
    'A parameter is not valid',
    'Correct the parameter named in detail.',
  ),
  'request/bad-cursor': entry(
    400,
    'The cursor is not valid',
    'Use a cursor from your own feed, or leave it out to read from the beginning.',
  ),
  'request/not-found': entry(404, 'Not found', 'Check the path and the identifier.'),
  'request/method-not-allowed': entry(
    405,
    'The method is not allowed',
    'See /docs for the methods of this path.',
  ),
  'request/failed': entry(400, 'The request could not be read', 'See detail.'),

  // Authentication and rights
  'auth/no-token': entry(401, 'No token', 'Send Authorization: Bearer with a valid token.'),
  'auth/bad-token': entry(
    401,
    'The token is not valid',
    'Get a fresh token from your issuer for this service.',
  ),
  'auth/token-too-long': entry(
    401,
    'The token is good for too long',
    'Have your issuer make tokens that live no longer than detail says.',
  ),
  'auth/bad-client': entry(
    401,
    'The client is unknown or its secret is wrong',
    'Check the client id and secret with your NCB.',
  ),
  'auth/too-many-assertions': entry(
    429,
    'The client has used too many assertions that are still good',
    'Keep each token until it expires, and sign assertions that live a minute.',
  ),
  'auth/bad-grant': entry(
    400,
    'The token request is not valid',
    'Send grant_type=client_credentials.',
  ),
  'auth/missing-scope': entry(
    403,
    'The token does not carry the right needed',
    'Ask your issuer for the scope named in detail.',
  ),
  'auth/other-agency': entry(
    403,
    'The body names another agency than the token',
    'Leave agency out, or use the token of that agency.',
  ),
  'auth/unknown-agency': entry(
    403,
    'The agency is not in the registry',
    'Ask your NCB to admit the agency.',
  ),
  'auth/suspended': entry(
    403,
    'The participant, agency or client is suspended',
    'Ask your NCB or the hub operator.',
  ),
  'auth/role': entry(
    403,
    'The operator role does not allow this',
    'Ask an operator with the role named in detail.',
  ),
} as const satisfies Record<string, CatalogueEntry>
