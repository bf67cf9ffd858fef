import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import type {
  ConsentAnswerBody,
  ConsentRequestBody,
  By,
  EnvelopePayload,
  ReactionBody,
  Reply,
  RevocationPayload,
  Statement,
  SubmissionDecisionBody,
} from '../generated/types.ts'
import { kinds } from '../generated/kinds.ts'
import { accept, refuse, type Checked, type Refusal } from '../refusal.ts'
import type { OpenSaid, SaidType } from '../said/forms.ts'
import { schemaDocuments } from './documents.ts'
import { refusalOf } from './errors.ts'
import { isUtcTime, isUuid } from './formats.ts'

/*
 * The schemas of schemas/, compiled once when the program starts. Nothing is coerced, defaulted or
 * removed, so what was checked is what was sent (threat B9). No schema ever comes from outside
 * (E4).
 */
// A test holds the schemas to the meta-schema, not every start.
const options = {
  validateSchema: false,
  strict: true,
  strictRequired: false,
  discriminator: true,
  verbose: true,
  formats: { 'date-time': isUtcTime, uuid: isUuid },
} as const

const validators = (allErrors: boolean): ((name: string, at?: string) => ValidateFunction) => {
  const ajv = new Ajv2020({ ...options, allErrors, schemas: [...schemaDocuments] })
  return (name, at) =>
    ajv.getSchema(
      `https://switchboard.example/schemas/1/${name}.json${at === undefined ? '' : `#${at}`}`,
    )!
}

const wire = validators(false)
const isEnvelopePayload = wire('envelope-payload')
const isEnvelopePayload1 = wire('envelope-payload-1')
const isRevocationPayload = wire('revocation-payload')
const isBy = wire('notice', '/$defs/by')
const isReply = wire('reply')
const isStatement = wire('statement')
const isNotice = wire('notice')
/**
 * Finds every fault. It is for a sender's own dry run only, since there can be more faults than
 * members (E3). It is compiled when it is first asked for, which takes a sixth of a second: a
 * service with dry runs asks for it before it listens.
 */
const fullNotice = (): ValidateFunction => (inFull ??= validators(true)('notice'))
let inFull: ValidateFunction | undefined

/** Compiles what `noticeFaults` checks with. */
export const prepareFullCheck = (): void => void fullNotice()

const maxFaults = 100

/** A choice fails after all its branches have failed: the last error names the whole choice. */
const firstFault = (errors: ValidateFunction['errors']): Refusal => refusalOf(errors!.at(-1)!)

/**
 * Checks the structure of a notice body and answers the one best fault. A fault of `kind` comes
 * first, because the kind decides how the subject is checked.
 */
export const noticeFault = (body: unknown): Refusal | undefined => {
  const kind = kindFault(body)
  if (kind !== undefined) return kind
  return isNotice(body) ? undefined : firstFault(isNotice.errors)
}

/** Every fault of the structure: at most one for each place, and at most a hundred. */
export const noticeFaults = (body: unknown): Refusal[] => {
  const kind = kindFault(body)
  if (kind?.pointer === '') return [kind]
  const isNotice = fullNotice()
  const found = isNotice(body) ? [] : isNotice.errors!.filter(isWhole).map(refusalOf)
  const faults = kind === undefined ? found : [kind, ...found]
  const places = new Set<string | undefined>()
  return faults
    .filter(({ pointer }) => !places.has(pointer) && places.add(pointer))
    .slice(0, maxFaults)
}

const isWhole = (error: ErrorObject): boolean => !error.schemaPath.includes('/anyOf/')

const knownKinds: ReadonlySet<unknown> = new Set(kinds)

const kindFault = (body: unknown): Refusal | undefined => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { code: 'notice/bad-type', pointer: '', detail: 'must be object' }
  if (!Object.hasOwn(body, 'kind')) return { code: 'notice/missing-member', pointer: '/kind' }
  const { kind } = body as { kind: unknown }
  if (knownKinds.has(kind)) return undefined
  if (typeof kind !== 'string')
    return { code: 'notice/bad-type', pointer: '/kind', detail: 'must be string' }
  return { code: 'notice/unknown-kind', pointer: '/kind', detail: `one of ${kinds.join(', ')}` }
}

/** A payload of version 1 of the contract: the same members, with fewer digests. */
export type EnvelopePayload1 = Omit<EnvelopePayload, 'schema' | 'status' | 'sd_all'> & {
  readonly schema: 'notice/1'
  readonly status: 'active' | 'revoked' | 'expired'
}

/** What a gateway signs of a notice, in any version of the contract. */
export type SignedPayload = EnvelopePayload | EnvelopePayload1 | RevocationPayload

/** Whether a payload holds no content: a revocation from version 2 of the contract on. */
export const isBare = (payload: SignedPayload): payload is RevocationPayload =>
  payload.schema === 'notice/2' && payload.status === 'revoked'

