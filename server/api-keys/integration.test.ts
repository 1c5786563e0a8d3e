// What an integrator does with a key: finds people by what the CRM knows of them, and tags by names.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findContactsByBsuid, findContactsByPhone, getContact, listContacts, putContact } from '../contacts/schema.ts'
import { listEvents } from '../events/schema.ts'
import { newId } from '../lib/ids.ts'
import type { ProblemBody } from '../lib/shapes.ts'
import { startOperation } from '../operations/schema.ts'
import { changeTagsOfMany } from '../tags/many-schema.ts'
import { changeContactTags, createTag, deleteTags, listTagChanges } from '../tags/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const problemOf = (call: Promise<unknown>): Promise<ProblemBody> =>
  call.then(
    () => {
      throw new Error('It was not refused.')
    },
    (refused: unknown) => (refused as { problem: ProblemBody }).problem,
  )
const tagNames = async (admin: Person, id: string) =>
  (await admin.call(getContact, { params: { id } })).active_tags.map(({ tag }) => tag.name)

test('a contact is found by its phone in any spelling, also without the digit that a country puts before mobile numbers', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { scopes: ['contacts:read'] })
  const brazilian = await sighted(server, admin, { wa_id: '551187654321' })
  const both = await sighted(server, admin, { wa_id: '5511987654321' })
  const spanish = await sighted(server, admin, { wa_id: '34600123456' })
  const found = async (phone: string) =>
    (await key.call(findContactsByPhone, { query: { phone } })).contacts.map(({ id }) => id)
  expect(await found('+34 600 12 34 56')).toEqual([spanish])
  expect(await found('0034-600-123-456')).toEqual([spanish])
  expect(await found('+55 (11) 98765-4321')).toEqual([both, brazilian])
  expect(await found('+55 11 8765-4321')).toEqual([brazilian, both])
  expect(await found('+34 600 12 34 57')).toEqual([])
  expect(await problemOf(found('8.6138E+12'))).toMatchObject({ reason: 'phone_incomplete', field: 'phone' })
})

test('of many numbers asked for at once each caller gets those of its own number and organization', async () => {
  const admins = [await server.newPerson(), await server.newPerson()]
  const keys = await Promise.all(admins.map((admin) => server.newKey(admin)))
  const numbers = ['34600123451', '34600123452', '34600123453']
  const ids = await Promise.all(
    admins.map(async (admin) => {
      const own: string[] = []
      for (const wa_id of numbers) own.push(await sighted(server, admin, { wa_id }))
      return own
    }),
  )
  const asked = [...numbers, '34600999999', numbers[1]!].flatMap((phone) => keys.map((key) => ({ phone, key })))
  const found = await Promise.all(
    asked.map(({ phone, key }) => key.call(findContactsByPhone, { query: { phone: `+${phone}` } })),
  )
  expect(found.map(({ contacts }) => contacts.map(({ id }) => id))).toEqual(
    asked.map(({ phone, key }) => ids[keys.indexOf(key)]!.filter((_, n) => numbers[n] === phone)),
  )
})

test('a contact is found by its business-scoped id, past ones too, and not by that of another organization', async () => {
  const admin = await server.newPerson()
  const stranger = await server.newPerson()
  await server.newAccount(admin)
  await server.newAccount(stranger)
  const key = await server.newKey(admin)
  const id = await sighted(server, admin, { wa_id: null, bsuid: 'US.5551234', portfolio_id: '506914307656634' })
  await sighted(server, stranger, { wa_id: null, bsuid: 'US.7770000', portfolio_id: '506914307656634' })
  const found = async (bsuid: string) =>
    (await key.call(findContactsByBsuid, { query: { bsuid } })).contacts.map((contact) => contact.id)
  expect(await found('US.5551234')).toEqual([id])
  expect(await found('US.7770000')).toEqual([])
})

