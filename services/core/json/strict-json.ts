import { isUtf8 } from 'node:buffer'
import { accept, refuse, type Checked, type Refusal } from '../refusal.ts'
import { parentPointer, pointerToken } from './pointer.ts'
import { readJsonEscape } from './strict-json-escape.ts'
import { readJsonNumber } from './strict-json-number.ts'

/*
 * JSON (RFC 8259) with one reading for all: a text that parsers are known to read in different ways
 * is refused. JSON.parse keeps the last of two equal members, makes Infinity of 1e400, rounds
 * integers and lets half a surrogate pair through. One scan over the text, without regular
 * expressions; its time and memory are linear in the size.
 */
export type Limits = { readonly maxBytes: number; readonly maxDepth: number }

const strictLimits: Limits = { maxBytes: 256 * 1024, maxDepth: 16 }

/** The state of the scan. A refusal ends it; its pointer grows member by member on the way out. */
type Scan = {
  readonly text: string
  readonly maxDepth: number
  at: number
  refusal: Refusal | undefined
}

/** Returned in the place of a value once `refusal` is set; no JSON value is a symbol. */
const failed = Symbol('failed')

/**
 * The one value in these bytes, or the refusal. `pointer` names the member where the fault was
 * found. Never throws.
 */
export const readStrict = (bytes: Uint8Array, limits: Partial<Limits> = {}): Checked<unknown> => {
  const { maxBytes = strictLimits.maxBytes, maxDepth = strictLimits.maxDepth } = limits
  if (bytes.length > maxBytes)
    return refuse('body/too-large', undefined, `more than ${maxBytes} bytes`)
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return refuse('body/not-utf8', undefined, 'a byte order mark')
  if (!isUtf8(bytes)) return refuse('body/not-utf8')
  const scan: Scan = {
    text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'),
    maxDepth,
    at: 0,
    refusal: undefined,
  }
  skipSpace(scan)
  if (scan.at === scan.text.length) return refuse('body/empty')
  const value = readValue(scan, 0)
  if (value === failed) return { ok: false, refusal: scan.refusal! }
  skipSpace(scan)
  return scan.at === scan.text.length
    ? accept(value)
    : refuse('body/not-json', '', unexpected(scan))
}

const unexpected = ({ text, at }: Scan): string =>
  at < text.length ? `unexpected character at offset ${at}` : 'unexpected end'

const fail = (scan: Scan, code: Refusal['code'], detail?: string): typeof failed => {
  scan.refusal = { code, pointer: '', ...(detail !== undefined && { detail }) }
  return failed
}

const notJson = (scan: Scan): typeof failed => fail(scan, 'body/not-json', unexpected(scan))

/** Puts the member or index in front of the pointer of a fault inside it. */
const failedIn = (scan: Scan, name: string | number): typeof failed => {
  const { pointer = '', ...refusal } = scan.refusal!
  scan.refusal = { ...refusal, pointer: parentPointer(pointerToken(name), pointer) }
  return failed
}

/** Space, tab, line feed, carriage return: no other white space (RFC 8259 §2). */
const skipSpace = (scan: Scan): void => {
  const { text } = scan
  let at = scan.at
  for (
    let c = text.charCodeAt(at);
    c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
    c = text.charCodeAt(at)
  )
    at++
  scan.at = at
}

const readValue = (scan: Scan, depth: number): unknown => {
  switch (scan.text.charCodeAt(scan.at)) {
    case 0x22:
      return readString(scan)
    case 0x7b:
      return depth < scan.maxDepth ? readObject(scan, depth + 1) : tooDeep(scan)
    case 0x5b:
      return depth < scan.maxDepth ? readArray(scan, depth + 1) : tooDeep(scan)
    case 0x74:
      return readWord(scan, 'true', true)
    case 0x66:
      return readWord(scan, 'false', false)
    case 0x6e:
      return readWord(scan, 'null', null)
    default:
      return readNumber(scan)
  }
}

const tooDeep = (scan: Scan): typeof failed =>
  fail(scan, 'body/too-deep', `more than ${scan.maxDepth} levels`)

const readWord = (scan: Scan, word: string, value: boolean | null): unknown => {
  if (!scan.text.startsWith(word, scan.at)) return notJson(scan)
  scan.at += word.length
  return value
}

