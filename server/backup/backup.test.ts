// What a backup promises: everything comes back, checked, or nothing does; and a file that is not whole is never taken for one.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/help/database.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { fillDemo } from '../demo/schema.ts'
import { listTags } from '../tags/schema.ts'
import { backUp } from './backing-up.ts'
import { LEFT_OUT } from './catalog.ts'
import { createBackupFile } from './file.ts'
import { openBackup } from './reading.ts'
import { restore, type RestoreOptions } from './restoring.ts'
import type { Contents, Head } from './schema.ts'
import { openSecretKey, sealSecretKey } from './sealing.ts'

let server: TestServer
let admin: Person
let folder: string
let file: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'earmark-backup-'))
  server = await openTestServer()
  admin = await server.newPerson()
  await admin.call(fillDemo)
  const account = await server.newAccount(admin)
  await account.deliver({ object: 'whatsapp_business_account', entry: [] })
  file = join(folder, 'shop.tar')
  await write(file)
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const empty: TestDatabase[] = []
const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const database of empty.splice(0)) await database.close()
})
async function emptyDatabase(): Promise<TestDatabase> {
  const database = await openTestDatabase()
  empty.push(database)
  return database
}

const write = (to: string, url = server.databaseUrl) => backUp({ url, file: to, force: false, secretKey: null })

async function load(url: string, from = file, options: Partial<RestoreOptions> = {}) {
  const backup = await openBackup(from)
  try {
    return await restore({ url, backup, ...options })
  } finally {
    await backup.close()
  }
}

async function contentsOf(of: string): Promise<Contents> {
  const backup = await openBackup(of)
  await backup.close()
  return backup.contents
}

const organizations = async ({ pool }: TestDatabase) =>
  (await pool.query<{ name: string }>('select name from organizations')).rows.length

test('what was restored has the same rows in every table, byte by byte, and goes on where it was', async () => {
  const { db, pool, url } = await emptyDatabase()
  await pool.query(`insert into setup_links (token_hash) values ('\\x01')`)
  expect(await load(url)).toEqual({ migrated: [], analyzed: true })
  const again = join(folder, 'again.tar')
  await write(again, url)
  expect(await contentsOf(again)).toEqual(await contentsOf(file))

  // The link for a first set-up does not let anybody into what is there now.
  expect((await pool.query('select from setup_links')).rows).toEqual([])
  const { rows } = await sql<{ free: boolean; partition: boolean }>`
    select nextval('events_id_seq') > (select max(id) from events) as free,
      (select tableoid <> 'deliveries_default'::regclass from deliveries limit 1) as partition`.execute(db)
  expect(rows).toEqual([{ free: true, partition: true }])
})

test('the restored organization is used at once, with its tags, counts and search', async () => {
  const { pool, url } = await emptyDatabase()
  await load(url)
  const { tags } = await admin.call(listTags)
  const counted = await pool.query<{ tag_id: string; count: number }>(
    'select tag_id, sum(change)::int as count from tag_counts group by tag_id having sum(change) <> 0',
  )
  expect(new Map(counted.rows.map((row) => [row.tag_id, row.count]))).toEqual(
    new Map(tags.filter((tag) => tag.contact_count > 0).map((tag) => [tag.id, tag.contact_count])),
  )
  const found = `select count(*)::int as n from contacts where search_text like '%li%'`
  expect((await pool.query(found)).rows).toEqual((await server.pool.query(found)).rows)
})

test('every index and every key is there again after a restore, checked and in use, just as the migrations make it', async () => {
  const shape = async (pool: TestDatabase['pool']) =>
    (
      await pool.query<{ made: string }>(`
        select pg_get_indexdef(indexrelid) || indisvalid || indisready || indisunique as made from pg_index i
          join pg_class c on c.oid = i.indrelid where c.relnamespace = 'public'::regnamespace and not c.relispartition
        union all
        select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(o.oid) || convalidated || condeferrable
          from pg_constraint o join pg_class c on c.oid = o.conrelid
          where c.relnamespace = 'public'::regnamespace and not c.relispartition
        order by 1`)
    ).rows.map((row) => row.made)
  const { pool, url } = await emptyDatabase()
  await load(url)
  const restored = await shape(pool)
  expect(restored.length).toBeGreaterThan(100)
  expect(restored).toEqual(await shape(server.pool))
})

