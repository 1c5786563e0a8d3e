// What the migration that brought conversations makes of the messages of the time before it.
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../test/help/database.ts'
import { openDatabase } from '../lib/db.ts'
import { newId } from '../lib/ids.ts'
import { migrate, MIGRATIONS } from '../lib/migrate.ts'

const FIRST_WITH_CONVERSATIONS = '0029'

let database: TestDatabase
let pool: pg.Pool
let name: string
let folder: string
const [org, account, channel, second] = [newId(), newId(), newId(), newId()]

beforeAll(async () => {
  database = await openTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'earmark-old-rows-'))
  for (const file of readdirSync(MIGRATIONS))
    if (/^\d{4}_/.test(file) && file < FIRST_WITH_CONVERSATIONS)
      copyFileSync(new URL(file, MIGRATIONS), join(folder, file))
})
beforeEach(async () => {
  name = `${(await database.pool.query<{ name: string }>('select current_database() as name')).rows[0]!.name}_old`
  await database.pool.query(
    `create database ${name} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'`,
  )
  pool = openDatabase(database.url.replace(/(\/\/[^/]*\/)[^?]*/, `$1${name}`), { max: 2 }).pool
  await migrate(pool, pathToFileURL(`${folder}/`))
})
afterAll(async () => {
  await pool.end()
  await database.pool.query(`drop database ${name} with (force)`)
  await database.close()
  rmSync(folder, { recursive: true })
})

interface Old {
  contact: string
  /** So many hours ago. */
  hours: number
  text: string
  type?: string
  origin?: 'live' | 'echo' | 'history'
  direction?: 'in' | 'out'
  on?: string
}

async function insert(messages: readonly Old[]): Promise<void> {
  for (const { contact, hours, text, type = 'text', origin = 'live', direction = 'in', on = channel } of messages)
    await pool.query(
      `insert into messages (org_id, id, contact_id, channel_id, wa_message_id, direction, origin, type, text, content, sent_at, received_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '{}', now() - make_interval(secs => $10), now())`,
      [org, newId(), contact, on, `wamid.${newId()}`, direction, origin, type, text, hours * 3600],
    )
}

async function conversations(contact: string) {
  const { rows } = await pool.query<{
    status: string
    texts: string[]
    last: string
    unread_count: number
    waits: boolean
    answered: boolean
    closing: string | null
    announced: boolean | null
  }>(
    `select c.status, c.unread_count, c.waiting_since is not null as waits, c.first_answered_at is not null as answered,
       (select array_agg(m.text order by m.sent_at) from messages m where m.org_id = c.org_id and m.conversation_id = c.id) as texts,
       (select text from messages m where m.org_id = c.org_id and m.id = c.last_message_id) as last,
       k.status as closing, k.announced_at is not null as announced
     from conversations c left join conversation_closings k on k.org_id = c.org_id and k.conversation_id = c.id
     where c.contact_id = $1 order by c.opened_at, c.channel_id`,
    [contact],
  )
  return rows
}

test('messages of before become conversations, cut after 24 hours of silence; what has expired is closed, and nobody is told', async () => {
  const [rosa, bo, ana, quiet] = [newId(), newId(), newId(), newId()]
  await pool.query(`insert into organizations (id, name, slug) values ($1, 'Shop', 'shop')`, [org])
  await pool.query(
    `insert into whatsapp_accounts (org_id, id, kind, name, portfolio_id, waba_id, app_secret, verify_token)
     values ($1, $2, 'live', 'Shop', '1', '2', '', '')`,
    [org, account],
  )
  for (const [id, number] of [
    [channel, '11'],
    [second, '12'],
  ])
    await pool.query(
      `insert into channels (org_id, id, account_id, name, phone_number_id, phone) values ($1, $2, $3, 'Shop', $4, '+16505550100')`,
      [org, id, account, number],
    )
  for (const id of [rosa, bo, ana, quiet])
    await pool.query(`insert into contacts (org_id, id, first_seen_at, search_text) values ($1, $2, now(), '')`, [
      org,
      id,
    ])
  await insert([
    // Of before the number was connected.
    { contact: rosa, hours: 200, text: 'history', origin: 'history' },
    { contact: rosa, hours: 72, text: 'one' },
    { contact: rosa, hours: 60, text: 'two' },
    { contact: rosa, hours: 59, text: 'an answer', origin: 'echo', direction: 'out' },
    // Exactly a day after the last one: another conversation.
    { contact: rosa, hours: 36, text: 'three' },
    { contact: rosa, hours: 35, text: '👍', type: 'reaction' },
    { contact: rosa, hours: 2, text: 'four' },
    { contact: rosa, hours: 1, text: 'five' },
    // By another number.
    { contact: rosa, hours: 1, text: 'elsewhere', on: second },
    { contact: bo, hours: 3, text: 'a question' },
    { contact: bo, hours: 2, text: 'answered from the phone', origin: 'echo', direction: 'out' },
    { contact: ana, hours: 3, text: 'a question' },
    { contact: ana, hours: 2, text: 'answered from the phone', origin: 'echo', direction: 'out' },
    { contact: ana, hours: 1, text: 'another one' },
    { contact: quiet, hours: 1, text: '❤️', type: 'reaction' },
  ])
  // All of them: what comes later goes on from there.
  await migrate(pool)

  const expired = { status: 'expired', closing: 'expired', announced: false }
  const open = { status: 'pending', closing: null }
  expect(await conversations(rosa)).toMatchObject([
    { ...expired, texts: ['one', 'two', 'an answer'], last: 'an answer', unread_count: 2, answered: true },
    { ...expired, texts: ['three', '👍'], last: 'three', unread_count: 1, answered: false },
    { ...open, texts: ['four', 'five'], last: 'five', unread_count: 2, waits: true },
    { ...open, texts: ['elsewhere'], last: 'elsewhere', unread_count: 1, waits: true },
  ])
  expect(await conversations(bo)).toMatchObject([{ ...open, waits: false, answered: true }])
  expect(await conversations(ana)).toMatchObject([{ ...open, waits: true, last: 'another one' }])
  expect(await conversations(quiet)).toEqual([])
  const { rows } = await pool.query(`select kind from events where kind like 'conversation.%'`)
  expect(rows).toEqual([])
})
