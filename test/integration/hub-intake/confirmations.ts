import kafkajs from 'kafkajs'
import type { Test } from 'tap'
import { hubAudience } from '#core/envelope/envelope.ts'
import { neverListOf } from '#core/identifiers/never-list.ts'
import { schemaVersions } from '#core/schema/versions.ts'
import { signStatement } from '#core/signing/statement.ts'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { applyTopics } from '#runtime/kafka/topics.ts'
import type { Answer } from '#store/log/intake.ts'
import { uniqueName } from '#test/support/names.ts'
import { stack } from '#test/support/stack.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { log, pool, th, registry, answers, hub, submit } from './world.ts'

export const confirmations = async (t: Test): Promise<void> => {
  const listed = (more: object = {}) =>
    envelopeOf(th, {
      kind: 'phone-number',
      subject: { number: '191', defaultCountry: 'TH' },
      ...more,
    })

  const confirmation = async (digest: string): Promise<string> =>
    (
      await signStatement(
        {
          iss: 'TH',
          aud: hubAudience,
          iat: Math.floor(Date.now() / 1000),
          statement: 'confirm-held',
          digest,
          reason: 'spoofed',
        },
        th,
      )
    ).text

  const now = hub(schemaVersions)

  const stateOf = async (digest: string): Promise<unknown> =>
    (
      await pool.query<{ state: string }>(
        `select state from quarantine where digest = decode($1, 'hex')`,
        [digest],
      )
    ).rows[0]?.state

  const logged = async (id: string): Promise<number> =>
    (await pool.query('select from entry where id = $1', [id])).rowCount!

  /** The answer is under the digest of the confirmed bytes. */
  const confirm = async (digest: string, deps = now): Promise<Answer | undefined> => {
    answers.delete(digest)
    await submit(await confirmation(digest), deps)
    return answers.get(digest)
  }

  await t.test(
    'a confirmation is written with the entry it lets in, or not at all, and counts once ' +
      'however often it comes',
    async (t) => {
      const { id, digest, envelope } = await listed()
      t.match(await submit(envelope, now), {
        state: 'held',
        code: 'never-list/held',
        pointer: '/subject',
        detail: /police/,
      })
      t.match(await submit(envelope, now), { state: 'held' }, 'the gateway sends it again')
      await pool.query(
        'create function fail() returns trigger language plpgsql as $$ ' +
          `begin raise exception 'away'; end $$; create trigger fail ` +
          'before insert on confirmation execute function fail()',
      )
      await t.rejects(confirm(digest), /away/)
      t.same(
        [await stateOf(digest), await logged(id)],
        ['held', 0],
        'if it cannot be kept nothing is logged',
      )
      await pool.query('drop trigger fail on confirmation')
      await t.rejects(
        confirm(digest, {
          ...now,
          receipts: { send: async () => Promise.reject(new Error('killed')) },
        }),
        /killed/,
        'it dies once it is durable',
      )
      t.same([await stateOf(digest), await logged(id)], ['released', 1])
      const first = await confirm(digest)
      t.match(first, { state: 'accepted', id, index: Number })
      t.same(await confirm(digest), first, 'redelivered, it gets the same answer')
      t.match(
        await submit(envelope, now),
        { state: 'accepted', index: first!.index! },
        'and so do the bytes it confirmed',
      )
      t.same([await logged(id), (await pool.query('select from confirmation')).rowCount], [1, 1])
    },
  )

  await t.test('what is confirmed is checked as if it came now', async (t) => {
    const { id, digest, envelope } = await listed()
    t.match(await submit(envelope, now), { state: 'held' })
    const suspended = {
      ...registry,
      participants: new Map(
        [...registry.participants].map(([name, p]) => [
          name,
          { ...p, status: 'suspended' as const },
        ]),
      ),
    }
    t.match(await confirm(digest, { ...now, registry: () => suspended }), {
      state: 'rejected',
      code: 'envelope/not-authorised',
    })
    t.same([await stateOf(digest), await logged(id)], ['rejected', 0])
    const again = await confirmation(digest)
    t.match(
      await submit(again, now),
      { state: 'rejected', code: 'never-list/not-held' },
      'refused is refused',
    )
  })

  await t.test(
    'a next version is held anew; a revocation ends what is held, and is logged only where ' +
      'something of the notice is',
    async (t) => {
      const unlisted = { ...now, rules: { ...now.rules, neverList: neverListOf([]) } }
      const { id, envelope } = await listed()
      t.match(
        await submit(envelope, unlisted),
        { state: 'accepted' },
        'logged before its subject was listed',
      )
      const second = await envelopeOf(
        th,
        {
          kind: 'phone-number',
          subject: { number: '191', defaultCountry: 'TH' },
          id,
          narrative: 'more',
        },
        { version: 2 },
      )
      t.match(await submit(second.envelope, now), { state: 'held', version: 2 })
      const revocation = await envelopeOf(
        th,
        {
          kind: 'phone-number',
          subject: { number: '191', defaultCountry: 'TH' },
          id,
          reason: 'mistake',
        },
        { version: 3, status: 'revoked' },
      )
      t.match(
        await submit(revocation.envelope, now),
        { state: 'accepted', version: 3 },
        'who has it must be told',
      )
      t.match(await submit(second.envelope, now), { state: 'superseded' })

      const fresh = await listed()
      t.match(await submit(fresh.envelope, now), { state: 'held' })
      const end = await envelopeOf(
        th,
        {
          kind: 'phone-number',
          subject: { number: '191', defaultCountry: 'TH' },
          id: fresh.id,
          reason: 'mistake',
        },
        { version: 2, status: 'revoked' },
      )
      t.match(await submit(end.envelope, now), { state: 'rejected', code: 'never-list/withdrawn' })
      t.same([await stateOf(fresh.digest), await logged(fresh.id)], ['rejected', 0])
      t.match(await submit(fresh.envelope, now), {
        state: 'rejected',
        code: 'never-list/withdrawn',
      })
      t.match(await submit(await confirmation(fresh.digest), now), {
        state: 'rejected',
        code: 'never-list/not-held',
      })
    },
  )

  await t.test(
    'a topic keeps what passed through it for a week at most: Kafka is transport',
    async (t) => {
      const { brokers, security } = await stack()
      const messages = createKafkaMessageLog({ brokers, security, clientId: 'test', log })
      const admin = new kafkajs.Kafka({
        brokers: [...brokers],
        ...security,
        clientId: 'test',
        logLevel: kafkajs.logLevel.NOTHING,
      }).admin()
      const topic = uniqueName('submitted.TH')
      await applyTopics(messages.admin, [topic])
      await admin.connect()
      try {
        const { resources } = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [
            {
              type: kafkajs.ConfigResourceTypes.TOPIC,
              name: topic,
              configNames: ['retention.ms', 'cleanup.policy'],
            },
          ],
        })
        const values = Object.fromEntries(
          resources[0]!.configEntries.map(({ configName, configValue }) => [
            configName,
            configValue,
          ]),
        )
        t.same(values, { 'retention.ms': String(7 * 24 * 3600 * 1000), 'cleanup.policy': 'delete' })
      } finally {
        await admin.deleteTopics({ topics: [topic] })
        await Promise.all([admin.disconnect(), messages.close()])
      }
    },
  )
}
