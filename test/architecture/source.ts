// Reads source files into what the rules of the house ask about: imports, text literals, and the syntax tree.
import { posix } from 'node:path'
import { parseSync } from 'vite'

export interface Import {
  /** The file from the root of the repository for a relative import, the package's or module's own name otherwise. */
  to: string
  line: number
  typeOnly: boolean
  /** The names it brings, as they are called where they come from. */
  names: string[]
}

/** A node of the syntax tree (ESTree, with TypeScript's additions). */
export interface Node {
  type: string
  start: number
  [field: string]: unknown
}

export interface Source {
  /** From the root of the repository, with slashes. */
  path: string
  text: string
  imports: Import[]
  /** Every string and template, with '?' where a template has an expression. */
  literals: { text: string; line: number }[]
  nodes: Node[]
  body: Node[]
  lineOf(node: Node): number
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value

/** The node in a field of another; undefined when there is none. */
export function child(node: Node | undefined, field: string): Node | undefined {
  const value = node?.[field]
  return isNode(value) ? value : undefined
}

/** The nodes in a field that holds a list. */
export function children(node: Node | undefined, field: string): Node[] {
  const value = node?.[field]
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** The name of an identifier, or the text of a string that stands for one; undefined for anything else. */
export function nameOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return String(node['name'])
  return node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined
}

/** The property that a member expression takes, written with a dot or as a string in brackets. */
export function propertyOf(node: Node | undefined): string | undefined {
  return node?.type === 'MemberExpression' ? nameOf(child(node, 'property')) : undefined
}

/** The node and everything within it. */
export function within(node: Node): Node[] {
  const found: Node[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    else if (isNode(value)) {
      found.push(value)
      for (const field of Object.keys(value)) visit(value[field])
    }
  }
  visit(node)
  return found
}

/** Parses a file; throws with the parser's sentence when it is not valid. */
export function readSource(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text)
  const [error] = errors
  if (error !== undefined) throw new Error(`${path}: ${error.message}`)
  const root = program as unknown as Node
  const nodes = within(root)
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)]
  const lineOf = (node: Node) => lineStarts.findLastIndex((start) => start <= node.start) + 1
  return {
    path,
    text,
    nodes,
    body: children(root, 'body'),
    lineOf,
    imports: nodes.flatMap((node) => {
      const specifier = specifierOf(node)
      if (specifier === undefined) return []
      const to = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
      return [{ to, line: lineOf(node), typeOnly: isTypeOnly(node), names: namesOf(node) }]
    }),
    literals: nodes.flatMap((node) => {
      const literal = literalOf(node)
      return literal === undefined ? [] : [{ text: literal, line: lineOf(node) }]
    }),
  }
}

const IMPORTING = [
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
  'TSExternalModuleReference',
]

function specifierOf(node: Node): string | undefined {
  if (node.type === 'CallExpression') {
    // require('x'), and vitest's mocks, which import by name as well.
    const callee = child(node, 'callee')
    const loads = nameOf(callee) === 'require' || /^(mock|doMock|importActual)$/.test(propertyOf(callee) ?? '')
    return loads ? nameOf(children(node, 'arguments')[0]) : undefined
  }
  if (!IMPORTING.includes(node.type)) return undefined
  return nameOf(child(node, 'source') ?? child(node, 'expression'))
}

function isTypeOnly(node: Node): boolean {
  if (node.type === 'TSImportType' || node['importKind'] === 'type' || node['exportKind'] === 'type') return true
  const specifiers = children(node, 'specifiers')
  return (
    specifiers.length > 0 &&
    specifiers.every((specifier) => specifier['importKind'] === 'type' || specifier['exportKind'] === 'type')
  )
}

function namesOf(node: Node): string[] {
  return children(node, 'specifiers').map((specifier) => {
    if (specifier.type === 'ImportNamespaceSpecifier') return '*'
    if (specifier.type === 'ImportDefaultSpecifier') return 'default'
    return nameOf(child(specifier, 'imported') ?? child(specifier, 'local')) ?? '*'
  })
}

function literalOf(node: Node): string | undefined {
  if (node.type === 'Literal') return nameOf(node)
  if (node.type !== 'TemplateLiteral') return undefined
  return children(node, 'quasis')
    .map((quasi) => {
      const value = quasi['value'] as { cooked: string | null; raw: string }
      return value.cooked ?? value.raw
    })
    .join('?')
}
