import { settled } from './decide-model.ts'

export const { registry } = settled

/** The value after a way through JSON. */
export const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
