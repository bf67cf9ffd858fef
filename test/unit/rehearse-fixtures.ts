import { settled } from './decide-model.ts'

export const { registry } = settled

/** As JSON sends it. */
export const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
