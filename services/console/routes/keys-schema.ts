import { keyPurposes, type KeyPurpose } from '#core/registry/registry.ts'
import {
  bearer,
  integer,
  json,
  list,
  object,
  problems,
  text,
  time,
  timeOrNull,
  uuid,
} from '#runtime/http/schema-parts.ts'
import { bodyOf, changeReader } from './body.ts'
import { keySchema } from './participants.ts'
import { proposed } from './proposing.ts'
import { name, page } from './schemas.ts'

const kid = { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' }
const utc = { ...text, pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z$' }
const jws = { ...text, maxLength: 4096 }
const validity = object(
  { from: utc, to: utc },
  {
    additionalProperties: false,
    description:
      'RFC 3339, UTC; without from it begins with the approval, without to it has no end',
  },
)
const owner = {
  ...name,
  description: "The participant's id; an NCB may leave it out. hub for the hub's own",
}

const bodies = {
  nonce: object({ participant: owner }, { additionalProperties: false }),
  enrol: bodyOf(
    {
      participant: owner,
      purpose: { enum: keyPurposes },
      jwk: object({}),
      valid: validity,
      proof: {
        ...jws,
        description:
          'JWS of type key-proof+jwt by the key itself over { nonce, participant, purpose, kid }',
      },
      countersignature: {
        ...jws,
        description:
          "Of a country's notice and witness keys: JWS of type key-countersignature+jwt by a " +
          'key of purpose ncb over { owner, kid, purpose, valid: { from, to } }, null where ' +
          'there is no time',
      },
    },
    ['purpose', 'jwk', 'proof'],
  ),
  revoke: bodyOf(
    {
      reason: {
        enum: ['superseded', 'compromised'],
        description:
          'superseded: another has taken its place; compromised: nothing of it is logged any ' +
          'more, whatever its time',
      },
      suspectedSince: {
        ...utc,
        description: 'Of a compromised key: since when it may have been in other hands',
      },
      overlapHours: {
        type: 'integer',
        minimum: 0,
        maximum: 8760,
        description:
          'Of a superseded key: how long what it has signed may still come in; 168 unless ' +
          'said otherwise',
      },
    },
    ['reason'],
  ),
}
export type EnrolmentBody = {
  readonly participant?: string
  readonly purpose: KeyPurpose
  readonly jwk: unknown
  readonly proof: string
  readonly countersignature?: string
  readonly why: string
  readonly valid?: { readonly from?: string; readonly to?: string }
}
export type KeyRevocation = {
  readonly reason: 'superseded' | 'compromised'
  readonly suspectedSince?: string
  readonly overlapHours?: number
  readonly why: string
}
export const readNonce = changeReader<{ readonly participant?: string }>(bodies.nonce)
export const readEnrolment = changeReader<EnrolmentBody>(bodies.enrol)
export const readRevocation = changeReader<KeyRevocation>(bodies.revoke)

const params = object({ kid }, { required: ['kid'] })
const logged = object({
  index: integer,
  time,
  id: uuid,
  version: integer,
  status: text,
  kind: text,
  digest: text,
})
const who = 'Role operator, or ncb for its own.'
export const schemas = {
  nonce: {
    summary: 'A nonce to prove the possession of a key with',
    description: `Good once, within 10 minutes, for this participant. ${who}`,
    security: bearer,
    body: bodies.nonce,
    response: {
      201: json('The nonce', object({ nonce: text, participant: text, expires: time })),
      ...problems,
    },
  },
  enrol: {
    summary: 'Enrol a key',
    description:
      'In force when two persons of the hub agree; whoever ' +
      `of the hub proposes is one of them. ${who}`,
    security: bearer,
    body: bodies.enrol,
    response: { ...proposed, ...problems },
  },
  revoke: {
    summary: 'Revoke a key',
    description:
      'compromised is in force at once, within 5 seconds everywhere, and is ' +
      `confirmed by a person of the hub; superseded takes two. ${who}`,
    security: bearer,
    params,
    body: bodies.revoke,
    response: { ...proposed, ...problems },
  },
  list: {
    summary: 'The keys, in the order of their kids',
    description: 'Role viewer, or ncb for its own.',
    security: bearer,
    querystring: object(
      {
        after: text,
        limit: text,
        owner: name,
        purpose: { enum: keyPurposes },
        status: { enum: ['active', 'superseded', 'compromised'] },
      },
      { additionalProperties: false },
    ),
    response: {
      200: json('A page', object({ keys: list(keySchema), registryVersion: integer, ...page })),
      ...problems,
    },
  },
  one: {
    summary: 'One key, with its countersignature',
    description: 'Role viewer, or ncb for its own.',
    security: bearer,
    params,
    response: { 200: json('The key', keySchema), ...problems },
  },
  logged: {
    summary: 'What was logged with signatures of a key',
    description:
      'Oldest first; without since, from when the key may have been in other hands, else ' +
      `all. A page scans a bounded stretch and may be short before the end. ${who}`,
    security: bearer,
    params,
    querystring: object(
      { since: utc, after: { ...text, pattern: '^\\d{1,15}$' }, limit: text },
      { additionalProperties: false },
    ),
    response: {
      200: json('A page', object({ since: timeOrNull, notices: list(logged), ...page })),
      ...problems,
    },
  },
}
