import {
  flag,
  integer,
  object,
  text,
  textOrNull,
  time,
  timeOrNull,
} from '#runtime/http/schema-parts.ts'

/** Parts that several route schemas of the console share. */
export const name = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }
export const page = {
  next: { ...text, description: 'The `after` of the next page' },
  end: { ...flag, description: 'Nothing more is there yet' },
}

export const delivery = object({
  agency: text,
  participant: text,
  client: text,
  channel: { ...text, description: 'How it was read, such as page or sse' },
  topic: text,
  purpose: text,
  offeredAt: time,
  at: { ...time, description: 'When it was written down, at most a second after it was sent' },
  told: {
    enum: ['content', 'bare', 'withdrawn'],
    description: 'With its content, without it (conditions, expiry), or of its withdrawal',
  },
})
export const quarantined = object({
  id: text,
  participant: text,
  state: { enum: ['rejected', 'superseded', 'held', 'released'] },
  code: text,
  pointer: textOrNull,
  detail: textOrNull,
  digest: { ...text, description: 'SHA-256 of the bytes, hex' },
  bytes: integer,
  kept: {
    ...integer,
    description: "Fewer than bytes beyond the participant's quota; 0 once they are destroyed",
  },
  topic: text,
  partition: integer,
  offset: text,
  receivedAt: time,
  receiptedAt: timeOrNull,
  notice: textOrNull,
  version: { type: ['integer', 'null'] },
  confirmedAt: {
    ...time,
    description: 'When its originator confirmed what was held for its subject',
  },
  confirmation: {
    ...textOrNull,
    description: 'Its reason, to operators only; null once it is destroyed',
  },
})