test('tags are named by name or by id; unknown names refuse everything, and say what there is instead', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin)
  const id = await sighted(server, admin)
  const [vip, prospect] = await Promise.all(
    ['VIP', 'Prospect'].map((name) => admin.call(createTag, { body: { name } })),
  )
  const change = (body: { add?: string[]; remove?: string[] }) => key.call(changeContactTags, { params: { id }, body })
  expect(await change({ add: [' vip ', prospect!.id] })).toMatchObject({
    added: [{ name: 'VIP' }, { name: 'Prospect' }],
    unchanged: [],
  })
  expect(await change({ add: ['VIP'], remove: ['prospect'] })).toMatchObject({
    added: [],
    removed: [{ name: 'Prospect' }],
    unchanged: [{ name: 'VIP' }],
  })
  const problem = await problemOf(change({ add: ['Prospects', 'Prospect'], remove: ['Refund'] }))
  expect(problem).toMatchObject({
    status: 422,
    reason: 'tag_names_unknown',
    data: {
      unknown: [
        { name: 'Prospects', near: [{ id: prospect!.id, name: 'Prospect' }] },
        { name: 'Refund', near: [] },
      ],
    },
  })
  expect(problem.detail).toContain('“Prospects” (there is “Prospect”)')
  expect(await tagNames(admin, id)).toEqual(['VIP'])
  expect(await problemOf(change({ add: ['vip'], remove: [vip!.id] }))).toMatchObject({ reason: 'tag_both' })
  await admin.call(deleteTags, { body: { ids: [prospect!.id] } })
  expect(await problemOf(change({ add: ['Prospect'] }))).toMatchObject({ reason: 'tag_deleted' })
  expect(await problemOf(change({ add: [newId()] }))).toMatchObject({ reason: 'tag_unknown' })
})

test('up to a thousand contacts are tagged in one call: on all of them, or on none', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { name: 'CRM' })
  await admin.call(createTag, { body: { name: 'VIP' } })
  const ids = []
  for (let n = 0; n < 5; n++) ids.push(await sighted(server, admin))
  await key.call(changeContactTags, { params: { id: ids[0]! }, body: { add: ['VIP'] } })
  const change = (contact_ids: string[]) => key.call(changeTagsOfMany, { body: { contact_ids, add: ['VIP'] } })
  expect(await problemOf(change([...ids, newId()]))).toMatchObject({ status: 404 })
  expect(await tagNames(admin, ids[1]!)).toEqual([])
  const { changed, unchanged, tags } = await change([...ids, ids[1]!])
  expect(changed.map(({ contact_id }) => contact_id)).toEqual(ids.slice(1))
  expect(changed.every(({ added, removed }) => added[0] === tags[0]!.id && removed.length === 0)).toBe(true)
  expect(unchanged).toBe(1)
  const { changes } = await key.call(listTagChanges, { params: { id: ids[4]! } })
  expect(changes).toMatchObject([{ change: 'added', source: 'api', actor: { name: 'CRM' } }])
  const many = Array.from({ length: 1001 }, newId)
  expect(await problemOf(change(many))).toMatchObject({ reason: 'too_many_tagged', data: { max: 1000 } })
})

test('whatever a filter finds is tagged in the background, in the name of the key', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { name: 'CRM' })
  const tag = await admin.call(createTag, { body: { name: 'VIP' } })
  const id = await sighted(server, admin)
  const operation = await key.call(startOperation, { body: { filter: {}, add: [tag.id] } })
  await server.operate()
  expect(await tagNames(admin, id)).toEqual(['VIP'])
  const { changes } = await key.call(listTagChanges, { params: { id } })
  expect(changes).toMatchObject([
    { source: 'api', actor: { kind: 'api_key', name: 'CRM' }, why: { operation_id: operation.id } },
  ])
})

