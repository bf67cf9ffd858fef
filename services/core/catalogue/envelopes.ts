import { entry, type CatalogueEntry } from './entry.ts'

/** Codes of what a gateway signs. */
export const envelopeCodes = {
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
  'envelope/incomplete': entry(
    422,
    'These are not all the disclosures that were signed, in their order',
    'Send the envelope as it was signed, with every disclosure.',
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
  'statement/too-many': entry(
    429,
    'The participant has said as much about this notice as it may',
    'Tell the originator by other means.',
  ),
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
} as const satisfies Record<string, CatalogueEntry>
