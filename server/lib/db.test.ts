// What the database's values are in JavaScript, and that losing a connection is not losing the process.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/help/database.ts'
import { sql } from 'kysely'
import { isoInstant, openDatabase, prepared, type Db, type Tx } from './db.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

test('times are strings in UTC with three decimals, whatever the zone of whoever wrote them', async () => {
  const { rows } = await database.pool.query(`select timestamptz '2026-05-30 12:00:00.1+02' as tenth,
    timestamptz '2026-05-30 10:00:00Z' as whole, timestamptz '2026-05-30 10:00:00.123456Z' as micro,
    timestamptz 'infinity' as never, array[timestamptz '2026-05-30 12:00+02', null] as many, date '2026-05-30' as day`)
  expect(rows[0]).toEqual({
    tenth: '2026-05-30T10:00:00.100Z',
    whole: '2026-05-30T10:00:00.000Z',
    micro: '2026-05-30T10:00:00.123Z',
    never: 'infinity',
    many: ['2026-05-30T10:00:00.000Z', null],
    day: '2026-05-30',
  })
})

test('a time that was read can be written again, and is the same', async () => {
  for (const time of ['2026-05-30T10:00:00.100Z', '0099-01-01T00:00:00.000Z', '-infinity']) {
    const { rows } = await database.pool.query<{ at: string }>('select $1::timestamptz as at', [time])
    expect(rows[0]?.at).toBe(time)
  }
  expect(isoInstant('12026-01-01 00:00:00+00')).toBe(new Date(Date.UTC(12026, 0, 1)).toISOString())
})

test('bigints are numbers while a number holds them, and exact strings beyond', async () => {
  const { rows } = await database.pool.query(
    `select 9007199254740991::bigint as safe, 9007199254740992::bigint as unsafe, array[1::bigint, -2] as many, count(*) as count`,
  )
  expect(rows[0]).toEqual({ safe: 9007199254740991, unsafe: '9007199254740992', many: [1, -2], count: 1 })
})

test('arrays of ids are arrays, bytes are buffers, JSON is parsed', async () => {
  const id = '01932f5e-0000-7000-8000-000000000000'
  const { rows } = await database.pool.query(
    `select array['${id}'::uuid] as ids, '\\x01ff'::bytea as bytes, '{"a":[1]}'::jsonb as json`,
  )
  expect(rows[0]).toEqual({ ids: [id], bytes: Buffer.of(1, 255), json: { a: [1] } })
})

test('connections that the database ends are replaced, idle or in the middle of a transaction', async () => {
  const { pool, db } = openDatabase(database.url, { max: 2 })
  const endOthers = () =>
    database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`)
  await pool.query('select 1')
  const failed = db.transaction().execute(async (tx) => {
    await tx.selectFrom('users').select('id').execute()
    await endOthers()
    await new Promise((resolve) => setTimeout(resolve, 50))
    return tx.selectFrom('users').select('id').execute()
  })
  await expect(failed).rejects.toThrow(/connection|terminat/)
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  await pool.end()
})

test('a verb that writes cannot be called without a transaction: it does not compile', () => {
  const write = (_tx: Tx) => {}
  const read = (_db: Db) => {}
  const never = (db: Db, tx: Tx) => {
    // @ts-expect-error a database is not a transaction
    write(db)
    write(tx)
    read(tx)
    read(db)
  }
  expect(never).toBeTypeOf('function')
})

test('what is prepared is read once by a connection, in a transaction and outside, also after an error; nothing else is', async () => {
  const { pool, db } = openDatabase(database.url, { max: 1 })
  try {
    const double = (on: Db, n: number) => sql<{ n: number }>`select ${n}::int * 2 as n`.execute(on)
    const kept = async () =>
      (await pool.query<{ statement: string }>('select statement from pg_prepared_statements')).rows
    expect((await double(db, 1)).rows).toEqual([{ n: 2 }])
    expect(await kept()).toEqual([])
    expect((await double(prepared(db), 2)).rows).toEqual([{ n: 4 }])
    await prepared(db)
      .transaction()
      .execute(async (tx) => {
        expect((await double(tx, 3)).rows).toEqual([{ n: 6 }])
        expect((await double(prepared(tx), 4)).rows).toEqual([{ n: 8 }])
      })
    await expect(
      db.transaction().execute(async (tx) => {
        await double(prepared(tx), 5)
        await sql`select 1 / 0`.execute(prepared(tx))
      }),
    ).rejects.toThrow('division by zero')
    expect((await double(prepared(db), 6)).rows).toEqual([{ n: 12 }])
    expect((await kept()).filter(({ statement }) => statement.includes('* 2'))).toHaveLength(1)
  } finally {
    await pool.end()
  }
})

test('a plan that was made for a small table is made anew after some seconds; a transaction that failed does not keep it from that', async () => {
  const { pool, db } = openDatabase(database.url, { max: 1 })
  const now = performance.now.bind(performance)
  try {
    await pool.query('create table growing (id int primary key, text text)')
    await pool.query(`insert into growing values (7, 'x')`)
    await pool.query('analyze growing')
    await pool.query('set plan_cache_mode = force_generic_plan')
    const find = (on: Db) => sql<{ text: string }>`select text from growing where id = ${7}`.execute(prepared(on))
    const explained = async () => {
      const { rows } = await pool.query<{ name: string }>(
        `select name from pg_prepared_statements where statement like '%from growing%'`,
      )
      const { rows: lines } = await pool.query<Record<string, string>>(`explain execute "${rows[0]!.name}"(7)`)
      return Object.values(lines[0]!)[0]
    }
    await find(db)
    expect(await explained()).toContain('Seq Scan')
    await pool.query(`insert into growing select n, 'x' from generate_series(100, 20000) n`)
    let later = 6000
    vi.spyOn(performance, 'now').mockImplementation(() => now() + later)
    await expect(
      db.transaction().execute(async (tx) => {
        await expect(sql`select 1 / 0`.execute(tx)).rejects.toThrow('division by zero')
        await find(tx)
      }),
    ).rejects.toMatchObject({ code: '25P02' })
    later = 12_000
    expect((await find(db)).rows).toEqual([{ text: 'x' }])
    expect(await explained()).toContain('Index Scan')
  } finally {
    vi.restoreAllMocks()
    await pool.query('drop table growing')
    await pool.end()
  }
})
