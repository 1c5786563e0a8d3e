// Ids of other systems: one contact for each, whatever races; never against what WhatsApp says; gone with the contact.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listEvents } from '../events/schema.ts'
import { newId } from '../lib/ids.ts'
import type { RouteArgs } from '../lib/route.ts'
import { eraseContact } from '../privacy/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type KeyHolder, type Refused, type TestServer } from '../../test/help/server.ts'
import { removeExternalId } from './external-schema.ts'
import { mergeContacts, undoMerge } from './merging-schema.ts'
import { findContactsByExternalId, getContact, listContacts, putContact } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

async function openShop() {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { name: 'CRM' })
  return { admin, key, put: putBy(key) }
}
const putBy = (key: KeyHolder) => (body: NonNullable<RouteArgs<typeof putContact>['body']>) =>
  key.call(putContact, { body })
const crm = (id: string) => ({ external_id: { system: 'crm', id } })
const problemOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => (error as Refused).problem,
  )
const foundBy = async (key: KeyHolder, id: string, system = 'crm') =>
  (await key.call(findContactsByExternalId, { query: { system, id } })).contacts.map((contact) => contact.id)

test('a contact is created by the id of another system alone, without a phone, and found by it', async () => {
  const { key, put } = await openShop()
  const first = await put({ ...crm('A-17'), display_name: 'Maria' })
  expect(first).toMatchObject({
    created: true,
    contact: {
      phone: null,
      display_name: 'Maria',
      last_seen_at: null,
      identities: [{ kind: 'external_id', scope: 'crm', value: 'A-17', retired_at: null }],
    },
  })
  expect(await put({ external_id: { system: ' CRM ', id: ' A-17 ' } })).toEqual({ ...first, created: false })
  expect(await foundBy(key, 'A-17', 'Crm')).toEqual([first.contact.id])
  expect(await foundBy(key, 'a-17')).toEqual([])
  expect(await foundBy(key, 'A-17', 'shop')).toEqual([])
  const { contacts } = await key.call(listContacts, { query: { search: 'a-17' } })
  expect(contacts.map(({ id }) => id)).toEqual([first.contact.id])
})

test('the first seen that was given stays when the customer writes later', async () => {
  const { admin, key, put } = await openShop()
  const given = '2024-02-03T04:05:06.000Z'
  const known = await put({ phone: '+34600111333', first_seen_at: given })
  await sighted(server, admin, { wa_id: '34600111333', at: '2026-01-02T03:04:05.000Z', own_act: true })
  const contact = await key.call(getContact, { params: { id: known.contact.id } })
  expect(contact).toMatchObject({ first_seen_at: given, last_seen_at: '2026-01-02T03:04:05.000Z' })
})

test('of whom only the last seen is known, the first seen is no later, and gives way to a message', async () => {
  const { admin, key, put } = await openShop()
  const at = '2024-02-03T04:05:06.000Z'
  const known = await put({ phone: '+34600111333', last_seen_at: at })
  expect(known.contact).toMatchObject({ first_seen_at: at, last_seen_at: at })
  await sighted(server, admin, { wa_id: '34600111333', at: '2026-01-02T03:04:05.000Z', own_act: true })
  const contact = await key.call(getContact, { params: { id: known.contact.id } })
  expect(contact).toMatchObject({
    first_seen_at: '2026-01-02T03:04:05.000Z',
    last_seen_at: '2026-01-02T03:04:05.000Z',
  })
})

test('merged, a contact was not last seen before it was first seen', async () => {
  const { key, put } = await openShop()
  const kept = await put({ ...crm('1'), first_seen_at: '2026-01-02T00:00:00.000Z' })
  const merged = await put({ ...crm('2'), last_seen_at: '2024-01-02T00:00:00.000Z' })
  await key.call(mergeContacts, { params: { id: kept.contact.id }, body: { merged_id: merged.contact.id } })
  const contact = await key.call(getContact, { params: { id: kept.contact.id } })
  expect(contact).toMatchObject({ first_seen_at: '2024-01-02T00:00:00.000Z', last_seen_at: '2024-01-02T00:00:00.000Z' })
})

