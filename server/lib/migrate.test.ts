// What migrating promises: each file once, in order, all or nothing, and never on a database that does not fit.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/help/database.ts'
import { openDatabase } from './db.ts'
import { migrate } from './migrate.ts'
import { StartError } from './start-error.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

let pool: pg.Pool
let name: string
let folder: string
let made = 0
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'earmark-migrations-'))
  ;({ pool, name } = await emptyDatabase(`encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'`))
})
afterEach(async () => {
  await pool.end()
  await database.pool.query(`drop database ${name} with (force)`)
  rmSync(folder, { recursive: true })
})

async function emptyDatabase(options: string) {
  const own = (await database.pool.query<{ name: string }>('select current_database() as name')).rows[0]!.name
  const empty = `${own}_${made++}`
  await database.pool.query(`create database ${empty} template template0 ${options}`)
  return { name: empty, pool: openDatabase(sibling(empty), { max: 2 }).pool }
}

const sibling = (other: string) => database.url.replace(/(\/\/[^/]*\/)[^?]*/, `$1${other}`)

const put = (file: string, text: string) => writeFileSync(join(folder, file), text)
const run = (on: pg.Pool = pool) => migrate(on, pathToFileURL(`${folder}/`))
const tables = async () =>
  (
    await pool.query<{ name: string }>(`select relname as name from pg_class where relnamespace = 'public'::regnamespace
    and relkind in ('r', 'i') and relname !~ 'schema_migrations' order by 1`)
  ).rows.map((row) => row.name)

test('files run once, in the order of their numbers, and files that are no migration do not run', async () => {
  put('0002_b.sql', 'create table b (a_id int references a (id))')
  put('0001_a.sql', 'create table a (id int primary key)')
  put('schema.sql', 'this is not SQL')
  expect(await run()).toEqual(['0001_a.sql', '0002_b.sql'])
  expect(await run()).toEqual([])
  put('0003_c.sql', 'create table c ()')
  expect(await run()).toEqual(['0003_c.sql'])
})

test('servers that start at once run each file once', async () => {
  put('0001_a.sql', 'create table a (id int); select pg_sleep(0.2)')
  const other = openDatabase(sibling(name)).pool
  const ran = await Promise.all([run(), run(other), run(other)])
  await other.end()
  expect(ran.flat()).toEqual(['0001_a.sql'])
})

test('a file that fails leaves nothing of itself, and the ones before it stay', async () => {
  put('0001_a.sql', 'create table a ()')
  put('0002_b.sql', 'create table b (); select 1 / 0')
  await expect(run()).rejects.toThrow('0002_b.sql failed: division by zero')
  expect(await tables()).toEqual(['a'])
})

test('a file without a transaction may build an index concurrently, after other statements', async () => {
  put('0001_a.sql', 'create table a (id int)')
  put(
    '0002_index.sql',
    `-- no transaction\ndrop index concurrently if exists a_id;\ncreate index concurrently a_id on a (id);\n`,
  )
  expect(await run()).toHaveLength(2)
  expect(await tables()).toEqual(['a', 'a_id'])
})

test('a changed file is refused by name, line ends aside', async () => {
  put('0001_a.sql', 'create table a ();\n')
  await run()
  put('0001_a.sql', 'create table a ();\r\n')
  expect(await run()).toEqual([])
  put('0001_a.sql', 'create table a (id int);\n')
  await expect(run()).rejects.toThrow(/0001_a.sql was changed after/)
})

test('a database that a newer Earmark has migrated is refused, and left as it is', async () => {
  put('0001_a.sql', 'create table a ()')
  put('0002_b.sql', 'create table b ()')
  await run()
  rmSync(join(folder, '0002_b.sql'))
  put('0003_c.sql', 'create table c ()')
  await expect(run()).rejects.toThrow(/newer Earmark \(0002_b.sql is not known here\)/)
  expect(await tables()).toEqual(['a', 'b'])
})

test('a database that cannot search other scripts, or is not UTF8, is refused with a sentence', async () => {
  put('0001_a.sql', 'create table a ()')
  for (const [options, sentence] of [
    [`encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`, /lc_ctype "C", in which only ASCII can be searched/],
    [`encoding 'SQL_ASCII' locale_provider libc lc_collate 'C' lc_ctype 'C'`, /encoding is SQL_ASCII; it must be UTF8/],
  ] as const) {
    const wrong = await emptyDatabase(options)
    const refused = await run(wrong.pool).catch((error: unknown) => error)
    await wrong.pool.end()
    await database.pool.query(`drop database ${wrong.name} with (force)`)
    expect(refused).toBeInstanceOf(StartError)
    expect(String(refused)).toMatch(sentence)
  }
})

test('a server that cannot be reached is told by a sentence', async () => {
  const { pool: nowhere } = openDatabase('postgres://nobody@127.0.0.1:1/nothing')
  await expect(run(nowhere)).rejects.toThrow(/The database cannot be reached: .*ECONNREFUSED.* Check DATABASE_URL/)
  await nowhere.end()
})