const readNumber = (scan: Scan): unknown => {
  const read = readJsonNumber(scan.text, scan.at)
  if (read === undefined) return notJson(scan)
  if (read.value === undefined) return fail(scan, 'body/bad-number')
  scan.at = read.end
  return read.value
}

const readArray = (scan: Scan, depth: number): unknown => {
  const items: unknown[] = []
  scan.at++
  skipSpace(scan)
  if (scan.text.charCodeAt(scan.at) === 0x5d) return closed(scan, items)
  for (;;) {
    const item = readValue(scan, depth)
    if (item === failed) return failedIn(scan, items.length)
    items.push(item)
    skipSpace(scan)
    const next = scan.text.charCodeAt(scan.at)
    if (next === 0x5d) return closed(scan, items)
    if (next !== 0x2c) return notJson(scan)
    scan.at++
    skipSpace(scan)
  }
}

const closed = <T>(scan: Scan, value: T): T => {
  scan.at++
  return value
}

const readObject = (scan: Scan, depth: number): unknown => {
  const members: Record<string, unknown> = {}
  scan.at++
  skipSpace(scan)
  if (scan.text.charCodeAt(scan.at) === 0x7d) return closed(scan, members)
  for (;;) {
    const name = readName(scan, members)
    if (typeof name !== 'string') return failed
    const value = readValue(scan, depth)
    if (value === failed) return failedIn(scan, name)
    members[name] = value
    skipSpace(scan)
    const next = scan.text.charCodeAt(scan.at)
    if (next === 0x7d) return closed(scan, members)
    if (next !== 0x2c) return notJson(scan)
    scan.at++
    skipSpace(scan)
  }
}

/** Names that reach an object's prototype in careless programs, however they are escaped. */
const isForbidden = (name: string): boolean =>
  name === '__proto__' || name === 'constructor' || name === 'prototype'

/** Reads a member's name and the colon after it, and leaves the scan at the value. */
const readName = (scan: Scan, members: object): unknown => {
  if (scan.text.charCodeAt(scan.at) !== 0x22) return notJson(scan)
  const name = readString(scan)
  if (typeof name !== 'string') return failed
  if (isForbidden(name)) return failMember(scan, 'body/forbidden-key', name)
  if (Object.hasOwn(members, name)) return failMember(scan, 'body/duplicate-key', name)
  skipSpace(scan)
  if (scan.text.charCodeAt(scan.at) !== 0x3a) return notJson(scan)
  scan.at++
  skipSpace(scan)
  return name
}

const failMember = (scan: Scan, code: Refusal['code'], name: string): typeof failed => {
  fail(scan, code)
  return failedIn(scan, name)
}

const readString = (scan: Scan): unknown => {
  const { text } = scan
  const start = scan.at + 1
  let at = start
  for (;;) {
    const c = text.charCodeAt(at)
    if (c === 0x22) break
    if (c === 0x5c) return readEscaped(scan, start, at)
    if (!(c >= 0x20)) return notJsonAt(scan, at) // a control character, or NaN past the end
    at++
  }
  scan.at = at + 1
  return text.slice(start, at)
}

const notJsonAt = (scan: Scan, at: number): typeof failed => {
  scan.at = at
  return notJson(scan)
}

/** Reads the rest of a string from its first escape on. */
const readEscaped = (scan: Scan, start: number, firstEscape: number): unknown => {
  const { text } = scan
  let read = ''
  let from = start
  let at = firstEscape
  for (;;) {
    const c = text.charCodeAt(at)
    if (c === 0x22) break
    if (!(c >= 0x20)) return notJsonAt(scan, at)
    if (c !== 0x5c) {
      at++
      continue
    }
    const unescaped = readJsonEscape(text, at)
    if (unescaped === undefined) return notJsonAt(scan, at)
    if (unescaped === '') return fail(scan, 'body/lone-surrogate', `at offset ${at}`)
    read += text.slice(from, at) + unescaped
    at += text[at + 1] === 'u' ? 6 * unescaped.length : 2
    from = at
  }
  scan.at = at + 1
  return read + text.slice(from, at)
}
