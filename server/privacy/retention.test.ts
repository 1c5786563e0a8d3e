// What the limits of an organization promise: exactly what is older goes, and contacts stay as they are.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAuditEntries } from '../audit/schema.ts'
import { composeTextMessage } from '../channels/whatsapp/compose.ts'
import { listContacts } from '../contacts/schema.ts'
import { openTestServer, type ConnectedAccount, type Person, type TestServer } from '../../test/help/server.ts'
import { enforceRetention, enforceStatusRetention } from './retention.ts'
import { getRetention, previewRetention, setRetention } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const onAndOn = new AbortController().signal

/** So many messages, one after another, as if they had arrived so many days ago; the id tells when a message was stored. */
async function received(account: ConnectedAccount, texts: string[], daysAgo: number): Promise<void> {
  const at = new Date(Date.now() - daysAgo * 86_400_000)
  for (const text of texts)
    await account.deliver(
      composeTextMessage({
        phoneNumberId: account.phoneNumberId,
        displayPhone: account.displayPhone,
        wabaId: '1',
        from: '+34600123456',
        userId: undefined,
        username: undefined,
        name: 'Ben',
        text,
        at,
      }),
    )
  await server.interpret()
  const hex = at.getTime().toString(16).padStart(12, '0')
  await sql`update messages set received_at = ${at.toISOString()}, id = (${`${hex.slice(0, 8)}-${hex.slice(8)}`} || substr(id::text, 14))::uuid
    where org_id = (select org_id from whatsapp_accounts where id = ${account.account.id}) and text = any(${texts}::text[])`.execute(
    server.db,
  )
  await sql`insert into message_statuses (org_id, channel_id, wa_message_id, status, at, received_at, content)
    select org_id, channel_id, wa_message_id, 'delivered', ${at.toISOString()}, ${at.toISOString()}, '{}' from messages
    where org_id = (select org_id from whatsapp_accounts where id = ${account.account.id}) and text = any(${texts}::text[])`.execute(
    server.db,
  )
}

const textsOf = async (person: Person) =>
  (
    await sql<{ text: string }>`select text from messages where org_id = ${person.actor.org_id} order by id`.execute(
      server.db,
    )
  ).rows.map((row) => row.text)
const statusesOf = async (person: Person) =>
  (await sql`select 1 from message_statuses where org_id = ${person.actor.org_id}`.execute(server.db)).rows.length

test('messages older than the limit go with their statuses, of this organization alone; contacts stay as they are', async () => {
  const admin = await server.newPerson()
  const neighbour = await server.newPerson()
  for (const person of [admin, neighbour]) {
    const account = await server.newAccount(person)
    await received(account, ['old one', 'old two'], 40)
    await received(account, ['young'], 29)
  }
  const before = await admin.call(listContacts)
  await enforceRetention(server.db, onAndOn)
  expect(await textsOf(admin)).toHaveLength(3)

  const limits = { message_days: 30, delivery_days: 30 }
  expect(await admin.call(previewRetention, { body: limits })).toMatchObject({ messages: 2 })
  expect(await admin.call(setRetention, { body: limits })).toEqual(limits)
  expect(await admin.call(getRetention)).toEqual(limits)
  await Promise.all([enforceRetention(server.db, onAndOn), enforceRetention(server.db, onAndOn)])
  expect(await textsOf(admin)).toEqual(['young'])
  expect(await statusesOf(admin)).toBe(1)
  expect(await textsOf(neighbour)).toHaveLength(3)
  expect(await statusesOf(neighbour)).toBe(3)
  expect(await admin.call(listContacts)).toEqual(before)
})

/** So many statuses without a message, as if they had arrived so many days ago. */
const loneStatuses = (person: Person, account: ConnectedAccount, count: number, daysAgo: number) =>
  sql`insert into message_statuses (org_id, channel_id, wa_message_id, status, at, received_at, content)
    select ${person.actor.org_id}, ${account.account.channels[0]!.id}, 'wamid.' || ${daysAgo}::text || '.' || n, 'read', now(), now() - make_interval(days => ${daysAgo}), '{}'
    from generate_series(1, ${count}::int) n`.execute(server.db)

test('a status whose message is not here goes when it is as old, wherever it stands among the others', async () => {
  const admin = await server.newPerson()
  const neighbour = await server.newPerson()
  const account = await server.newAccount(admin)
  const theirs = await server.newAccount(neighbour)
  await received(theirs, ['known there'], 90)
  await loneStatuses(neighbour, theirs, 1, 29)
  await loneStatuses(admin, account, 1, 29)
  await received(account, ['known'], 31)
  await loneStatuses(admin, account, 4500, 31)
  await loneStatuses(admin, account, 1, 30)
  await loneStatuses(admin, account, 1, 32)
  await admin.call(setRetention, { body: { message_days: 30, delivery_days: 30 } })
  await enforceStatusRetention(server.db, onAndOn)
  const { rows } = await sql<{ id: string }>`
    select wa_message_id as id from message_statuses where org_id = ${admin.actor.org_id}`.execute(server.db)
  expect(rows.filter(({ id }) => /^wamid\.\d+\.\d+$/.test(id))).toEqual([{ id: 'wamid.29.1' }])
  expect(rows).toHaveLength(2)
  expect(await statusesOf(neighbour)).toBe(2)
})

