import t from 'tap'
import { Client } from 'pg'
import { randomUUID } from 'node:crypto'
import { createKafkaMessageLog } from '#runtime/kafka/kafka-message-log.ts'
import { loadSigner } from '#runtime/keys/signer.ts'
import { createLog } from '#runtime/process/log.ts'
import { projectFolder } from '#deploy/local/project.ts'
import { call, type Answer } from '#test/support/clients.ts'
import { runSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'

/** The country that is upgraded first, and the one that is upgraded last. */
export const [first, last] = ['gateway-TH', 'gateway-KH'] as const

/**
 * A system with the hub of the program before, and so its feeds and its console; the gateway of
 * Thailand is upgraded already, those of the others are not.
 */
export const openWorld = async (before: string) => {
  const system = await runSystem(t, 'test-contract-change', {
    programOf: (name) => (name === first ? projectFolder : before),
    // a gateway that is upgraded later learns of the hub's contract by the next message
    env: { REGISTRY_SEND_MS: '2000' },
  })
  const { info, keys, brokers, security } = system
  const log = createLog({ service: 'test', level: 'silent' })
  const messages = createKafkaMessageLog({ brokers, security, clientId: 'attacker', log })
  const db = new Client({ connectionString: info.database.url })
  await db.connect()
  t.teardown(async () => {
    await messages.close()
    await db.end()
  })
  const request = (by: string, path: string, init: RequestInit = {}): Promise<Answer> =>
    call(`${info.gateways[by]!.url}${path}`, info.gateways[by]!.token, {
      ...init,
      headers: { 'content-type': 'application/json', ...(init.headers as object) },
    })
  return {
    ...system,
    th: await loadSigner(keys.notice.TH.file),
    request,
    postJson: (by: string, path: string, body: object) =>
      request(by, path, { method: 'POST', body: JSON.stringify(body) }),
    publish: (participant: string, envelope: string): Promise<void> =>
      messages.publish(`submitted.${participant}`, [
        { key: randomUUID(), value: Buffer.from(envelope), headers: {} },
      ]),
    /** The version of the contract under which each logged version of a notice was signed. */
    contractsOf: async (id: string): Promise<unknown[]> => {
      const { rows } = await db.query<{ statement: string }>(
        `select statement from entry where id = $1 and event = 'notice' order by index`,
        [id],
      )
      return rows.map(
        ({ statement }) =>
          (
            JSON.parse(Buffer.from(statement.split('.')[1]!, 'base64url').toString()) as {
              schema: unknown
            }
          ).schema,
      )
    },
    /** The form of each logged confirmation of a notice. */
    confirmationsOf: async (id: string): Promise<unknown[]> => {
      const { rows } = await db.query<{ statement: string }>(
        `select statement from entry where about_id = $1 and event = 'confirmation'`,
        [id],
      )
      return rows.map(
        ({ statement }) =>
          (
            JSON.parse(Buffer.from(statement.split('.')[0]!, 'base64url').toString()) as {
              typ: unknown
            }
          ).typ,
      )
    },
    /** How much of a gateway the hub has not answered. */
    openOf: async (participant: string): Promise<number> => {
      const gateway = new Client({
        connectionString: info.database.url.replace(
          'switchboard_hub',
          `switchboard_gateway_${participant.toLowerCase()}`,
        ),
      })
      await gateway.connect()
      try {
        return (await gateway.query('select from open')).rowCount ?? 0
      } finally {
        await gateway.end()
      }
    },
    /** The code under which the hub refused what is about a notice. */
    refusalOf: (id: string): Promise<string> =>
      until(`a refusal of ${id}`, async () => {
        const { rows } = await db.query<{ code: string }>(
          `select code from quarantine where notice_id = $1`,
          [id],
        )
        return rows[0]?.code
      }),
    changedOver: (participant: string): Promise<unknown> =>
      until(`the change-over of ${participant}`, async () => {
        const { rowCount } = await db.query(
          `select from entry where event = 'still-open' and issuer = $1`,
          [participant],
        )
        return rowCount === 0 ? undefined : true
      }),
  }
}
