// What the database's values are in JavaScript, and that losing a connection is not losing the process.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/help/database.ts'
import { isoInstant, openDatabase, plannedOnce, type Db, type Tx } from './db.ts'

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

test('a statement that is planned once is planned once for a connection, whatever lengths its lists have, also after it failed', async () => {
  const single = openDatabase(database.url, { max: 1 })
  const added = (numbers: unknown[]) =>
    sql<{ sum: number }>`${plannedOnce} select sum(n)::int as sum from unnest((select ${numbers}::int[])) n`
      .execute(single.db)
      .then(({ rows }) => rows[0]!.sum)
  for (const most of [1, 100, 3, 1000, 0, 50, 2, 7, 10, 400])
    expect(await added(Array.from({ length: most }, (_, n) => n))).toBe(most === 0 ? null : (most * (most - 1)) / 2)
  await expect(added(['no number'])).rejects.toThrow('invalid input syntax')
  expect(await added([1, 2])).toBe(3)
  const { rows } = await single.pool.query('select generic_plans, custom_plans from pg_prepared_statements')
  expect(rows).toEqual([{ generic_plans: 6, custom_plans: 5 }])
  await single.pool.end()
})