test('what becomes of a message that was erased is forgotten where messages are kept for ever, with the raw deliveries', async () => {
  const admin = await server.newPerson()
  const short = await server.newPerson()
  for (const person of [admin, short]) {
    const account = await server.newAccount(person)
    for (const days of [7, 9, 29, 31]) await loneStatuses(person, account, 1, days)
  }
  await short.call(setRetention, { body: { message_days: null, delivery_days: 8 } })
  await enforceStatusRetention(server.db, onAndOn)
  expect(await statusesOf(admin)).toBe(3)
  expect(await statusesOf(short)).toBe(1)
})

test('when the server stops nothing more is deleted, and the next run goes on', async () => {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  await received(account, ['old'], 40)
  await loneStatuses(admin, account, 1, 40)
  await sql`update deliveries set received_at = now() - interval '20 days' where org_id = ${admin.actor.org_id}`.execute(
    server.db,
  )
  const limits = { message_days: 30, delivery_days: 8 }
  await admin.call(setRetention, { body: limits })
  await enforceRetention(server.db, AbortSignal.abort())
  await enforceStatusRetention(server.db, AbortSignal.abort())
  expect(await admin.call(previewRetention, { body: limits })).toEqual({ messages: 1, deliveries: 1 })
  expect(await statusesOf(admin)).toBe(2)
  await enforceRetention(server.db, onAndOn)
  await enforceStatusRetention(server.db, onAndOn)
  expect(await admin.call(previewRetention, { body: limits })).toEqual({ messages: 0, deliveries: 0 })
  expect(await statusesOf(admin)).toBe(0)
})

test('raw deliveries older than the limit go; what waits, or could not be interpreted, stays', async () => {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  await account.deliver({ object: 'whatsapp_business_account', entry: [] })
  await account.deliver('nothing that could be read')
  await server.interpret()
  await sql`update deliveries set received_at = now() - interval '9 days' where org_id = ${admin.actor.org_id}`.execute(
    server.db,
  )
  await account.deliver({ object: 'whatsapp_business_account', entry: [] })
  const limits = { message_days: null, delivery_days: 8 }
  await admin.call(setRetention, { body: limits })
  const count = async () =>
    (
      await sql<{ problem: string | null }>`
        select problem from deliveries where org_id = ${admin.actor.org_id} order by id`.execute(server.db)
    ).rows.map((row) => row.problem !== null)
  const old = (await admin.call(previewRetention, { body: limits })).deliveries
  const before = await count()
  await enforceRetention(server.db, onAndOn)
  const after = await count()
  expect(old).toBeGreaterThan(0)
  expect(after).toHaveLength(before.length - old)
  expect(after.filter(Boolean)).toHaveLength(before.filter(Boolean).length)
})

test('limits out of range are refused, agents may not see them, and a change is in the audit log once', async () => {
  const admin = await server.newPerson()
  const agent = await server.newPerson('agent', admin.actor.org_id)
  expect(await admin.call(getRetention)).toEqual({ message_days: null, delivery_days: 30 })
  for (const body of [
    { message_days: 29, delivery_days: 30 },
    { message_days: 3651, delivery_days: 30 },
    { message_days: null, delivery_days: 7 },
    { message_days: null, delivery_days: 31 },
  ])
    await expect(admin.call(setRetention, { body })).rejects.toMatchObject({
      status: 422,
      problem: { reason: 'days_out_of_range' },
    })
  await expect(agent.call(getRetention)).rejects.toMatchObject({ status: 403 })
  const limits = { message_days: 365, delivery_days: 14 }
  await admin.call(setRetention, { body: limits })
  await admin.call(setRetention, { body: limits })
  const { entries } = await admin.call(listAuditEntries, { query: { acts: 'settings.changed' } })
  expect(entries).toMatchObject([{ details: { before: { message_days: null, delivery_days: 30 }, after: limits } }])
})

test('of two who set limits from the same ones, the second is told what the first had set', async () => {
  const admin = await server.newPerson()
  const expected = await admin.call(getRetention)
  const first = { message_days: 400, delivery_days: 20 }
  expect(await admin.call(setRetention, { body: { ...first, expected } })).toEqual(first)
  await expect(
    admin.call(setRetention, { body: { message_days: 30, delivery_days: 20, expected } }),
  ).rejects.toMatchObject({ problem: { status: 409, reason: 'retention_changed_meanwhile', data: first } })
  expect(await admin.call(getRetention)).toEqual(first)
  // The answer to the first was lost: what is wanted is set.
  expect(await admin.call(setRetention, { body: { ...first, expected } })).toEqual(first)
  const second = { message_days: 30, delivery_days: 20 }
  expect(await admin.call(setRetention, { body: { ...second, expected: first } })).toEqual(second)
})
