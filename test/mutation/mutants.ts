import { stripTypeScriptTypes } from 'node:module'
import { parse, type AnyNode } from 'acorn'

/** One change of a module's text: the characters from `start` to `end` become `text`. */
export type Mutant = {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly line: number
  readonly was: string
}

type Change = readonly [start: number, end: number, text: string]
/**
 * Node's own type stripping leaves blanks, so a place in the tree is the same place in the source.
 */
const treeOf = (source: string): AnyNode =>
  parse(stripTypeScriptTypes(source), { ecmaVersion: 'latest', sourceType: 'module' })

export const mutantsOf = (source: string): Mutant[] => {
  const strings = stringsOf(source)
  return nodesOf(treeOf(source))
    .flatMap((node) => changesOf(node, source, strings))
    .map(([start, end, text]) => ({
      start,
      end,
      text,
      line: source.slice(0, start).split('\n').length,
      was: source.slice(start, end),
    }))
    .filter((mutant) => mutant.text !== mutant.was && isReadable(applyMutant(source, mutant)))
}

export const applyMutant = (
  source: string,
  { start, end, text }: Pick<Mutant, 'start' | 'end' | 'text'>,
): string => source.slice(0, start) + text + source.slice(end)

/** A change that does not parse would die for its syntax and prove nothing. */
const isReadable = (source: string): boolean => {
  try {
    treeOf(source)
    return true
  } catch {
    return false
  }
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as AnyNode).type === 'string'

/** Every node of what runs: imports and re-exports are left alone. */
const nodesOf = (node: AnyNode): AnyNode[] => {
  if (node.type === 'ImportDeclaration' || (node.type === 'ExportNamedDeclaration' && node.source))
    return []
  const children = Object.values(node).flat().filter(isNode)
  return [node, ...children.flatMap(nodesOf)]
}

const stringsOf = (source: string): string[] => [
  ...new Set(
    nodesOf(treeOf(source)).flatMap((node) =>
      node.type === 'Literal' && typeof node.value === 'string' ? [node.raw!] : [],
    ),
  ),
]

/** In the place of an empty list: names that the tests use. */
const named = "['*', 'M2', 'M2-READ', 'G', 'X']"
const near: Readonly<Record<string, string>> = {
  participant: 'agency',
  agency: 'participant',
  loggedAt: 'expires',
  content: 'existence',
  existence: 'content',
  entryDecision: 'newestDecision',
  newestDecision: 'entryDecision',
  police: 'partner',
  partner: 'police',
  participants: 'groups',
  groups: 'participants',
}
const swaps: Readonly<Record<string, readonly string[]>> = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
}
const methods: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  find: 'findLast',
  filter: 'concat',
  at: 'with',
}

const changesOf = (node: AnyNode, source: string, strings: readonly string[]): Change[] => {
  const text = (part: { start: number; end: number }): string => source.slice(part.start, part.end)
  const whole = (replacement: string): Change => [node.start, node.end, replacement]
  const condition = (test: AnyNode): Change[] =>
    ['true', 'false', `!(${text(test)})`].map((replacement) => [test.start, test.end, replacement])
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return condition(node.test)
    case 'LogicalExpression': {
      const other = { '&&': '||', '||': '&&', '??': '&&' }[node.operator]
      return [
        whole(text(node.left)),
        whole(text(node.right)),
        whole(`((${text(node.left)}) ${other} (${text(node.right)}))`),
      ]
    }
    case 'BinaryExpression':
      return (swaps[node.operator] ?? []).map((operator) =>
        whole(`${text(node.left)} ${operator} ${text(node.right)}`),
      )
    case 'UnaryExpression':
      return node.operator === '!' ? [whole(text(node.argument))] : []
    case 'Literal':
      return literal(node.raw!, strings).map(whole)
    case 'TemplateLiteral':
      return [whole("''")]
    case 'ArrayExpression':
      return node.elements.length === 0 ? [whole(named)] : dropEach(node.elements, source, node)
    case 'ObjectExpression':
      return dropEach(node.properties, source, node)
    case 'CallExpression':
      return call(node.callee, source, whole, text)
    case 'MemberExpression': {
      const swapped = [node.object, node.property].flatMap((part): Change[] =>
        part.type === 'Identifier' && near[part.name] !== undefined
          ? [[part.start, part.end, near[part.name]!]]
          : [],
      )
      return node.optional ? [...swapped, [node.object.end, node.property.start, '.']] : swapped
    }
    case 'ArrowFunctionExpression':
      return [
        [node.body.start, node.body.end, node.body.type === 'BlockStatement' ? '{}' : 'undefined'],
      ]
    case 'SwitchCase':
      return node.test === null || node.test === undefined
        ? []
        : [[node.start, node.end, text(node).replace(/^case [^:]+:/, 'case "mutated":')]]
    default:
      return []
  }
}

const literal = (raw: string, strings: readonly string[]): string[] => {
  if (raw === 'true' || raw === 'false') return [raw === 'true' ? 'false' : 'true']
  if (/^\d+$/.test(raw)) return [String(Number(raw) + 1), String(Number(raw) - 1)]
  const next = strings[(strings.indexOf(raw) + 1) % strings.length]
  return strings.includes(raw) ? ["'mutated'", next!] : []
}

/** Without one element; its comma goes with it. */
const dropEach = (
  parts: readonly (AnyNode | null)[],
  source: string,
  { start, end }: AnyNode,
): Change[] =>
  parts.map((dropped): Change => {
    const kept = parts
      .filter((part) => part !== dropped)
      .map((part) => source.slice(part!.start, part!.end))
      .join(', ')
    return [start, end, source[start] + kept + source[end - 1]]
  })

const call = (
  callee: AnyNode,
  source: string,
  whole: (text: string) => Change,
  text: (node: AnyNode) => string,
): Change[] => {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return []
  const { name, start, end } = callee.property
  const renamed = methods[name]
  const dropped =
    name === 'filter' || name === 'sort' || name === 'map' ? [whole(text(callee.object))] : []
  return [
    ...dropped,
    ...(renamed === undefined || source.slice(start, end) !== name
      ? []
      : [[start, end, renamed] as const]),
  ]
}
