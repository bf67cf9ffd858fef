import { randomUUID } from 'node:crypto'
import type { Answer } from '#test/support/clients.ts'
import { forKh } from '#test/support/feeds.ts'
import { get, send } from './world.ts'

export const submission = (more: object = {}): Record<string, unknown> => {
  const {
    id: _id,
    agency: _agency,
    ...body
  } = forKh({ handling: { tlp: 'AMBER' }, narrative: `from the partner ${randomUUID()}` })
  return { ...body, ...more }
}

export const submit = (agency: string, body: unknown = submission()): Promise<Answer> =>
  send(agency, '/v1/submissions', body)

export const idOf = ({ body }: Answer): string => String(body['id'])

export const listed = async (agency: string, query = ''): Promise<Record<string, unknown>[]> =>
  (await get(agency, `/v1/submissions${query}`)).body['submissions'] as Record<string, unknown>[]
