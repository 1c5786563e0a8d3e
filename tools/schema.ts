// `npm run schema`: writes what the migrations make, read from the catalog of a migrated database: the types of the tables
// for Kysely (server/lib/tables.ts) and a dump to read (migrations/schema.sql).
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type pg from 'pg'

export const TABLES_FILE = new URL('../server/lib/tables.ts', import.meta.url)
export const SCHEMA_FILE = new URL('../migrations/schema.sql', import.meta.url)

interface Column {
  name: string
  /** As PostgreSQL writes it: `timestamp(3) with time zone`. */
  type: string
  nullable: boolean
  default: string | null
  identity: 'always' | 'by default' | null
  generated: boolean
}

interface Table {
  name: string
  partition_key: string | null
  unlogged: boolean
  columns: Column[]
  constraints: { name: string; kind: string; definition: string }[]
  indexes: string[]
  partitions: { name: string; bound: string }[]
}

interface Schema {
  extensions: string[]
  sequences: string[]
  functions: string[]
  triggers: { table: string; definition: string }[]
  tables: Table[]
}

/** Everything in the schema `public` but the record of migrations, in an order that depends on names only. */
async function readSchema(pool: pg.Pool): Promise<Schema> {
  const rows = async <T>(text: string): Promise<T[]> => (await pool.query(text)).rows as T[]
  const ours = `c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migrations'`
  const tables = await rows<{ oid: number; name: string; partition_key: string | null; unlogged: boolean }>(`
    select c.oid::int8 as oid, c.relname as name, pg_get_partkeydef(c.oid) as partition_key, c.relpersistence = 'u' as unlogged from pg_class c
    where ${ours} and c.relkind in ('r', 'p') and not c.relispartition order by c.relname collate "C"`)
  const columns = await rows<Column & { table: string }>(`
    select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable,
      case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end as default,
      case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity, a.attgenerated <> '' as generated
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where ${ours} and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped order by a.attnum`)
  // 'n', the not-null constraints that PostgreSQL 18 counts among them, are told by the columns.
  const constraints = await rows<{ table: string; name: string; kind: string; definition: string }>(`
    select c.relname as table, o.conname as name, o.contype as kind, pg_get_constraintdef(o.oid) as definition
    from pg_constraint o join pg_class c on c.oid = o.conrelid
    where ${ours} and o.contype <> 'n' and o.conparentid = 0
    order by position(o.contype::text in 'pucxf'), o.conname collate "C"`)
  const indexes = await rows<{ table: string; definition: string }>(`
    select c.relname as table, pg_get_indexdef(i.indexrelid) as definition from pg_index i join pg_class c on c.oid = i.indrelid
    join pg_class x on x.oid = i.indexrelid
    where ${ours} and not exists (select from pg_constraint o where o.conindid = i.indexrelid and o.contype in ('p', 'u', 'x'))
    order by x.relname collate "C"`)
  const partitions = await rows<{ table: string; name: string; bound: string }>(`
    select p.relname as table, c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
    where ${ours} and c.relispartition and c.relkind in ('r', 'p') order by c.relname collate "C"`)
  const extensions = await rows<{ name: string }>(
    `select extname as name from pg_extension where extname <> 'plpgsql' order by 1`,
  )
  const sequences = await rows<{ name: string }>(`
    select c.relname as name from pg_class c where ${ours} and c.relkind = 'S' and not exists (select from pg_depend d
      where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'i') order by c.relname collate "C"`)
  const functions = await rows<{ definition: string }>(`
    select pg_get_functiondef(p.oid) as definition from pg_proc p where p.pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
    order by p.proname collate "C", p.oid`)
  const triggers = await rows<{ table: string; definition: string }>(`
    select c.relname as table, pg_get_triggerdef(t.oid) as definition from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where ${ours} and not t.tgisinternal and t.tgparentid = 0 order by t.tgname collate "C"`)
  const of = <T extends { table: string }>(name: string, all: T[]) => all.filter((one) => one.table === name)
  return {
    extensions: extensions.map((one) => one.name),
    sequences: sequences.map((one) => one.name),
    functions: functions.map((one) => one.definition),
    triggers,
    tables: tables.map(({ name, partition_key, unlogged }) => ({
      name,
      partition_key,
      unlogged,
      columns: of(name, columns),
      constraints: of(name, constraints),
      indexes: of(name, indexes).map((one) => one.definition),
      partitions: of(name, partitions),
    })),
  }
}

const TYPES: Record<string, string> = {
  uuid: 'string',
  text: 'string',
  'character varying': 'string',
  numeric: 'string',
  date: 'string',
  'timestamp with time zone': 'string',
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  real: 'number',
  'double precision': 'number',
  boolean: 'boolean',
  bytea: 'Buffer',
  jsonb: 'Json',
  json: 'Json',
  inet: 'string',
}