test('a contact is created by its phone, is the same in every spelling, and gives its name up to the one that WhatsApp tells', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { name: 'CRM' })
  const put = (body: Parameters<typeof key.call<typeof putContact>>[1]) => key.call(putContact, body)
  const first = await put({
    body: { phone: '+55 11 98765-4321', display_name: 'Maria of the CRM', first_seen_at: '2024-02-03T10:00:00+02:00' },
  })
  expect(first).toMatchObject({
    created: true,
    contact: {
      phone: '+5511987654321',
      display_name: 'Maria of the CRM',
      first_seen_at: '2024-02-03T08:00:00.000Z',
      last_seen_at: null,
    },
  })
  const again = await put({ body: { phone: '0055 11 8765 4321', display_name: 'Maria S.' } })
  expect(again).toMatchObject({ created: false, contact: { id: first.contact.id, display_name: 'Maria S.' } })
  expect(await put({ body: { phone: '+5511987654321', display_name: 'Maria S.' } })).toEqual(again)
  // She writes, under the older spelling of her number.
  expect(await sighted(server, admin, { wa_id: '5511987654321', name: 'Maria 🌸' })).toBe(first.contact.id)
  expect((await put({ body: { phone: '+5511987654321', display_name: 'Maria S.' } })).contact).toMatchObject({
    display_name: 'Maria 🌸',
    last_seen_at: expect.any(String),
  })
  const { events } = await key.call(listEvents, { query: { types: 'contact.created,contact.updated' } })
  expect(events.map(({ type, actor, after }) => [type, actor.name, after?.['display_name']])).toEqual([
    ['contact.created', 'CRM', 'Maria of the CRM'],
    ['contact.updated', 'CRM', 'Maria S.'],
    ['contact.updated', 'Earmark', 'Maria 🌸'],
  ])
})

test('a contact without a phone is created by its business-scoped id and never gets one; twenty at once are one', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin)
  const body = { bsuid: 'US.42', display_name: 'Noor' }
  expect(await problemOf(key.call(putContact, { body }))).toMatchObject({ reason: 'portfolio_unknown' })
  await server.newAccount(admin)
  const made = await Promise.all(Array.from({ length: 20 }, () => key.call(putContact, { body })))
  expect(made.filter(({ created }) => created)).toHaveLength(1)
  expect(new Set(made.map(({ contact }) => contact.id)).size).toBe(1)
  expect(made[0]!.contact).toMatchObject({ phone: null, display_name: 'Noor' })
})

test('what cannot be a contact is refused at its field, and nothing is created', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin)
  const refused = (body: object) => problemOf(key.call(putContact, { body }))
  expect(await refused({})).toMatchObject({ reason: 'contact_unnamed' })
  expect(await refused({ phone: '8.6138E+12' })).toMatchObject({ reason: 'phone_incomplete', field: 'phone' })
  expect(await refused({ phone: '+34600123456', first_seen_at: '2999-01-01T00:00:00Z' })).toMatchObject({
    reason: 'time_future',
    field: 'first_seen_at',
  })
  expect(
    await refused({
      phone: '+34600123456',
      first_seen_at: '2024-02-01T00:00:00Z',
      last_seen_at: '2024-01-01T00:00:00Z',
    }),
  ).toMatchObject({ reason: 'times_crossed', field: 'last_seen_at' })
  expect((await key.call(findContactsByPhone, { query: { phone: '+34600123456' } })).contacts).toEqual([])
})

test('an export as NDJSON has a contact a line, as the list answers it, whatever is in the names', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin)
  const names = ['Back\\slash \\n "quoted"', 'Tab\tand\u2028line', 'نور 🌸', "O'Neill, \u0007 bell", '\\\\']
  const ids = []
  for (const name of names) ids.push(await sighted(server, admin, { wa_id: `4915${ids.length}0000000`, name }))
  await sighted(server, admin, { wa_id: null, bsuid: 'US.1', username: 'noor' })
  await admin.call(createTag, { body: { name: 'VI\\P "1"', color: 'red' } })
  await key.call(changeContactTags, { params: { id: ids[0]! }, body: { add: ['VI\\P "1"'] } })
  const response = await server.app.inject({
    url: '/v1/contacts/export?format=ndjson&sort=name',
    headers: { authorization: `Bearer ${key.secret}` },
  })
  expect(response.headers).toMatchObject({
    'content-type': 'application/x-ndjson; charset=utf-8',
    'earmark-rows': '6',
    'content-disposition': expect.stringMatching(/\.ndjson"$/),
  })
  const lines = response.body.split('\n')
  expect(lines.pop()).toBe('')
  const { contacts } = await key.call(listContacts, { query: { sort: 'name' } })
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(contacts)
})