test('a database with an organization is refused and stays as it is', async () => {
  await expect(load(server.databaseUrl)).rejects.toThrow(/has the organization “.*Set DATA_DIR to a new folder/)
  const database = await emptyDatabase()
  await database.pool.query('create table of_others (id int)')
  await expect(load(database.url)).rejects.toThrow(/holds what is not Earmark's \(of_others\)/)
})

test('a restore that fails at its very end leaves nothing, and can be repeated', async () => {
  const database = await emptyDatabase()
  const beforeCommit = () => {
    throw new Error('the disk is gone')
  }
  await expect(load(database.url, file, { beforeCommit })).rejects.toThrow('the disk is gone')
  expect(await organizations(database)).toBe(0)
  await load(database.url)
  expect(await organizations(database)).toBe(1)
})

test('a restore that is stopped when it is done says so, and has restored all', async () => {
  const database = await emptyDatabase()
  const stop = new AbortController()
  const onProgress: RestoreOptions['onProgress'] = (step) => {
    // While the commit is under way.
    if (step === 'finishing') queueMicrotask(() => stop.abort())
  }
  expect(await load(database.url, file, { signal: stop.signal, onProgress })).toEqual({ migrated: [], analyzed: false })
  expect(await organizations(database)).toBe(1)

  const before = await emptyDatabase()
  const early = new AbortController()
  const beforeCommit = () => early.abort()
  await expect(load(before.url, file, { signal: early.signal, beforeCommit })).rejects.toThrow(/abort/i)
  expect(await organizations(before)).toBe(0)
})

test('a file that was cut anywhere, or in which one byte is another, is refused', async () => {
  const whole = readFileSync(file)
  const damaged = join(folder, 'damaged.tar')
  const places = [
    0,
    100,
    511,
    512,
    1000,
    3000,
    ...Array.from({ length: 40 }, (_, n) => Math.floor((whole.length * n) / 40)),
  ]
  for (const n of [1, 511, 512, 513, 1024, 1535, 1536, 1700, 2048]) places.push(whole.length - n)
  for (const place of places) {
    writeFileSync(damaged, whole.subarray(0, place))
    await expect(openBackup(damaged), `cut at ${place}`).rejects.toThrow(/is cut off or was changed|is not a backup/)
    const changed = Buffer.from(whole)
    changed[place]! ^= 1
    writeFileSync(damaged, changed)
    await expect(openBackup(damaged), `changed at ${place}`).rejects.toThrow(
      /is cut off or was changed|is not a backup|newer Earmark/,
    )
  }
  writeFileSync(damaged, Buffer.concat([whole, Buffer.alloc(512)]))
  await expect(openBackup(damaged)).rejects.toThrow(/is cut off or was changed/)
})

/** A file whose checksum fits, as somebody could make it who means harm. */
async function forged(change: {
  head?: Partial<Record<keyof Head, unknown>>
  contents?: (contents: Contents) => unknown
  piece?: { name: string; content: Buffer }
}): Promise<string> {
  const backup = await openBackup(file)
  const to = join(folder, `forged-${Math.random()}.tar`)
  const written = await createBackupFile(to, { at: new Date(), force: false })
  await written.add('backup.json', Buffer.from(JSON.stringify({ ...backup.head, ...change.head })))
  if (change.piece) await written.add(change.piece.name, change.piece.content)
  const contents = { ...backup.contents, tables: [] }
  await written.add('contents.json', Buffer.from(JSON.stringify(change.contents?.(backup.contents) ?? contents)))
  await written.finish()
  await backup.close()
  return to
}

test('a file of a newer Earmark is refused by name, and a forged one whatever it claims', async () => {
  const { migrations } = (await openBackupHead())!
  const newer = [...migrations, { name: '9999_later.sql', sha256: '0'.repeat(64) }]
  await expect(openBackup(await forged({ head: { migrations: newer } }))).rejects.toThrow(
    /newer Earmark \(9999_later.sql/,
  )
  await expect(openBackup(await forged({ head: { version: 2 } }))).rejects.toThrow(
    /in a form that is not known here \(2/,
  )
  for (const name of ['../../etc/passwd', '/etc/passwd', 'tables/contacts/000002.gz', 'tables/sessions/000001.gz'])
    await expect(openBackup(await forged({ piece: { name, content: Buffer.from('x') } }))).rejects.toThrow(
      /is not a backup/,
    )
  const claims = (bytes: number) => (contents: Contents) => ({
    ...contents,
    tables: [{ ...contents.tables[0]!, bytes }],
  })
  await expect(openBackup(await forged({ contents: claims(2 ** 50) }))).rejects.toThrow(/is not a backup/)
  const unknown = (contents: Contents) => ({
    ...contents,
    tables: [{ ...contents.tables[0]!, name: 'x; drop table contacts', bytes: 0, rows: 0 }],
  })
  await expect(openBackup(await forged({ contents: unknown }))).rejects.toThrow(/is not a backup/)
  const { url } = await emptyDatabase()
  await expect(load(url, await forged({}))).rejects.toThrow(/are not those of its migrations/)
  writeFileSync(join(folder, 'note.txt'), 'not a backup')
  await expect(openBackup(join(folder, 'note.txt'))).rejects.toThrow(/is not a backup of Earmark/)
})

async function openBackupHead(): Promise<Head | undefined> {
  const backup = await openBackup(file)
  await backup.close()
  return backup.head
}

test('a backup is for its owner only, replaces no file unasked, and what was stopped leaves none', async () => {
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await expect(write(file)).rejects.toThrow(/exists already.*--force/)
  const stopped = join(folder, 'stopped.tar')
  const signal = AbortSignal.abort()
  await expect(
    backUp({ url: server.databaseUrl, file: stopped, force: false, secretKey: null, signal }),
  ).rejects.toThrow(/abort/i)
  const nowhere = { url: 'postgres://nobody@127.0.0.1:1/nothing', file: stopped, force: false, secretKey: null }
  await expect(backUp(nowhere)).rejects.toThrow(/The database ended or was cut off .*Nothing of the backup was kept/)
  expect(readdirSync(folder).filter((name) => name.startsWith('stopped'))).toEqual([])
  await expect(write(join(folder, 'no/such.tar'))).rejects.toThrow(/its folder does not exist/)
})

const TOOLS = fileURLToPath(new URL('../../tools/', import.meta.url))

/** Runs a tool until it waits for a lock of ours, and kills it there. */
async function killWhileWaiting(
  tool: string,
  args: string[],
  { pool, url }: { pool: TestDatabase['pool']; url: string },
) {
  const client = await pool.connect()
  await client.query('begin; lock table contacts in access exclusive mode')
  const child = spawn(process.execPath, [join(TOOLS, tool), ...args], {
    env: { PATH: process.env['PATH'], DATABASE_URL: url, SECRET_KEY: 'a key for the tools', LOG_LEVEL: 'silent' },
    stdio: 'ignore',
  })
  children.push(child)
  const waits = `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  while ((await pool.query<{ n: number }>(waits)).rows[0]!.n === 0) await sleep(20)
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('close', resolve))
  await client.query('rollback')
  client.release()
}

test('a backup that is killed leaves no file that looks whole, and the next one takes away what it left', async () => {
  const killed = join(folder, 'killed.tar')
  await killWhileWaiting('backup.ts', [killed], { pool: server.pool, url: server.databaseUrl })
  const left = () => readdirSync(folder).filter((name) => name.startsWith('killed'))
  expect(left()).toEqual([expect.stringMatching(/^killed\.tar\.\d+\.part$/)])
  await write(killed)
  expect(left()).toEqual(['killed.tar'])
})

test('a restore that is killed leaves the database as it was, and can be repeated', async () => {
  const database = await emptyDatabase()
  await killWhileWaiting('restore.ts', [file], database)
  expect(await organizations(database)).toBe(0)
  await load(database.url)
  expect(await organizations(database)).toBe(1)
})

test('the secret key inside opens with its passphrase and no other', async () => {
  const sealed = await sealSecretKey('the text of the key', 'a long passphrase')
  expect(await openSecretKey(sealed, 'a long passphrase')).toBe('the text of the key')
  expect(await openSecretKey(sealed, 'another passphrase')).toBeNull()
  expect(JSON.stringify(sealed)).not.toContain('the text')
})

test('every table that is left out exists, and every other one is in the file', async () => {
  const { rows } = await server.pool.query<{ name: string }>(
    `select relname::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`,
  )
  const inside = (await contentsOf(file)).tables.map((table) => table.name)
  expect([...inside, ...LEFT_OUT.keys()].toSorted()).toEqual(rows.map((row) => row.name).toSorted())
})
