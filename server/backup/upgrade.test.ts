// A backup made by the first version, restored here: years of upgrades in one step, with nothing lost.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileURLToPath } from 'node:url'
import { openTestDatabase } from '../../test/help/database.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { countContacts, getContact, listContacts } from '../contacts/schema.ts'
import { migrate } from '../lib/migrate.ts'
import { listTags } from '../tags/schema.ts'
import { openBackup } from './reading.ts'
import { restore } from './restoring.ts'

const FIRST = fileURLToPath(new URL('../../test/fixtures/backups/first-landed.tar', import.meta.url))

let server: TestServer
let admin: Person
let migrated: string[]
beforeAll(async () => {
  server = await openTestServer()
  const backup = await openBackup(FIRST)
  migrated = (await restore({ url: server.databaseUrl, backup })).migrated
  await backup.close()
  const { rows } = await server.pool.query<{ id: string }>('select id from organizations')
  admin = await server.newPerson('admin', rows[0]!.id)
})
afterAll(() => server.close())

test('every migration since the first version ran, on the rows of then', async () => {
  expect(migrated[0]).toBe('0007_orders_and_channels.sql')
  const { rows } = await server.pool.query<Record<string, number>>(`select
    (select count(*)::int from contacts) as contacts, (select count(*)::int from tags) as tags,
    (select count(*)::int from tag_assignments) as assignments, (select count(*)::int from messages) as messages,
    (select count(*)::int from contact_identities) as identities, (select count(*)::int from deliveries) as deliveries`)
  expect(rows).toEqual([{ contacts: 402, tags: 30, assignments: 804, messages: 1633, identities: 511, deliveries: 2 }])
})

test('what was received is found, and the history is there', async () => {
  expect(await admin.call(countContacts)).toEqual({ count: 402 })
  const { contacts } = await admin.call(listContacts, { query: { search: '600111222' } })
  expect(contacts).toMatchObject([{ phone: '+34600111222', display_name: 'Zoë' }])
  const { rows } = await server.pool.query<{ id: string }>(
    'select contact_id as id from tag_assignments where removed_at is null order by id limit 1',
  )
  const { active_tags: tags } = await admin.call(getContact, { params: { id: rows[0]!.id } })
  expect(tags.length).toBeGreaterThan(0)
})

test('each tag is on as many contacts as its filter finds', async () => {
  const { tags } = await admin.call(listTags)
  expect(tags.length).toBeGreaterThan(20)
  for (const tag of tags.filter((each) => each.deleted_at === null)) {
    const counted = await admin.call(countContacts, { query: { any_tags: tag.id } })
    expect(counted, tag.name).toEqual({ count: tag.contact_count })
  }
})

test('when a migration fails after the backup is restored, that is what it says, and the server can go on', async () => {
  const database = await openTestDatabase()
  const { pool, url } = database
  // Of the name of a table that a later migration makes, and no table: it is not in the way before.
  await pool.query('drop schema public cascade; create schema public; create domain audit_entries as text')
  const backup = await openBackup(FIRST)
  await expect(restore({ url, backup })).rejects.toThrow(
    /^The backup is restored, but not yet brought up to this version \(The migration \S+ failed: .*audit_entries.*Start the server/,
  )
  await pool.query('drop domain audit_entries')
  expect((await migrate(pool)).length).toBeGreaterThan(0)
  expect((await pool.query('select from contacts')).rowCount).toBe(402)
  await backup.close()
  await database.close()
})
