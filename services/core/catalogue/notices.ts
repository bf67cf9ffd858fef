import { entry, type CatalogueEntry } from './entry.ts'

/** Codes of notices, and what is asked and submitted about them. */
export const noticeCodes = {
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
  'notice/observed-implausible': entry(
    422,
    'Nothing can have been observed at this time',
    'Write the year of the common era, as in 2026; detail names the likely year.',
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
  'notice/not-yet-taken': entry(
    422,
    'The hub does not take this yet',
    'Leave out the member that pointer names, or wait until the hub is upgraded.',
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
  'notice/too-many-versions': entry(
    409,
    'The notice has as many versions as it may',
    'Revoke it, which is possible at any time, and submit another notice with another id.',
  ),
  'notice/too-often': entry(
    429,
    'The notice has changed as often as it may for now',
    'Send the newest state later. A revocation is possible at any time.',
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
} as const satisfies Record<string, CatalogueEntry>
