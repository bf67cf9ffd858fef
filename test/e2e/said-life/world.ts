import { mkdir } from 'node:fs/promises'
import { basename } from 'node:path'
import t from 'tap'
import { stackFolder, projectFolder } from '#deploy/local/project.ts'
import { createPool } from '#runtime/postgres/pool.ts'
import { createLog } from '#runtime/process/log.ts'
import { changeRegistry } from '#store/registry/registry.ts'
import type { RegistryChange } from '#core/registry/change.ts'
import { call, statusOf, type Answer } from '#test/support/clients.ts'
import { runSystem } from '#test/support/system.ts'
import { until } from '#test/support/until.ts'

/** A world of its own for each test file. */
const stackName = `test-${basename(process.argv[1]!, '.test.ts')}`

export const failpoints = `${stackFolder(stackName)}-failpoints`

await mkdir(failpoints, { recursive: true })

const system = await runSystem(t, stackName, {
  env: { FAILPOINT_FOLDER: failpoints, REPUBLISH_AFTER_MS: '1000', TELL_POLL_MS: '100' },
})

export const { info, supervisor, databaseUrl } = system

export const limitMs = 40_000

export const hubUrl = info.database.url

export const gatewayUrl = (participant: string): string =>
  hubUrl.replace('switchboard_hub', `switchboard_gateway_${participant.toLowerCase()}`)

export const changeAgencies = async (...changes: RegistryChange[]): Promise<void> => {
  const log = createLog({ service: 'test', level: 'silent' })
  const pool = createPool({ url: hubUrl, max: 1, applicationName: 'test', log })
  await changeRegistry(pool, { who: 'test', why: 'test' }, changes)
  await pool.end()
}

export const stop = async (...names: string[]): Promise<void> =>
  void (await Promise.all(names.map((name) => supervisor.stop(name))))

export const start = async (...names: string[]): Promise<void> =>
  void (await Promise.all(names.map((name) => system.replace(name, projectFolder))))

/** Posts as a country's police system does. */
const send = (by: string, path: string, body: object): Promise<Answer> =>
  call(`${info.gateways[by]!.url}${path}`, info.gateways[by]!.token, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const reactionOf = (note: string): Record<string, string> => ({
  issuer: 'TH',
  reaction: 'seen-too',
  note,
})

export const react = (by: string, notice: string, note: string): Promise<Answer> =>
  send(by, `/v1/notices/${notice}/reactions`, reactionOf(note))

export const revoke = async (by: string, notice: string): Promise<void> => {
  await send(by, `/v1/notices/${notice}/revoke`, { reason: 'another person' })
  await until(
    `${notice} is revoked`,
    async () => {
      const { body } = await statusOf(info, by, notice)
      return body['noticeStatus'] === 'revoked' && body['status'] === 'accepted'
    },
    limitMs,
  )
}

/** Reacts, and resolves with the id of the reaction when it is stored; as a careful client does. */
export const reacted = (by: string, notice: string, note: string): Promise<string> =>
  until(
    `${by} has reacted`,
    async () => {
      const answer = await react(by, notice, note)
      return answer.status === 202 ? String(answer.body['id']) : undefined
    },
    limitMs,
  )

export const saidOf = (by: string, id: string): Promise<Answer> =>
  call(`${info.gateways[by]!.url}/v1/said/${id}`, info.gateways[by]!.token)

type Settled = {
  readonly status: string
  readonly receipt: { readonly code?: string; readonly index?: number; readonly time?: string }
}

/** The hub's last word on a statement, as its own side sees it. */
export const settled = (by: string, id: string): Promise<Settled> =>
  until(
    `an answer to ${id}`,
    async () => {
      const { body } = await saidOf(by, id)
      return body['status'] === 'accepted' || body['status'] === 'rejected'
        ? (body as unknown as Settled)
        : undefined
    },
    limitMs,
  )

/** What the originator is shown of its notice. */
export const shown = async (notice: string): Promise<Record<string, unknown>[]> =>
  (await statusOf(info, 'TH', notice)).body['reactions'] as Record<string, unknown>[]
