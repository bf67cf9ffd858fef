import t from 'tap'
import { readNotice } from '#core/notice/notice.ts'
import { schemaDocuments } from '#core/schema/documents.ts'
import { isUtcTime, isUuid } from '#core/schema/formats.ts'
import { parseMicros } from '#core/time.ts'
import { bytesOf, context, valid } from './schemas-fixtures.ts'

type Node = Readonly<Record<string, unknown>>

const nodes = (value: unknown): Node[] =>
  typeof value !== 'object' || value === null
    ? []
    : [...(Array.isArray(value) ? [] : [value as Node]), ...Object.values(value).flatMap(nodes)]

const sent = [
  'notice|modus|envelope-payload|envelope-payload-1|revocation-payload|statement',
  'confirmation|consent|reaction|reaction-body|still-open',
  'consent-request|consent-answer|submission-decision',
].join('|')

const sentByOthers = new RegExp(`/(${sent}|kinds|kinds/.*)\\.json$`)

const received = schemaDocuments.filter(({ $id }) => sentByOthers.test($id))

/** Whether a pattern is anchored at both ends, and every repetition has an upper bound. */
const isBounded = (pattern: string): boolean =>
  /^\^.*\$$/.test(pattern) && !/[*+]|\{\d+,\}/.test(pattern.replaceAll(/\\.|\[[^\]]*\]/g, 'x'))

await t.test(
  'in what is received every object is closed, every string and every array bounded, every ' +
    'array of strings unique',
  async (t) => {
    for (const node of received.flatMap(nodes)) {
      const shown = JSON.stringify(node).slice(0, 120)
      const narrows = node['$comment'] === 'Narrows what kinds.json says.'
      if (node['type'] === 'object' && node['properties'] !== undefined && !narrows)
        t.equal(node['additionalProperties'], false, shown)
      if (node['type'] === 'array') {
        const { type } = node['items'] as Node
        const unique = node['uniqueItems'] === true || node['maxItems'] === 1
        t.ok(typeof node['maxItems'] === 'number' && (unique || type !== 'string'), shown)
      }
      if (node['type'] === 'string')
        t.ok(
          node['$ref'] !== undefined ||
            node['enum'] !== undefined ||
            typeof node['maxLength'] === 'number' ||
            isBounded(String(node['pattern'])),
          shown,
        )
    }
  },
)

await t.test(
  'items that must differ are of a scalar type that stands beside them: anything else Ajv ' +
    'compares by methods that a sender can name',
  async (t) => {
    const unique = schemaDocuments.flatMap(nodes).filter((node) => node['uniqueItems'] === true)
    t.ok(unique.length >= 10)
    for (const node of unique)
      t.match(node['items'], { type: /^(string|integer)$/ }, JSON.stringify(node).slice(0, 120))
    const hostile = {
      ...(JSON.parse(bytesOf(`valid/${valid[0]!}`).toString()) as object),
      offences: [{ toString: null }, { toString: null }],
    }
    for (const mode of ['wire', 'all'] as const)
      t.match(
        readNotice(hostile, { ...context, mode }),
        { ok: false, refusals: [{ code: 'notice/bad-type', pointer: '/offences/0' }] },
        mode,
      )
  },
)

await t.test(
  'no pattern backtracks: none repeats a group without a bound, and evil strings cost no more ' +
    'than others',
  async (t) => {
    const patterns = new Set(
      schemaDocuments
        .flatMap(nodes)
        .flatMap((n) => (typeof n['pattern'] === 'string' ? [n['pattern']] : [])),
    )
    t.ok(patterns.size >= 10)
    for (const pattern of patterns) {
      t.notMatch(pattern, /\)[*+]|\)\{\d+,\}|[*+}][*+]|\\[0-9]|\(\?/, pattern)
      const regExp = new RegExp(pattern, 'u')
      const evil = ['a', '0', '-', 'a-', 'A.', '*', '\u0000', '/', 'é', 'aa-0'].flatMap((seed) => [
        seed.repeat(20_000),
        `${seed.repeat(20_000)}!`,
        `${seed.repeat(20_000)}\n`,
      ])
      const before = process.hrtime.bigint()
      for (const text of evil) regExp.test(text)
      t.ok(process.hrtime.bigint() - before < 300_000_000n, `${pattern}: ${evil.length} strings`)
    }
  },
)

await t.test(
  'a time is RFC 3339 in UTC and a day the calendar has; a UUID is in small letters',
  async (t) => {
    const times: readonly (readonly [string, boolean])[] = [
      ['2026-11-01T02:00:00Z', true],
      ['2026-11-01T02:00:00.1Z', true],
      ['2026-11-01T02:00:00.123456789Z', true],
      ['2024-02-29T00:00:00Z', true],
      ['2000-02-29T00:00:00Z', true],
      ['2026-12-31T23:59:59Z', true],
      ['1900-02-29T00:00:00Z', false],
      ['2026-02-29T00:00:00Z', false],
      ['2026-04-31T00:00:00Z', false],
      ['2026-00-10T00:00:00Z', false],
      ['2026-13-01T00:00:00Z', false],
      ['2026-11-00T00:00:00Z', false],
      ['2026-11-01T24:00:00Z', false],
      ['2026-11-01T23:60:00Z', false],
      ['2026-06-30T23:59:60Z', false],
      ['2026-11-01T02:00:00', false],
      ['2026-11-01T02:00:00z', false],
      ['2026-11-01 02:00:00Z', false],
      ['2026-11-01T02:00:00.Z', false],
      ['2026-11-01T02:00:00.1234567890Z', false],
      ['2026-11-01T02:00:00+00:00', false],
      ['+2026-11-01T02:00:00Z', false],
      ['2026-11-01T02:00:00Z\n', false],
      ['２026-11-01T02:00:00Z', false],
      ['2026-1-01T002:00:00Z', false],
      ['', false],
    ]
    for (const [text, is] of times) {
      t.equal(isUtcTime(text), is, text)
      t.ok(!is || parseMicros(text) !== undefined, `${text} has microseconds`)
    }
    const uuids: readonly (readonly [string, boolean])[] = [
      ['0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11', true],
      ['00000000-0000-0000-0000-000000000000', true],
      ['0193A1C2-7B1E-7C3D-9F00-5B8F1F0A2C11', false],
      ['0193a1c27b1e7c3d9f005b8f1f0a2c11', false],
      ['0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c1', false],
      ['0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11\n', false],
      ['g193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11', false],
    ]
    for (const [text, is] of uuids) t.equal(isUuid(text), is, text)
  },
)
