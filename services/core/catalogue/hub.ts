import { entry, type CatalogueEntry } from './entry.ts'

/** Codes of keys, the registry, and what the hub says. */
export const hubCodes = {
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
} as const satisfies Record<string, CatalogueEntry>