test('the phone that comes later is the same contact’s, and so is whoever writes under it', async () => {
  const { admin, put } = await openShop()
  const { contact } = await put(crm('1'))
  const told = await put({ ...crm('1'), phone: '+34 600 111 222' })
  expect(told).toMatchObject({ created: false, contact: { id: contact.id, phone: '+34600111222' } })
  expect(await sighted(server, admin, { wa_id: '34600111222' })).toBe(contact.id)
  expect((await put({ ...crm('2'), phone: '0034600111222' })).contact.id).toBe(contact.id)
})

test('twenty calls at once with one new id make one contact', async () => {
  const { key, put } = await openShop()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      put(n % 2 === 0 ? crm('once') : { ...crm('once'), phone: '+34600333444', display_name: 'Eva' }),
    ),
  )
  expect(new Set(answers.map(({ contact }) => contact.id)).size).toBe(1)
  expect(answers.filter(({ created }) => created)).toHaveLength(1)
  const { contacts } = await key.call(listContacts, {})
  expect(contacts).toMatchObject([{ phone: '+34600333444', display_name: 'Eva' }])
})

test('ids of two contacts are refused with both, whichever way they are told, and nothing is changed', async () => {
  const { key, put } = await openShop()
  const [ana, eva] = [await put({ ...crm('ana'), phone: '+34600000001' }), await put(crm('eva'))]
  const before = await key.call(listContacts, {})
  expect(await problemOf(put({ ...crm('eva'), phone: '+34600000001', display_name: 'Nobody' }))).toMatchObject({
    status: 409,
    reason: 'external_id_taken',
    field: 'external_id',
    data: { external_id_of: eva.contact.id, contact_id: ana.contact.id },
  })
  expect(await problemOf(put({ ...crm('ana'), phone: '+34600000009' }))).toMatchObject({
    status: 409,
    reason: 'contact_has_other_id',
    field: 'phone',
    data: { contact_id: ana.contact.id },
  })
  expect(await key.call(listContacts, {})).toEqual(before)
})

test('a contact has many of them, in one system too; merging joins them, and undoing gives them back', async () => {
  const { key, put } = await openShop()
  const ana = (await put({ ...crm('1'), phone: '+34600000001' })).contact.id
  await put({ ...crm('2'), phone: '+34600000001' })
  const eva = (await put({ ...crm('3'), phone: '+34600000002' })).contact.id
  await put({ external_id: { system: 'shop', id: '3' }, phone: '+34600000002' })
  const current = async (id: string) =>
    (await key.call(getContact, { params: { id } })).identities
      .filter(({ kind, retired_at }) => kind === 'external_id' && retired_at === null)
      .map(({ scope, value }) => `${scope} ${value}`)
      .toSorted()
  const { merge_id: id } = await key.call(mergeContacts, { params: { id: ana }, body: { merged_id: eva } })
  expect(await current(ana)).toEqual(['crm 1', 'crm 2', 'crm 3', 'shop 3'])
  expect(await foundBy(key, '3')).toEqual([ana])
  expect(await problemOf(key.call(getContact, { params: { id: eva } }))).toMatchObject({ data: { merged_into: ana } })
  await key.call(undoMerge, { params: { id } })
  expect([await current(ana), await current(eva)]).toEqual([
    ['crm 1', 'crm 2'],
    ['crm 3', 'shop 3'],
  ])
})

test('an id is taken off, once, and another contact can have it; every change is told with before and after', async () => {
  const { key, put } = await openShop()
  const ana = (await put({ ...crm('1'), phone: '+34600000001' })).contact.id
  const takeOff = (id: string) => key.call(removeExternalId, { params: { id }, query: { system: 'crm', id: '1' } })
  expect(await takeOff(ana)).toEqual({ removed: true })
  expect(await takeOff(ana)).toEqual({ removed: false })
  expect(await foundBy(key, '1')).toEqual([])
  expect((await key.call(listContacts, { query: { search: '+34600000001' } })).contacts).toHaveLength(1)
  const eva = (await put({ ...crm('1'), phone: '+34600000002' })).contact.id
  expect(await foundBy(key, '1')).toEqual([eva])
  await put({ external_id: { system: 'shop', id: '9' }, phone: '+34600000002' })
  const { events } = await key.call(listEvents, { query: {} })
  expect(
    events
      .filter(({ type }) => type.startsWith('contact.'))
      .map(({ type, contact_id, before, after }) => [
        type,
        contact_id,
        before?.['external_ids'],
        after?.['external_ids'],
      ]),
  ).toEqual([
    ['contact.created', ana, undefined, [{ system: 'crm', id: '1' }]],
    ['contact.updated', ana, [{ system: 'crm', id: '1' }], undefined],
    ['contact.created', eva, undefined, [{ system: 'crm', id: '1' }]],
    [
      'contact.updated',
      eva,
      [{ system: 'crm', id: '1' }],
      [
        { system: 'crm', id: '1' },
        { system: 'shop', id: '9' },
      ],
    ],
  ])
})

