import { readStrict } from '#core/json/strict-json.ts'

export const readText = (text: string) => readStrict(Buffer.from(text))

export const codeOf = (bytes: Uint8Array): string => {
  const read = readStrict(bytes)
  return read.ok ? 'ok' : read.refusal.code
}

export const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((p) => (typeof p === 'string' ? Buffer.from(p) : Buffer.from(p))))

/** For titles: TAP is lines of text, and some cases are line separators. */
export const shown = (text: string | Buffer): string =>
  JSON.stringify(text.toString())
    .replaceAll(/[^ -~]/gu, (c) => `U+${c.codePointAt(0)!.toString(16)}`)
    .slice(0, 80)
