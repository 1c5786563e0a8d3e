// What the database itself says: that the generated files are what the migrations make, and that its keys keep organizations apart.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GLOBAL_TABLES } from './architecture/rules.ts'
import { openTestDatabase, type TestDatabase } from './help/database.ts'
import { generate, SCHEMA_FILE, TABLES_FILE } from '../tools/schema.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

test('tables.ts and schema.sql are what the migrations make; else run: npm run schema', async () => {
  const { tables, schema } = await generate(database.pool)
  expect(readFileSync(TABLES_FILE, 'utf8')).toBe(tables)
  expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(schema)
})

/** Our own tables, without partitions and without those that jobs are kept in. */
const OWN = `c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`

/** Unique without the organization, with the reason. */
const UNIQUE_EVERYWHERE = new Map([
  ['api_keys_secret', 'whoever calls with a key names no organization'],
  ['api_keys_old_secret', 'the same with one that is being replaced'],
  ['invitations_token_unique', 'whoever opens an invitation’s link names no organization'],
  ['whatsapp_accounts_id_unique', 'Meta’s webhook names an account without its organization'],
])

/** References from a table of organizations to a global one, with the reason. */
const TO_GLOBAL = new Map([['memberships_user_id_fkey', 'a person may belong to several organizations']])

test('every table has the organization in it, or is named among the global ones', async () => {
  const { rows } = await database.pool.query<{ name: string }>(`
    select c.relname as name from pg_class c where ${OWN} and not exists (
      select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and a.attnotnull) order by 1`)
  const named = new Set([...GLOBAL_TABLES, 'schema_migrations'])
  expect(rows.map(({ name }) => name).filter((name) => !named.has(name))).toEqual([])
})

test('every unique key of a table of organizations begins with the organization; exceptions are named with their reason', async () => {
  const { rows } = await database.pool.query<{ name: string; columns: string[] }>(`
    select i.relname as name, array(
      select coalesce(a.attname::text, '(an expression)') from unnest(x.indkey::int2[]) with ordinality as k (attnum, n)
      left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.attnum order by k.n) as columns
    from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
    where ${OWN} and x.indisunique and exists (
      select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') order by 1`)
  expect(rows.length).toBeGreaterThan(20)
  const without = rows.filter(({ columns }) => columns[0] !== 'org_id').map(({ name }) => name)
  expect(without).toEqual([...UNIQUE_EVERYWHERE.keys()].toSorted())
})

test('every reference between tables of organizations carries the organization, so that none leads into another', async () => {
  const { rows } = await database.pool.query<{ name: string; target: string; pairs: [string, string][] }>(`
    select k.conname as name, f.relname as target, (
      select json_agg(json_build_array(a.attname, b.attname)) from unnest(k.conkey, k.confkey) as p (own, other)
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.own
      join pg_attribute b on b.attrelid = k.confrelid and b.attnum = p.other) as pairs
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class f on f.oid = k.confrelid
    where ${OWN} and k.contype = 'f' and k.conparentid = 0 and exists (
      select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') order by 1`)
  expect(rows.length).toBeGreaterThan(15)
  const wrong = rows.filter(({ name, target, pairs }) => {
    if (target === 'organizations') return pairs.some(([own]) => own !== 'org_id')
    if (GLOBAL_TABLES.includes(target)) return !TO_GLOBAL.has(name)
    return !pairs.some(([own, other]) => own === 'org_id' && other === 'org_id')
  })
  expect(wrong.map(({ name }) => name)).toEqual([])
})

/** What is not deleted with its organization by the database, with the reason. */
const STAYING = new Map([['deliveries', 'a reference would be checked at every delivery; they are dropped day by day']])

test('whatever belongs to an organization goes with it', async () => {
  const { rows } = await database.pool.query<{ name: string }>(`
    with recursive gone as (
      select 'organizations'::regclass::oid as oid
      union
      select k.conrelid from gone g join pg_constraint k on k.confrelid = g.oid and k.contype = 'f' and k.confdeltype = 'c'
    )
    select c.relname as name from pg_class c where ${OWN} and c.oid not in (select oid from gone) and exists (
      select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') order by 1`)
  expect(rows.map(({ name }) => name)).toEqual([...STAYING.keys()])
})