function typescriptType(table: Table, column: Column): string {
  const [, plain = '', array = ''] = /^(.*?)((?:\[\])*)$/.exec(column.type.replace(/\(\d+(,\d+)?\)/, '')) ?? []
  const known = TYPES[plain]
  if (known === undefined)
    throw new Error(`tools/schema.ts knows no type for ${table.name}.${column.name}, a ${column.type}`)
  const values = plain === 'text' ? allowedValues(table, column) : null
  const type = values === null || array !== '' ? known + array : values.map((value) => `'${value}'`).join(' | ')
  const nullable = column.nullable ? `${type} | null` : type
  if (column.identity === 'always' || column.generated) return `GeneratedAlways<${nullable}>`
  return column.default !== null || column.identity !== null ? `Generated<${nullable}>` : nullable
}

/** The values of `check (column in (...))`, as PostgreSQL writes it. */
function allowedValues(table: Table, column: Column): string[] | null {
  for (const { kind, definition } of table.constraints) {
    const match =
      kind === 'c' ? /^CHECK \(\((\w+) = ANY \(ARRAY\[((?:'[^']*'::text(?:, )?)+)\]\)\)\)$/.exec(definition) : null
    if (match?.[1] === column.name) return [...(match[2] ?? '').matchAll(/'([^']*)'/g)].map(([, value]) => value ?? '')
  }
  return null
}

const interfaceName = (table: string) =>
  `${table
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Table`

function typesOf({ tables }: Schema): string {
  const body = tables
    .map((table) =>
      [
        `export interface ${interfaceName(table.name)} {`,
        ...table.columns.map((column) => `  ${column.name}: ${typescriptType(table, column)}`),
        '}',
      ].join('\n'),
    )
    .join('\n\n')
  const used = ['ColumnType', 'Generated', 'GeneratedAlways'].filter(
    (name) => name === 'ColumnType' || body.includes(`${name}<`),
  )
  return `// The tables as Kysely sees them. Made from the migrations by \`npm run schema\`: not to be edited.
import type { ${used.join(', ')} } from 'kysely'

/** Comes parsed; goes in as \`JSON.stringify(…)\`, because the driver would make a PostgreSQL array of an array. */
export type Json = ColumnType<unknown, string, string>

${body}

export interface Tables {
${tables.map((table) => `  ${table.name}: ${interfaceName(table.name)}`).join('\n')}
}
`
}

function dumpOf(schema: Schema): string {
  const tables = schema.tables.map((table) => {
    const width = Math.max(...table.columns.map((column) => column.name.length))
    const lines = [
      ...table.columns.map((column) => `${column.name.padEnd(width)}  ${columnDefinition(column)}`),
      ...table.constraints.map((one) => `constraint ${one.name} ${one.definition}`),
    ]
    return [
      `create ${table.unlogged ? 'unlogged ' : ''}table ${table.name} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n)${table.partition_key === null ? '' : ` partition by ${table.partition_key}`};`,
      ...table.partitions.map((one) => `create table ${one.name} partition of ${table.name} ${one.bound};`),
      ...table.indexes.map((one) => `${one.replaceAll('public.', '')};`),
      ...schema.triggers
        .filter((one) => one.table === table.name)
        .map((one) => `${one.definition.replaceAll('public.', '')};`),
    ].join('\n')
  })
  return (
    [
      '-- The schema that the migrations make, to be read. Made by `npm run schema`: neither run nor edited.',
      schema.extensions.map((name) => `create extension ${name};`).join('\n'),
      schema.sequences.map((name) => `create sequence ${name};`).join('\n'),
      ...tables,
      ...schema.functions.map((one) => `${one.trim()};`),
    ]
      .filter((part) => part !== '')
      .join('\n\n') + '\n'
  )
}

function columnDefinition(column: Column): string {
  return [
    column.type.replace(/timestamp(\(\d\))? with time zone/, 'timestamptz$1'),
    column.nullable ? '' : 'not null',
    column.identity === null ? '' : `generated ${column.identity} as identity`,
    column.default === null ? '' : `default ${column.default}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

/** The two files as they must be for this migrated database. */
export async function generate(pool: pg.Pool): Promise<{ tables: string; schema: string }> {
  const schema = await readSchema(pool)
  return { tables: typesOf(schema), schema: dumpOf(schema) }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { openTestDatabase, startTestServer } = await import('../test/help/database.ts')
  const server = await startTestServer()
  try {
    const database = await openTestDatabase()
    try {
      const files = await generate(database.pool)
      writeFileSync(TABLES_FILE, files.tables)
      writeFileSync(SCHEMA_FILE, files.schema)
    } finally {
      await database.close()
    }
  } finally {
    await server.stop()
  }
}