const payloadCheck =
  <T extends SignedPayload>(isValid: ValidateFunction) =>
  (payload: unknown): Checked<T> => {
    const kind = kindFault(payload)
    if (kind !== undefined) return { ok: false, refusal: kind }
    return isValid(payload)
      ? accept(payload as T)
      : { ok: false, refusal: firstFault(isValid.errors) }
  }

const checkNoticePayload = payloadCheck<EnvelopePayload>(isEnvelopePayload)
const checkRevocationPayload = payloadCheck<RevocationPayload>(isRevocationPayload)

/**
 * Checks the payload of an envelope of version 2. Pointers are those of the payload, which has the
 * notice's members where the body has them.
 */
export const checkEnvelopePayload = (
  payload: unknown,
): Checked<EnvelopePayload | RevocationPayload> =>
  (payload as { status?: unknown } | null)?.status === 'revoked'
    ? checkRevocationPayload(payload)
    : checkNoticePayload(payload)

/** The same for version 1. */
export const checkEnvelopePayload1 = payloadCheck<EnvelopePayload1>(isEnvelopePayload1)

/** Checks the value of the disclosure `by`: who said it. */
export const checkBy = (value: unknown): Checked<By> => {
  if (isBy(value)) return accept(value as By)
  const { code, pointer = '', detail } = firstFault(isBy.errors)
  return refuse(code, `/by${pointer}`, detail)
}

const saidTypes = {
  confirmation: [wire('confirmation'), wire('confirmation', '/$defs/disclosed')],
  consent: [wire('consent'), wire('consent', '/$defs/disclosed')],
  reaction: [wire('reaction'), wire('reaction', '/$defs/disclosed')],
  'still-open': [wire('still-open'), wire('still-open', '/$defs/disclosed')],
} as const satisfies Record<SaidType, readonly [ValidateFunction, ValidateFunction]>

const isSaidType = (type: unknown): type is SaidType =>
  typeof type === 'string' && Object.hasOwn(saidTypes, type)

/**
 * Checks what a gateway says beside notices, by the schema of its type: the payload, and the values
 * that it discloses apart. An unknown type is held, as an unknown version of the contract is: a
 * later program may know it.
 */
export const checkSaid = (
  payload: unknown,
  disclosed: unknown,
): Checked<Omit<OpenSaid, 'disclosures'>> => {
  const type = (payload as { type?: unknown } | null)?.type
  if (!isSaidType(type)) return refuse('envelope/unknown-schema', '/type')
  const [isPayload, isDisclosed] = saidTypes[type]
  if (!isPayload(payload)) return saidFault(isPayload)
  if (!isDisclosed(disclosed)) return saidFault(isDisclosed)
  return accept({ type, payload, disclosed } as unknown as Omit<OpenSaid, 'disclosures'>)
}

const saidFault = ({ errors }: ValidateFunction): Checked<never> => {
  const { code, pointer, detail } = firstFault(errors)
  return refuse('statement/not-readable', pointer, detail ?? code)
}

const bodyCheck = <T>(name: string): ((body: unknown) => Checked<T>) => {
  let compiled: ValidateFunction | undefined // compiled on first use: most services need none
  return (body) => {
    const isValid = (compiled ??= wire(name))
    return isValid(body) ? accept(body as T) : { ok: false, refusal: firstFault(isValid.errors) }
  }
}

export const checkReactionBody = bodyCheck<ReactionBody>('reaction-body')
export const checkConsentRequest = bodyCheck<ConsentRequestBody>('consent-request')
export const checkConsentAnswer = bodyCheck<ConsentAnswerBody>('consent-answer')
export const checkSubmissionDecision = bodyCheck<SubmissionDecisionBody>('submission-decision')

/**
 * Checks a message of the hub. `detail` says what is wrong. An unknown type of message has the
 * pointer `/type`.
 */
export const checkReply = (message: unknown): Checked<Reply> => {
  if (isReply(message)) return accept(message as Reply)
  const { code, pointer, detail } = firstFault(isReply.errors)
  return refuse('reply/not-readable', pointer, detail ?? code)
}

/** Checks a gateway's statement about an earlier submission. */
export const checkStatement = (payload: unknown): Checked<Statement> => {
  if (isStatement(payload)) return accept(payload as Statement)
  const { code, pointer, detail } = firstFault(isStatement.errors)
  return refuse('statement/not-readable', pointer, detail ?? code)
}

/** Every fault in the structure of a never-list. Its author reads them when a service starts. */
export const neverListFaults = (file: unknown): Refusal[] => {
  const isNeverList = (neverList ??= validators(true)('never-list'))
  return isNeverList(file) ? [] : isNeverList.errors!.map(refusalOf).slice(0, maxFaults)
}
let neverList: ValidateFunction | undefined
