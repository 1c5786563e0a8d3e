// Finds what a piece of SQL or a chain of kysely calls writes: which table, and whether the array of tags.
import { child, children, nameOf, propertyOf, within, type Node, type Source } from './source.ts'

export interface Write {
  /** Undefined when the table is put together at run time, so that nobody can tell which it is. */
  table: string | undefined
  verb: 'insert' | 'update' | 'delete'
  /** Whether it gives tag_ids a value. */
  setsTagIds: boolean
  line: number
}

const TABLE = String.raw`(?:only\s+)?(?:public\s*\.\s*|"public"\s*\.\s*)?"?([\w?]+)"?`
const STATEMENT = new RegExp(
  [
    String.raw`\binsert\s+into\s+${TABLE}`,
    String.raw`\bmerge\s+into\s+${TABLE}`,
    String.raw`\bcopy\s+${TABLE}\s*(?:\([^)]*\)\s*)?from\b`,
    String.raw`\bupdate\s+${TABLE}(?:\s+(?:as\s+)?\w+)?\s+set\b`,
    String.raw`\bdelete\s+from\s+${TABLE}`,
    String.raw`\btruncate\s+(?:table\s+)?${TABLE}`,
  ].join('|'),
  'gi',
)

/** The writes in a text of SQL; a text that is not SQL has none. */
export function writesInSql(text: string, line = 1): Write[] {
  const sql = text.replace(/--[^\n]*/g, (comment) => ' '.repeat(comment.length))
  const matches = [...sql.matchAll(STATEMENT)]
  return matches.map((match, i) => {
    const table = match.slice(1).find((group) => group !== undefined) ?? ''
    const verb = /^(update|delete|truncate)/i.exec(match[0])?.[0].toLowerCase()
    const rest = sql.slice(match.index + match[0].length, matches[i + 1]?.index)
    const assigned = /^([\s\S]*?)(?:\bwhere\b|\bfrom\b(?!\s+unnest)|\breturning\b|$)/i.exec(rest)?.[1] ?? ''
    const columns = /^\s*(?:as\s+\w+\s*)?\(([^)]*)\)/i.exec(rest)?.[1] ?? /\(([^)]*)\)/.exec(match[0])?.[1] ?? ''
    const conflict = /\bdo\s+update\s+set\b([\s\S]*)/i.exec(rest)?.[1] ?? ''
    const sets = verb === 'update' ? assigned : `${columns} ${conflict}`
    return {
      table: table.includes('?') && !/^[a-z]\w*_\?/.test(table) ? undefined : table.toLowerCase(),
      verb: verb === 'update' ? 'update' : verb === undefined ? 'insert' : 'delete',
      setsTagIds: verb === 'update' ? /\btag_ids"?\s*=/i.test(sets) : /\btag_ids\b/i.test(sets),
      line: line + sql.slice(0, match.index).split('\n').length - 1,
    }
  })
}

const KYSELY: ReadonlyMap<string | undefined, Write['verb']> = new Map([
  ['insertInto', 'insert'],
  ['replaceInto', 'insert'],
  ['mergeInto', 'insert'],
  ['updateTable', 'update'],
  ['deleteFrom', 'delete'],
])
const KYSELY_VALUES = ['values', 'set', 'doUpdateSet', 'columns', 'expression']

/** Everything that a file writes, by SQL in any string or by kysely. */
export function writesIn(source: Source): Write[] {
  const inSql = source.literals.flatMap(({ text, line }) => writesInSql(text, line))
  const inKysely = source.nodes.flatMap((node): Write[] => {
    if (node.type !== 'CallExpression') return []
    const verb = verbOf(node)
    if (verb !== undefined) return [{ table: tableOf(node), verb, setsTagIds: false, line: source.lineOf(node) }]
    if (!KYSELY_VALUES.includes(propertyOf(child(node, 'callee')) ?? '') || !namesTagIds(node)) return []
    const start = startOfChain(node)
    const written = start && verbOf(start)
    if (start === undefined || written === undefined) return []
    return [{ table: tableOf(start), verb: written, setsTagIds: true, line: source.lineOf(node) }]
  })
  return [...inSql, ...inKysely]
}

function verbOf(call: Node): Write['verb'] | undefined {
  return KYSELY.get(propertyOf(child(call, 'callee')))
}

function tableOf(call: Node): string | undefined {
  const [table] = children(call, 'arguments')
  return table?.type === 'Literal' ? nameOf(table)?.split(/\s/)[0] : undefined
}

function namesTagIds(call: Node): boolean {
  return children(call, 'arguments').some((argument) => within(argument).some((node) => nameOf(node) === 'tag_ids'))
}

function startOfChain(call: Node): Node | undefined {
  let node: Node | undefined = call
  while (node?.type === 'CallExpression' && verbOf(node) === undefined) {
    node = child(child(node, 'callee'), 'object')
  }
  return node
}

export interface Table {
  name: string
  /** The table of which it is a partition. */
  partitionOf?: string
  primaryKey: string[]
}

/** The tables that migrations create, in order, without those that they drop again. */
export function tablesIn(migrations: readonly string[]): Table[] {
  const tables = new Map<string, Table>()
  const sql = migrations.join('\n').replace(/--[^\n]*/g, '')
  const statement =
    /\b(?:create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?"?(\w+)"?\s*(?:partition\s+of\s+"?(\w+)"?|\(([\s\S]*?)\n\s*\))|drop\s+table\s+(?:if\s+exists\s+)?"?(\w+)"?|alter\s+table\s+"?(\w+)"?\s+(?:rename\s+to\s+"?(\w+)"?|add\s+(?:constraint\s+\w+\s+)?primary\s+key\s*\(([^)]*)\)))/gi
  for (const [, created, partitionOf, columns, dropped, altered, renamed, key] of sql.matchAll(statement)) {
    if (created !== undefined) {
      const table = { name: created, primaryKey: primaryKeyIn(columns ?? '') }
      tables.set(created, partitionOf === undefined ? table : { ...table, partitionOf })
    }
    if (dropped !== undefined) tables.delete(dropped)
    const table = altered === undefined ? undefined : tables.get(altered)
    if (table !== undefined && key !== undefined) table.primaryKey = namesIn(key)
    if (table !== undefined && renamed !== undefined) {
      tables.delete(table.name)
      tables.set(renamed, { ...table, name: renamed })
    }
  }
  return [...tables.values()]
}

const namesIn = (list: string) => list.split(',').map((name) => name.trim().replaceAll('"', ''))

function primaryKeyIn(columns: string): string[] {
  const table = /\n\s*(?:constraint\s+\w+\s+)?primary\s+key\s*\(([^)]*)\)/i.exec(columns)?.[1]
  if (table !== undefined) return namesIn(table)
  const column = /(?:^|\n)\s*"?(\w+)"?\s[^\n]*\bprimary\s+key\b/i.exec(columns)?.[1]
  return column === undefined ? [] : [column]
}
