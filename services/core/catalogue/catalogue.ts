/**
 * The one catalogue of codes. Each code names the HTTP status it is answered with, a fixed phrase,
 * and what the user should do next. Codes are stable: they are added, never changed. Details that
 * vary travel in `detail`.
 */
export type CatalogueEntry = {
  readonly status: number
  readonly title: string
  readonly advice: string
}

const entry = (status: number, title: string, advice: string): CatalogueEntry => ({
  status,
  title,
  advice,
})

export const catalogue = {
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

  // Notices: structure
  'notice/unknown-member': entry(
    422,
    'A member is not known',
    'Remove the member; see schemas/ for the members there are.',
  ),
  'notice/missing-member': entry(422, 'A required member is missing', 'Add the member.'),
  'notice/bad-type': entry(422, 'A member has the wrong type', 'Send the type the schema names.'),
  'notice/bad-value': entry(
    422,
    'A member has a value that is not allowed',
    'Send a value the schema allows.',
  ),
  'notice/unknown-kind': entry(
    422,
    'The kind of notice is not known',
    'Use a kind from schemas/kinds.',
  ),
  'notice/observed-order': entry(
    422,
    'observed.last is before observed.first',
    'Swap or correct the two times.',
  ),
  'notice/id-reused': entry(
    409,
    'The id is in use for other content',
    'Use another id, or PUT a next version.',
  ),
  'notice/not-found': entry(404, 'Not found', 'Check the path and the identifier.'),
  'notice/several-issuers': entry(
    409,
    'Several issuers use this id',
    'Add issuer; detail names those whose notice you may see.',
  ),
  'notice/no-conditions': entry(
    409,
    'The notice has no conditions to acknowledge',
    'Nothing need be done.',
  ),
  'notice/subject-changed': entry(
    422,
    'A new version cannot change the subject',
    'Revoke this notice and submit another.',
  ),
  'notice/final': entry(
    409,
    'The notice is revoked or expired',
    'Submit another notice with another id.',
  ),
  'notice/precondition-required': entry(
    428,
    'If-Match is missing',
    'Send If-Match with the version you read, in quotes.',
  ),
  'notice/precondition-failed': entry(
    412,
    'The notice has another version now',
    'Read the notice again and repeat with its version.',
  ),

  // Handling
  'handling/expires-in-past': entry(
    422,
    'The expiry is in the past',
    'Send an expiry in the future, or none.',
  ),
  'handling/review-in-past': entry(
    422,
    'The review date is in the past',
    'Send a review date in the future, or none.',
  ),
  'handling/review-after-expiry': entry(
    422,
    'The review date is not before the expiry',
    'Send a review date before the expiry, or none.',
  ),
  'handling/release-contradicts-tlp': entry(
    422,
    'The release list contradicts the TLP',
    'Remove the list, or choose a TLP that may carry it.',
  ),
  'handling/unknown-participant': entry(
    422,
    'A participant is not in the registry',
    'Use the id of an admitted participant.',
  ),
  'handling/unknown-agency': entry(
    422,
    'An agency is not in the registry',
    'Use the id of an admitted agency.',
  ),
  'handling/unknown-group': entry(
    422,
    'A group is not in the registry',
    'Use the id of a registered group.',
  ),
  'handling/conditions-missing': entry(422, 'H3 needs conditions', 'Add handling.conditions.'),
  'handling/victim-above-amber': entry(
    422,
    'A notice on a possible victim is at most AMBER',
    'Use RED, AMBER+STRICT or AMBER.',
  ),

  // Consent to pass a notice on (H2)
  'consent/not-needed': entry(
    409,
    'The notice may be passed on within its handling',
    'Nothing need be done.',
  ),
  'consent/no-content': entry(
    409,
    'You do not hold the content of the notice',
    'Acknowledge its conditions first; what has expired is not passed on.',
  ),
  'consent/unknown-recipient': entry(
    422,
    'A recipient is not in the registry',
    'Use the id of a participant, or of an agency.',
  ),
  'consent/answered': entry(
    409,
    'The request has another answer',
    'Nothing need be done: the first answer stands. A further question is a further request.',
  ),

  // Submissions of corporate partners
  'submission/not-allowed': entry(
    403,
    'Only corporate partners with the right to submit submit here',
    'A police agency submits at its gateway; a corporate partner asks the NCB it is attached ' +
      'to for the right submit.',
  ),
  'submission/unknown-notice': entry(
    422,
    'Your participant has no such notice in the log',
    'Issue it at your gateway first, and repeat when it is accepted.',
  ),
  'submission/decided': entry(
    409,
    'The submission is decided otherwise',
    'Nothing need be done: the first decision stands.',
  ),

  // Phone numbers
  'phone/no-country': entry(
    422,
    'A local number needs its country',
    'Write the number with + and country code, or add defaultCountry.',
  ),
  'phone/impossible': entry(
    422,
    'No such phone number can exist',
    'Check the digits and the country code.',
  ),
  'phone/not-valid': entry(
    422,
    'The numbering plan does not know this number',
    'Nothing need be done; check the digits if you can.',
  ),
  'phone/prefix-rewritten': entry(422, 'A leading 00 was read as +', 'Write the number with +.'),
  'phone/ambiguous-prefix': entry(
    422,
    'The leading digits can be a dial-out prefix in more than one way',
    'Write the number with + and country code.',
  ),
  'phone/sender-not-personal': entry(
    422,
    'Anyone can send under this name',
    'Nothing need be done: a sender name never counts as one person.',
  ),
  'phone/extension-dropped': entry(
    422,
    'The extension is not part of the key',
    'Nothing need be done.',
  ),

  // Bank accounts
  'account/iban-bad-checksum': entry(
    422,
    'The IBAN fails its check digits',
    'Check the IBAN against the original document.',
  ),
  'account/iban-bad-format': entry(
    422,
    'The IBAN has the wrong length or pattern for its country',
    'Check the IBAN against the original document.',
  ),
  'account/iban-not-issued': entry(
    422,
    'The country does not issue IBANs',
    'Send institution and account instead.',
  ),
  'account/bad-account': entry(
    422,
    'The account number has an impossible form',
    'Send 4 to 34 digits and letters.',
  ),
  'account/no-institution': entry(
    422,
    'An account number needs its institution',
    'Add institution with scheme and id.',
  ),
  'account/bad-institution': entry(
    422,
    'The institution id does not fit its scheme',
    'Check the id against the scheme.',
  ),
  'account/country-mismatch': entry(
    422,
    'Country and institution disagree',
    'Check country and institution.',
  ),
  'account/national-check': entry(
    422,
    'The national check digits inside the IBAN disagree',
    'Nothing need be done; check the digits if you can.',
  ),
  'account/iban-preferred': entry(
    422,
    'The country issues IBANs',
    'Send the IBAN if you know it: other notices on this account will carry it.',
  ),
  'account/unusual-length': entry(
    422,
    'The length is unusual for this bank',
    'Nothing need be done; check the digits if you can.',
  ),

  // Wallets
  'wallet/bad-address': entry(
    422,
    'The address has not the form of this chain',
    'Check the address and the chain.',
  ),
  'wallet/bad-checksum': entry(
    422,
    'The address fails its checksum',
    'Copy the address again; one character is wrong.',
  ),
  'wallet/unknown-chain': entry(422, 'No chain fits this address', 'Check the address.'),
  'wallet/ambiguous-chain': entry(
    422,
    'More than one chain fits this address',
    'Add chain; detail names the candidates.',
  ),
  'wallet/tag-not-allowed': entry(422, 'This chain has no tag', 'Remove tag.'),
  'wallet/bad-tag': entry(
    422,
    'The tag is not valid',
    'Send the tag as a string of digits within 2^32, or the comment text.',
  ),
  'wallet/unchecked': entry(
    422,
    'The address carries no checksum',
    'Nothing need be done; compare it with the original.',
  ),
  'wallet/no-tag': entry(
    422,
    'Without a tag the address may belong to many people',
    'Add tag if it is known.',
  ),

  // Payment proxies
  'proxy/bad-form': entry(
    422,
    'The proxy has not the form of its scheme',
    'Check the proxy and the scheme; detail names the types there are.',
  ),
  'proxy/bad-checksum': entry(
    422,
    'The proxy fails its check digit',
    'Copy it again; one character is wrong.',
  ),
  'proxy/ambiguous-type': entry(
    422,
    'More than one type fits this proxy',
    'Add type; detail names the candidates.',
  ),
  'proxy/bad-qr': entry(
    422,
    'The QR code cannot be read',
    'Scan it again, or send the proxy it stands for.',
  ),

  // URLs
  'url/bad-form': entry(422, 'This is not a URL', 'Check the URL.'),
  'url/bad-scheme': entry(
    422,
    'Only http and https are taken',
    'Send the address of the web page.',
  ),
  'url/not-public': entry(422, 'The host is not on the public network', 'Send the public address.'),
  'url/scheme-assumed': entry(
    422,
    'Without a scheme https was assumed',
    'Nothing need be done; write https:// or http:// if you know it.',
  ),
  'url/userinfo-dropped': entry(
    422,
    'What stands before @ is not part of the key',
    'Nothing need be done; detail names the real host.',
  ),

  // Accounts on social networks
  'social/bad-handle': entry(
    422,
    'The platform has no such names',
    'Check the name and the platform.',
  ),
  'social/bad-account-id': entry(
    422,
    'The account id has not the form of this platform',
    'Send the number that the platform itself gives the account.',
  ),
  'social/handle-can-change': entry(
    422,
    'A name can change hands',
    'Nothing need be done; add accountId if you know it.',
  ),

  // Compounds
  'compound/bad-position': entry(
    422,
    'There is no such position',
    'Send latitude and longitude in decimal degrees, as strings.',
  ),
  'compound/coarse-position': entry(
    422,
    'The position is coarse',
    'Send at least three decimals if you can, about 100 m.',
  ),

  // Envelopes at the hub
  'envelope/not-readable': entry(
    422,
    'The envelope cannot be read',
    'Send the envelope as the gateway signed it.',
  ),
  'envelope/bad-header': entry(
    422,
    'The envelope header is not allowed',
    'Sign with alg Ed25519, typ notice+sd-jwt and a kid, nothing else.',
  ),
  'envelope/unknown-key': entry(422, 'The signing key is not in the registry', 'Enrol the key.'),
  'envelope/wrong-signer': entry(
    422,
    'The key belongs to another participant than the topic',
    'Publish on your own topic with your own key.',
  ),
  'envelope/key-revoked': entry(
    422,
    'The signing key is revoked or out of its time',
    'Sign with a valid key and submit again.',
  ),
  'envelope/bad-signature': entry(
    422,
    'The signature is wrong',
    'Submit the notice again; if it recurs, check the path for tampering.',
  ),
  'envelope/bad-disclosure': entry(
    422,
    'A disclosure does not match the signed digests',
    'Send the envelope as it was signed.',
  ),
  'envelope/wrong-issuer': entry(
    422,
    'The envelope claims another issuer or audience',
    'Sign with your own identity for this hub.',
  ),
  'envelope/unknown-schema': entry(
    422,
    'The schema version is not known here',
    'Nothing need be done: the notice is held until the hub is upgraded.',
  ),
  'envelope/not-checked': entry(
    500,
    'The hub failed to check the record',
    'Nothing need be done: the record is kept, and checked again when the hub is mended.',
  ),
  'envelope/old-schema': entry(
    422,
    'The schema version is no longer read here',
    'Upgrade the gateway and submit the notice again; detail names the versions that are read.',
  ),
  'envelope/conflict': entry(
    409,
    'Another content is logged under this id and version',
    'Use another id.',
  ),
  'envelope/superseded': entry(409, 'A later version is already logged', 'Nothing need be done.'),
  'envelope/not-authorised': entry(
    403,
    'This participant may not submit this',
    'Ask the hub operator.',
  ),

  // Statements of a gateway about what it sent
  'statement/not-readable': entry(
    422,
    'The statement cannot be read',
    'Send the statement as the gateway signed it.',
  ),

  // Subjects that must not be blocked by mistake
  'never-list/listed': entry(
    422,
    'The subject is on the never-list',
    'Check it: the hub holds the notice until you confirm it with POST ' +
      '/v1/notices/{id}/confirm, or revoke it.',
  ),
  'never-list/held': entry(
    409,
    'The subject is on the never-list, and the notice is held',
    'Check the subject; then confirm the notice with POST /v1/notices/{id}/confirm, or revoke it.',
  ),
  'never-list/not-held': entry(
    409,
    'No such notice waits for a confirmation',
    'Read the notice again: it may be published, rejected or revoked by now.',
  ),
  'never-list/withdrawn': entry(
    409,
    'The notice was revoked while it was held, and is published to nobody',
    'Nothing need be done.',
  ),

  // Keys
  'key/not-readable': entry(
    422,
    'The key cannot be read',
    'Send an OKP Ed25519 JWK (RFC 8037) with its x member.',
  ),
  'key/private': entry(
    422,
    'The key holds its private part',
    'Send the public part only, and replace this key.',
  ),
  'key/bad-proof': entry(
    422,
    'The proof of possession cannot be read, or its signature is wrong',
    'Sign the nonce with the key itself: switchboard key prove.',
  ),
  'key/other-proof': entry(
    422,
    'The proof is of another key, participant, purpose or nonce',
    'Ask for a nonce of your own and prove this key with it.',
  ),
  'key/unknown-nonce': entry(
    422,
    'The nonce is unknown, or its time is over',
    'Ask for another nonce and prove the key again.',
  ),
  'key/nonce-used': entry(
    409,
    'The nonce has been used',
    'Ask for another nonce and prove the key again.',
  ),
  'key/no-countersignature': entry(
    422,
    "The key of a country needs its NCB's countersignature",
    'Have the NCB sign it: switchboard key countersign.',
  ),
  'key/bad-countersignature': entry(
    422,
    'The countersignature is not one of its NCB over this key',
    'Sign owner, kid, purpose and validity with a valid ncb key of the same participant.',
  ),
  'key/retired': entry(409, 'The key has been retired', 'Make another key pair.'),
  'key/bad-validity': entry(
    422,
    'The key would never be valid',
    'Send valid.to after valid.from, and in the future.',
  ),
  'key/weak': entry(
    422,
    'The key is of small order, off the curve or not canonical',
    'Make another key pair.',
  ),

  // The registry
  'registry/bad-file': entry(
    422,
    'The registry file is not valid',
    'Correct the member that pointer names; see switchboard admin registry import --help.',
  ),
  'registry/unknown-name': entry(
    422,
    'The registry has nobody of this name',
    'Admit it first, or in the same file.',
  ),
  'registry/reserved-name': entry(422, 'The name is reserved', 'Use another id.'),
  'registry/bad-attachment': entry(
    422,
    'A corporate partner, and nobody else, is attached to a member',
    'Set attachedTo to the id of a member, or leave it out.',
  ),
  'registry/bad-purpose': entry(
    422,
    'The key purpose does not fit its owner',
    'Enrol notice, witness and ncb keys for participants, reply and checkpoint keys for hub.',
  ),
  'registry/other-owner': entry(
    409,
    'It belongs to another owner or purpose',
    'Use another id, or make another key pair.',
  ),

  'registry/bad-body': entry(
    422,
    'The body is not valid',
    'Correct the member that pointer names; see /docs.',
  ),
  'registry/path-mismatch': entry(
    422,
    'The body names another than the path',
    'Leave the member out, or name the same.',
  ),
  'registry/no-change': entry(409, 'The registry says so already', 'Nothing need be done.'),
  'registry/no-such-version': entry(
    404,
    'The registry has no such version',
    'Use a version of /v1/registry/changes.',
  ),
  'registry/not-granted': entry(
    403,
    'The hub has not granted this to the participant',
    'Leave it out, or ask the hub for a wider grant.',
  ),
  'registry/bad-name': entry(
    422,
    'The name does not say whose it is',
    'Begin the id with the id of its owner and a hyphen.',
  ),
  'registry/two-persons': entry(
    403,
    'One person may not do this',
    'Propose it at the console, and let another person of the hub approve it.',
  ),

  // Proposals
  'proposal/same-person': entry(
    403,
    'Whoever proposed or approved it may not decide it',
    'Let another person of the hub decide.',
  ),
  'proposal/decided': entry(409, 'The proposal is decided already', 'See decisions.'),
  'proposal/expired': entry(409, 'The proposal was not decided in time', 'Propose it again.'),
  'proposal/stale': entry(
    409,
    'The registry has changed since, and the proposal no longer applies',
    'Read the registry and propose again.',
  ),

  // Replies of the hub
  'reply/not-readable': entry(422, 'The reply cannot be read', 'Tell the hub operator.'),
  'reply/bad-signature': entry(
    422,
    'The reply is not signed by the hub',
    'Check the hub keys this gateway trusts.',
  ),

  // Batch import
  'import/bad-mapping': entry(
    400,
    'A mapping or preset is not valid',
    'Write COLUMN=PATH or PATH=VALUE, with paths as in the documentation of the import.',
  ),
  'import/unknown-column': entry(
    422,
    'A column of the file has no meaning',
    'Name it by the path of a member, map it with map=COLUMN=PATH, or leave it out with ' +
      'map=COLUMN=-.',
  ),
  'import/duplicate-column': entry(
    422,
    'Two columns give the same member',
    'Leave one out with map=COLUMN=-.',
  ),
  'import/no-header': entry(
    422,
    'The file has no header row',
    'Begin the file with a row that names the columns.',
  ),
  'import/bad-csv': entry(
    422,
    'The row is not CSV as RFC 4180 defines it',
    'Quote cells that hold commas, quotes or line breaks, and double the quotes in them.',
  ),
  'import/column-count': entry(
    422,
    'The row has more or fewer cells than the header',
    'Quote cells that hold commas; give every column of the header a cell.',
  ),
  'import/row-too-large': entry(
    422,
    'The row is too large',
    'Send at most 256 KiB a row; a quote that is never closed swallows the rest of a file.',
  ),
  'import/broken-off': entry(
    400,
    'The file broke off',
    'Send the same file again: rows that were taken are not taken twice.',
  ),
  'import/not-stix': entry(
    422,
    'The body is not a STIX 2.1 bundle',
    'Send one object of type bundle with objects of spec_version 2.1.',
  ),
  'import/revoked': entry(
    422,
    'The object is revoked',
    'Nothing need be done; revoke your own notice on it, if there is one.',
  ),
  'import/not-misp': entry(
    422,
    'The file is not a MISP event',
    'Send one event as MISP exports it: an object with Event.',
  ),
  'import/unsupported-pattern': entry(
    422,
    'The pattern of the indicator is not one this import reads',
    "Use [phone-number:value = '…'], [bank-account:iban = '…'] or " +
      "[cryptocurrency-wallet:value = '…'].",
  ),

  // Service
  'service/unavailable': entry(
    503,
    'The service cannot answer now',
    'Repeat after Retry-After seconds.',
  ),
  'service/no-registry': entry(
    503,
    'The registry has not reached this service yet',
    'Repeat after Retry-After seconds.',
  ),
  'service/too-many-requests': entry(429, 'Too many requests', 'Repeat after Retry-After seconds.'),
  'service/reader-too-slow': entry(
    503,
    'The reader did not keep up',
    'Connect again with Last-Event-ID; nothing is lost.',
  ),
  'service/internal': entry(
    500,
    'An error of ours',
    'Repeat later; tell the operator the request id.',
  ),
} as const satisfies Record<string, CatalogueEntry>

export type Code = keyof typeof catalogue
