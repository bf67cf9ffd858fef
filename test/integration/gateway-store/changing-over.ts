import { generateKeyPairSync, randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import type { RegistryMessage } from '#core/generated/types.ts'
import { isSaid } from '#core/said/said.ts'
import type { Receipt } from '#core/signing/reply.ts'
import type { MessageLog } from '#runtime/kafka/message-log.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { rightClock } from '#test/support/clock.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { changeOver } from '../../../services/gateway/exchange/change-over.ts'
import { openQueue } from '../../../services/gateway/exchange/open-queue.ts'
import { storeReceipts } from '../../../services/gateway/exchange/receipt-store.ts'
import { openRegistryState } from '../../../services/gateway/exchange/registry-state.ts'
import { startRelay } from '../../../services/gateway/exchange/relay.ts'
import { insertSubmissions } from '../../../services/gateway/outbox.ts'
import { findOpen, log, pool, submission } from './world.ts'

const signer = createSigner(generateKeyPairSync('ed25519').privateKey)

const registryOf = (version: number, contract?: 2): RegistryMessage => ({
  iss: 'hub',
  aud: 'TH',
  type: 'registry',
  iat: 1,
  version,
  participants: [],
  agencies: [],
  groups: [],
  hubKeys: [],
  ...(contract && { contract }),
})

/** A Kafka that keeps what is published, in order. */
const kept = () => {
  const published: string[] = []
  const publish: MessageLog['publish'] = (_topic, records) => {
    published.push(...records.map(({ value }) => Buffer.from(value).toString()))
    return Promise.resolve()
  }
  return { published, messages: { publish } as MessageLog }
}

const digestsIn = (statement: string): string[] =>
  (
    JSON.parse(Buffer.from(statement.split('.')[1]!, 'base64url').toString()) as {
      digests: string[]
    }
  ).digests

export const changingOver = async (t: Test): Promise<void> => {
  await pool.query('delete from open')

  await t.test('no envelope of version 1 is overtaken by a statement', async (t) => {
    const rows = Array.from({ length: 2500 }, () => submission(phone(), { contract: 1 }))
    await insertSubmissions(pool, rows)
    const { published, messages } = kept()
    const relay = startRelay({
      topic: 'submitted.TH',
      messages,
      queue: openQueue(pool),
      relayWindowNotices: 1000,
      republishAfterMs: 60_000,
      republishMaxMs: 60_000,
      log,
    })
    t.teardown(() => relay.close())
    const answerPublished = async (most: number): Promise<void> => {
      const sent = new Set(published)
      const open = (await findOpen(pool, 0, 5000))
        .filter(({ envelope }) => sent.has(envelope))
        .slice(0, most)
      const receipts = open.map(({ digest }): Receipt => ({ digest, status: 'accepted' }))
      await storeReceipts(pool, Buffer.from(randomUUID()), receipts, rightClock.now())
      relay.answered(open.map(({ digest }) => digest))
    }
    await until('the window is full', () => published.length === 1000)
    // There is room for one statement of three.
    await answerPublished(1)
    t.equal(await changeOver({ pool, participant: 'TH', signer, now: rightClock.now }), true)
    await until('all is published', async () => {
      await answerPublished(500)
      return published.length === 2503
    })
    const signed = new Map(rows.map(({ envelope, digest }) => [envelope, digest]))
    const isStatement = (text: string): boolean => !signed.has(text)
    const first = published.findIndex(isStatement)
    const named = new Set(published.filter(isStatement).flatMap(digestsIn))
    t.equal(named.size, 2499, 'the open ones are named')
    t.notOk(published.slice(first).some((text) => !isStatement(text)))
  })

  await t.test('every process of a gateway changes over', async (t) => {
    await pool.query('delete from registry')
    const told = await openRegistryState(pool, 'TH', rightClock.now)
    await told.take(registryOf(1))
    const other = await openRegistryState(pool, 'TH', rightClock.now)
    await told.take(registryOf(2, 2))
    await changeOver({ pool, participant: 'TH', signer, now: rightClock.now })
    const post = () =>
      insertSubmissions(pool, [submission(phone(), { contract: other.contract() })])
    await t.rejects(post(), { name: 'ChangedOver' })
    await other.reload()
    t.equal(other.contract(), 2)
    t.equal(
      await changeOver({ pool, participant: 'TH', signer, now: rightClock.now }),
      false,
      'once',
    )
    t.ok((await post())[0])
  })

  await t.test('what a hub of the version before refuses is said again', async (t) => {
    const said = (await findOpen(pool, 0, 5000)).filter(({ envelope }) =>
      isSaid(Buffer.from(envelope)),
    )
    const receipts = said.map(({ digest }): Receipt => ({ digest, status: 'rejected' }))
    await storeReceipts(pool, Buffer.from(randomUUID()), receipts, rightClock.now())
    t.equal(await changeOver({ pool, participant: 'TH', signer, now: rightClock.now }), true)
    t.equal(await changeOver({ pool, participant: 'TH', signer, now: rightClock.now }), false)
  })

  await t.test('a hub that goes back to version 1 does not stop a gateway', async (t) => {
    const state = await openRegistryState(pool, 'TH', rightClock.now)
    await state.take(registryOf(3))
    t.same([state.version(), state.contract()], [3, 2])
    t.equal(
      (await openRegistryState(pool, 'TH', rightClock.now)).contract(),
      2,
      'and after a restart',
    )
  })
}
