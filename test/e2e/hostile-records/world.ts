import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { Client } from 'pg'
import t from 'tap'
import { publicKeyObject, type Signer } from '#core/signing/keys.ts'
import { readReply, type Receipt } from '#core/signing/reply.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { createLog } from '#runtime/process/log.ts'
import { createSigner, loadSigner } from '#runtime/keys/signer.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { runSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'

export const system = await runSystem(t, 'test-hostile', { hubProcesses: 2 })

export const { info, keys } = system

const { brokers, security } = system

export const log = createLog({ service: 'test', level: 'silent' })

export const messages = createKafkaMessageLog({ brokers, security, clientId: 'attacker', log })

export const db = new Client({ connectionString: info.database.url })

await db.connect()

t.teardown(async () => {
  await messages.close()
  await db.end()
})

export const th: Signer = await loadSigner(keys.notice.TH.file)

export const kh: Signer = await loadSigner(keys.notice.KH.file)

export const stranger = createSigner(generateKeyPairSync('ed25519').privateKey)

const hubKeys = new Map([[keys.reply.kid, publicKeyObject(keys.reply.jwk)]])

export const receipts = new Map<string, Receipt>()

await messages.consume({
  groupId: `test-${randomUUID()}`,
  topics: ['replies.TH', 'replies.KH'],
  onCrash: (error) => t.fail(String(error)),
  onRecords: async (records) => {
    for (const record of records) {
      const reply = readReply(record.value, hubKeys, record.topic.slice('replies.'.length))
      if (!reply.ok) t.fail(`a reply that is not the hub's: ${reply.refusal.code}`)
      else if (reply.value.type === 'receipts')
        for (const r of reply.value.receipts) receipts.set(`${record.topic} ${r.digest}`, r)
    }
  },
})

export const digestOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

export const publish = (
  topic: string,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): Promise<void> => messages.publish(topic, [{ key: randomUUID(), value: bytes, headers }])

export const answerTo = (participant: string, bytes: Uint8Array): Promise<Receipt> =>
  until(
    'an answer on the own replies topic',
    () => receipts.get(`replies.${participant} ${digestOf(bytes)}`),
    20_000,
  )

export const good = await envelopeOf(th)

export const flipped = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