test('another organization neither finds nor takes off nor is in the way of an id', async () => {
  const [ours, theirs] = [await openShop(), await openShop()]
  const { contact } = await ours.put(crm('same'))
  expect(await foundBy(theirs.key, 'same')).toEqual([])
  const query = { system: 'crm', id: 'same' }
  expect(await problemOf(theirs.key.call(removeExternalId, { params: { id: contact.id }, query }))).toMatchObject({
    status: 404,
  })
  expect((await theirs.put(crm('same'))).created).toBe(true)
  expect(await foundBy(ours.key, 'same')).toEqual([contact.id])
})

test('it goes with a contact that is erased, out of events and answers that were kept too', async () => {
  const { admin, key, put } = await openShop()
  const { contact } = await put({ ...crm('secret-4711'), phone: '+34600000001' })
  await admin.call(eraseContact, { params: { id: contact.id } })
  expect(await foundBy(key, 'secret-4711')).toEqual([])
  const { rows } = await server.pool.query(
    `select 1 from events where org_id = $1 and (before::text || after::text) like '%4711%'
     union all select 1 from contact_identities where org_id = $1`,
    [admin.actor.org_id],
  )
  expect(rows).toEqual([])
  expect((await put(crm('secret-4711'))).contact.id).not.toBe(contact.id)
})

test.each([
  ['nothing', {}, 'contact_unnamed'],
  ['phone and user id', { phone: '+34600000001', bsuid: 'US.1', ...crm('1') }, 'contact_unnamed'],
  ['a user id with NUL', { bsuid: 'a\0b' }, 'bsuid_invalid'],
  ['a phone as user id', { bsuid: '+34600123456' }, 'bsuid_invalid'],
  ['the id of a parent portfolio', { bsuid: 'US.ENT.1' }, 'bsuid_invalid'],
  ['a phone that became a number', { phone: '+34600123456.0' }, 'phone_incomplete'],
  ['an empty id', crm(' '), 'external_id_invalid'],
  ['an id with NUL', crm('a\0b'), 'external_id_invalid'],
  ['an id of two lines', crm('a\nb'), 'external_id_invalid'],
  ['half a character', crm('a\ud800'), 'external_id_invalid'],
  ['an id that is too long', crm('x'.repeat(201)), 'external_id_invalid'],
  ['a system without a name', { external_id: { system: '', id: '1' } }, 'system_invalid'],
  ['a system of many words', { external_id: { system: 'my crm', id: '1' } }, 'system_invalid'],
  ['a system that is too long', { external_id: { system: 'x'.repeat(51), id: '1' } }, 'system_invalid'],
] as const)('%s is refused', async (_what, body, reason) => {
  const { key, put } = await openShop()
  expect(await problemOf(put(body))).toMatchObject({ status: 422, reason })
  expect((await key.call(listContacts, {})).contacts).toEqual([])
})

test('any visible characters are an id, and are found as they are', async () => {
  const { key, put } = await openShop()
  for (const id of [
    '李/4711?&#%',
    '👩‍👩‍👧',
    "'; drop table contacts --",
    '{"a": 1}',
    'é'.normalize('NFD'),
    'x'.repeat(200),
  ]) {
    const { contact } = await put(crm(id))
    expect(await foundBy(key, id)).toEqual([contact.id])
    expect(await key.call(removeExternalId, { params: { id: contact.id }, query: { system: 'crm', id } })).toEqual({
      removed: true,
    })
  }
  expect(
    await problemOf(key.call(removeExternalId, { params: { id: newId() }, query: { system: 'crm', id: '1' } })),
  ).toMatchObject({ reason: 'contact_missing' })
})
