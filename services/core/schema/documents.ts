import confirmation from '#schemas/confirmation.json' with { type: 'json' }
import consent from '#schemas/consent.json' with { type: 'json' }
import consentAnswer from '#schemas/consent-answer.json' with { type: 'json' }
import consentRequest from '#schemas/consent-request.json' with { type: 'json' }
import envelopePayload1 from '#schemas/envelope-payload-1.json' with { type: 'json' }
import envelopePayload from '#schemas/envelope-payload.json' with { type: 'json' }
import feedPage from '#schemas/feed-page.json' with { type: 'json' }
import kinds from '#schemas/kinds.json' with { type: 'json' }
import neverList from '#schemas/never-list.json' with { type: 'json' }
import modus from '#schemas/modus.json' with { type: 'json' }
import notice from '#schemas/notice.json' with { type: 'json' }
import problem from '#schemas/problem.json' with { type: 'json' }
import reaction from '#schemas/reaction.json' with { type: 'json' }
import reactionBody from '#schemas/reaction-body.json' with { type: 'json' }
import reply from '#schemas/reply.json' with { type: 'json' }
import revocationPayload from '#schemas/revocation-payload.json' with { type: 'json' }
import statement from '#schemas/statement.json' with { type: 'json' }
import stillOpen from '#schemas/still-open.json' with { type: 'json' }
import submissionDecision from '#schemas/submission-decision.json' with { type: 'json' }
import { subjectSchemas } from '../generated/kinds.ts'

type Document = { readonly $id: string } & Readonly<Record<string, unknown>>

/** Every document in schemas/ that programs validate by, under its own `$id`. */
export const schemaDocuments: readonly Document[] = [
  notice,
  modus,
  envelopePayload,
  envelopePayload1,
  revocationPayload,
  statement,
  confirmation,
  consent,
  reaction,
  reactionBody,
  stillOpen,
  reply,
  feedPage,
  problem,
  kinds,
  neverList,
  consentRequest,
  consentAnswer,
  submissionDecision,
  ...(subjectSchemas as readonly Document[]),
]

const base = 'https://switchboard.example/schemas/1/'

/** `kinds/phone-number.json` is the component `phone-number`. */
const componentName = (path: string): string => path.replace('.json', '').replace('kinds/', '')

const componentRef = (ref: string, from: string): string => {
  const [path, pointer = ''] = ref.split('#')
  return `#/components/schemas/${componentName(path || from)}${pointer}`
}

const asComponent = (value: unknown, from: string): unknown => {
  if (Array.isArray(value)) return value.map((item) => asComponent(item, from))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '$id' && name !== '$schema')
      .map(([name, member]) => [
        name,
        name === '$ref' ? componentRef(String(member), from) : asComponent(member, from),
      ]),
  )
}

/**
 * The same documents as components of an OpenAPI document, by the name of their file: `notice`,
 * `problem`, `phone-number`, …
 */
export const contractSchemas: Readonly<Record<string, object>> = Object.fromEntries(
  schemaDocuments.map((document) => {
    const path = document.$id.slice(base.length)
    return [componentName(path), asComponent(document, path) as object]
  }),
)
