import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Test } from 'tap'
import {
  admitAgency,
  admitParticipant,
  enrolKey,
  revokeKey,
  setParticipantStanding,
} from '#core/registry/change.ts'
import type { Signer } from '#core/signing/keys.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createSigner } from '#runtime/keys/signer.ts'
import { changeRegistry } from '#store/registry/registry.ts'
import { arrived, call, post } from '#test/support/clients.ts'
import { envelopeOf } from '#test/support/envelopes.ts'
import { phone } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'
import { system, info, log, messages, db, th, publish, answerTo } from './world.ts'

export const registryChanges = async (t: Test): Promise<void> => {
  const ports = JSON.parse(
    await readFile(`${system.supervisor.folder}/ports.json`, 'utf8'),
  ) as Record<string, number>

  const pool = createPool({
    url: info.database.url,
    max: 2,
    statementTimeoutMs: 5000,
    applicationName: 'test',
    log,
  })
  t.teardown(() => pool.end())

  /** How many topics each hub process takes in, by its metric. */
  const topicsTakenIn = (): Promise<(string | undefined)[]> =>
    Promise.all(
      ['hub', 'hub-2'].map(async (hub) => {
        const metrics = await call(`http://127.0.0.1:${ports[hub]}/metrics`, undefined)
        return /switchboard_intake_topics\{[^}]*\} (\d+)/.exec(metrics.body['text'] as string)?.[1]
      }),
    )

  /** Admits LA with one agency and a notice key, and makes its topics. */
  const admitLaos = async (): Promise<Signer> => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const signer = createSigner(privateKey)
    await changeRegistry(pool, { who: 'test', why: 'admit' }, [
      admitParticipant({ id: 'LA', type: 'member', name: 'Lao PDR' }),
      admitAgency({
        id: 'LA-PD',
        participant: 'LA',
        name: 'Police',
        rights: ['read', 'submit'],
        purposes: ['criminal-investigation'],
        roles: [],
      }),
      enrolKey({
        kid: signer.kid,
        owner: 'LA',
        purpose: 'notice',
        jwk: { kty: 'OKP', crv: 'Ed25519', x: publicKey.export({ format: 'jwk' }).x! },
      }),
    ])
    await messages.admin.createTopics(
      ['submitted.LA', 'replies.LA'].map((topic) => ({
        topic,
        partitions: 1,
        replicationFactor: 1,
      })),
    )
    return signer
  }

  await t.test(
    'a suspended participant and a revoked key are refused within 5 s, on every hub process, ' +
      'without a restart',
    async (t) => {
      const author = { who: 'test', why: 'test' }
      const refusedWith = async (code: string): Promise<void> => {
        const bytes = Buffer.from((await envelopeOf(th)).envelope)
        await publish('submitted.TH', bytes)
        t.match(await answerTo('TH', bytes), { status: 'rejected', code })
      }
      await changeRegistry(pool, author, [setParticipantStanding('TH', 'suspended')])
      const suspended = Date.now()
      await until(
        'the gateway refuses',
        async () => (await post(info, 'TH', phone())).status === 403,
        5000,
      )
      t.ok(Date.now() - suspended < 5000)
      await refusedWith('envelope/not-authorised')
      await changeRegistry(pool, author, [setParticipantStanding('TH', 'active')])
      await until(
        'the gateway accepts again',
        async () => (await post(info, 'TH', phone())).status === 202,
        5000,
      )
      await changeRegistry(pool, author, [revokeKey(th.kid, 'compromised')])
      await until(
        'the key is refused',
        async () => {
          const bytes = Buffer.from((await envelopeOf(th)).envelope)
          await publish('submitted.TH', bytes)
          return (await answerTo('TH', bytes)).code === 'envelope/key-revoked'
        },
        5000,
      )
    },
  )

  await t.test(
    "a new participant's topic is picked up by every hub process, without a restart",
    async (t) => {
      const signer = await admitLaos()
      await until(
        'both processes subscribe',
        async () => (await topicsTakenIn()).every((count) => count === '5'),
        30_000,
      )
      let registries = 0
      await messages.consume({
        groupId: `test-${randomUUID()}`,
        topics: ['replies.LA'],
        onRecords: async (records) => void (registries += records.length),
        onCrash: (error) => t.fail(String(error)),
      })
      await until(
        'its gateway is sent the registry, though its topics were made after its admission',
        () => registries > 0,
        20_000,
      )
      const content = {
        agency: 'LA-PD',
        handling: { tlp: 'AMBER', release: { participants: ['KH'] } },
      }
      const { id, envelope } = await envelopeOf(signer, content, { issuer: 'LA' })
      await publish('submitted.LA', Buffer.from(envelope))
      t.equal((await arrived(info, 'KH-ACD', id)).notice['issuer'], 'LA')
      const other = createSigner(generateKeyPairSync('ed25519').privateKey)
      const forged = Buffer.from((await envelopeOf(other, content, { issuer: 'LA' })).envelope)
      await publish('submitted.LA', forged)
      await until(
        'the forgery is refused',
        async () =>
          (await db.query('select 1 from quarantine where participant = $1', ['LA'])).rowCount ===
          1,
      )
    },
  )

  await t.test('the file of the test names no key but public ones', async (t) => {
    t.notMatch(await readFile(`${system.supervisor.folder}/system.json`, 'utf8'), /"d":/)
  })
}
