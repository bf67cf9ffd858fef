import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { KafkaSettings } from '#runtime/kafka/security.ts'
import { misused } from '../failure.ts'

/** `.switchboard/demo.json`: the services of the demo, and a token per role. */
export type Demo = {
  readonly gateways: Readonly<Record<string, { readonly url: string; readonly token: string }>>
  readonly feeds: {
    readonly url: string
    readonly agencies: Readonly<
      Record<
        string,
        { readonly token: string; readonly clientId: string; readonly clientSecret: string }
      >
    >
  }
  readonly console: { readonly url: string; readonly tokens: Readonly<Record<string, string>> }
  readonly ncb?: Readonly<Record<string, { readonly token: string }>>
  /** `admin`: how an administrator reaches a Kafka that authenticates its clients. */
  readonly kafka: { readonly brokers: readonly string[]; readonly admin?: KafkaSettings }
  readonly database: { readonly url: string }
  readonly keys: Readonly<Record<string, unknown>>
}

const besideUs = fileURLToPath(new URL('../../../.switchboard/demo.json', import.meta.url))

/** The demo of the working folder, or else of this checkout; undefined if no demo runs. */
export const findDemo = async (): Promise<Demo | undefined> => {
  for (const file of ['.switchboard/demo.json', besideUs]) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) return parseDemo(text, file)
  }
  return undefined
}

const parseDemo = (text: string, file: string): Demo => {
  try {
    return JSON.parse(text) as Demo
  } catch {
    throw misused(`${file} is not JSON; start the demo again with: npm run demo`)
  }
}

/** One of the demo's names: `as`, or else the first. */
export const pick = <T>(
  of: Readonly<Record<string, T>>,
  as: string | undefined,
  what: string,
): readonly [string, T] => {
  const names = Object.keys(of)
  const name = as ?? names[0]
  if (name === undefined || !Object.hasOwn(of, name))
    throw misused(`the demo has no ${what} ${as ?? ''}; it has ${names.join(', ')}`)
  return [name, of[name]!]
}
