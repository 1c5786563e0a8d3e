// What the list, the count, one contact and the export promise.
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeContactTags, createTag } from '../tags/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { countContacts, exportContacts, getContact, listContacts } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const names = async (person: Person, query: Record<string, unknown>) => {
  const { contacts } = await person.call(listContacts, { query })
  const { count } = await person.call(countContacts, { query })
  expect(count).toBe(contacts.length)
  return contacts.map((contact) => contact.display_name ?? contact.phone ?? contact.username)
}

const put = (person: Person, id: string, ...tags: { id: string }[]) =>
  person.call(changeContactTags, { params: { id }, body: { add: tags.map((tag) => tag.id) } })

const exported = async (person: Person, query: Record<string, unknown> = {}) => {
  const text = (await person.call(exportContacts, { query })) as unknown as string
  expect(text.startsWith('\ufeff')).toBe(true)
  return {
    text,
    rows: parse(text, { bom: true, columns: true, relax_column_count: false }) as Record<string, string>[],
  }
}

test('search finds any part of phone, name and username, ignoring case, accents and width, in any script', async () => {
  const admin = await server.newPerson()
  await sighted(server, admin, { wa_id: '8613800138000', name: '李伟' })
  await sighted(server, admin, { wa_id: '5511987654321', name: 'João Ávila' })
  await sighted(server, admin, { bsuid: 'US.13491208655302741918', username: 'realsheenanelson', name: 'Sheena' })
  await sighted(server, admin, { wa_id: '972501234567', name: 'מרים כהן' })
  await sighted(server, admin, { wa_id: '201001234567', name: 'مُحَمَّد' })
  await sighted(server, admin, { wa_id: '4915112345678', name: 'ＦＵＬＬ 100%_\\' })
  expect(await names(admin, { search: '伟' })).toEqual(['李伟'])
  expect(await names(admin, { search: 'joao a' })).toEqual(['João Ávila'])
  expect(await names(admin, { search: 'JOÃO' })).toEqual(['João Ávila'])
  expect(await names(admin, { search: '+86 138-0013' })).toEqual(['李伟'])
  expect(await names(admin, { search: '00138' })).toEqual(['李伟'])
  expect(await names(admin, { search: '@realsheena' })).toEqual(['Sheena'])
  expect(await names(admin, { search: 'NELSON' })).toEqual(['Sheena'])
  expect(await names(admin, { search: '1349120865' })).toEqual(['Sheena'])
  expect(await names(admin, { search: 'כהן' })).toEqual(['מרים כהן'])
  expect(await names(admin, { search: 'محمد' })).toEqual(['مُحَمَّد'])
  expect(await names(admin, { search: 'full' })).toEqual(['ＦＵＬＬ 100%_\\'])
  expect(await names(admin, { search: '%_\\' })).toEqual(['ＦＵＬＬ 100%_\\'])
  expect(await names(admin, { search: 'nobody' })).toEqual([])
  expect(await names(admin, { search: '   ' })).toHaveLength(6)
})

test('tags any of, all of and none of mean what they say; deleted tags count nowhere', async () => {
  const admin = await server.newPerson()
  const [a, b, gone] = await Promise.all(['A', 'B', 'Gone'].map((name) => admin.call(createTag, { body: { name } })))
  const only = async (name: string, ...tags: { id: string }[]) => {
    const id = await sighted(server, admin, { wa_id: String(Math.random()).slice(2, 14), name })
    if (tags.length > 0) await put(admin, id, ...tags)
  }
  await only('none')
  await only('a', a!)
  await only('b', b!)
  await only('ab', a!, b!)
  await only('gone', gone!)
  await server.pool.query('update tags set deleted_at = now() where id = $1', [gone!.id])
  const set = async (query: Record<string, unknown>) => (await names(admin, query)).map(String).toSorted()
  expect(await set({ any_tags: `${a!.id},${b!.id}` })).toEqual(['a', 'ab', 'b'])
  expect(await set({ all_tags: `${a!.id},${b!.id}` })).toEqual(['ab'])
  expect(await set({ no_tags: `${a!.id},${b!.id}` })).toEqual(['gone', 'none'])
  expect(await set({ any_tags: a!.id, no_tags: b!.id })).toEqual(['a'])
  expect(await set({ any_tags: gone!.id })).toEqual([])
  expect(await set({ all_tags: `${a!.id},${gone!.id}` })).toEqual([])
  expect(await set({ no_tags: gone!.id })).toEqual(['a', 'ab', 'b', 'gone', 'none'])
})

test('pages of any size show every contact exactly once, most recently seen first, also at equal times', async () => {
  const admin = await server.newPerson()
  for (let n = 0; n < 23; n++)
    await sighted(server, admin, { wa_id: String(551100000000 + n), at: `2026-01-0${1 + (n % 3)}T00:00:00.000Z` })
  await sighted(server, admin, { wa_id: '551199999999', at: '2026-01-01T00:00:00.000Z', own_act: false })
  const all = (await admin.call(listContacts, { query: { limit: 200 } })).contacts
  expect(all).toHaveLength(24)
  expect(all.at(-1)).toMatchObject({ phone: '+551199999999', last_seen_at: null })
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await admin.call(listContacts, { query: { limit: 5, ...(cursor ? { cursor } : {}) } })
    seen.push(...page.contacts.map((contact) => contact.id))
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  expect(seen).toEqual(all.map((contact) => contact.id))
  await expect(admin.call(listContacts, { query: { cursor: 'bm9uc2Vuc2U' } })).rejects.toMatchObject({
    status: 422,
    problem: { field: 'cursor' },
  })
})

test('another organization’s contacts are not there', async () => {
  const admin = await server.newPerson()
  const stranger = await server.newPerson()
  const id = await sighted(server, admin, { name: 'Secret' })
  expect(await names(stranger, {})).toEqual([])
  await expect(stranger.call(getContact, { params: { id } })).rejects.toMatchObject({ status: 404 })
  expect((await exported(stranger)).rows).toEqual([])
})

test('the export holds exactly the contacts of the list, in its order, and survives hostile names', async () => {
  const admin = await server.newPerson()
  const pipe = await admin.call(createTag, { body: { name: 'a|b\\c' } })
  const sum = await admin.call(createTag, { body: { name: '=SUM(A1)' } })
  const gone = await admin.call(createTag, { body: { name: 'gone' } })
  const nasty = ['=1+1', '+1', '-1', '@x', "'quoted", 'a "b", c\nd', '\ttab', 'normal', 'Ω𓀀👩‍👩‍👧']
  for (const [n, name] of nasty.entries()) {
    const id = await sighted(server, admin, {
      wa_id: String(8613800138000 + n),
      name,
      at: `2026-02-0${n + 1}T12:00:00.000Z`,
    })
    await put(admin, id, pipe, sum, gone)
  }
  await sighted(server, admin, { bsuid: 'BR.99999999999', at: '2026-03-01T00:00:00.000Z' })
  await server.pool.query('update tags set deleted_at = now() where id = $1', [gone.id])
  const { rows, text } = await exported(admin)
  expect(Object.keys(rows[0]!)).toEqual(['Phone', 'Display name', 'Tags', 'First seen', 'Last seen'])
  expect(rows[0]).toMatchObject({ Phone: 'BR.99999999999', 'Display name': '', Tags: '' })
  const shown = (await admin.call(listContacts, {})).contacts
  expect(rows.slice(1).map((row) => row['Phone'])).toEqual(shown.slice(1).map((contact) => contact.phone))
  const undo = (cell: string) => (cell.startsWith("'") ? cell.slice(1) : cell)
  expect(rows.slice(1).map((row) => undo(row['Display name']!))).toEqual(nasty.toReversed())
  for (const row of rows.slice(1)) {
    expect(row['Display name']!).not.toMatch(/^[=+\-@\t]/)
    expect(row['Tags']).toBe("'=SUM(A1)|a\\|b\\\\c")
    expect(row['First seen']).toMatch(/^2026-02-0\dT12:00:00\.000Z$/)
  }
  expect(text).toContain('\r\n+8613800138000,')
  expect((await exported(admin, { search: 'normal' })).rows.map((row) => row['Display name'])).toEqual(['normal'])
})

test('an export of more rows than a batch is complete', async () => {
  const admin = await server.newPerson()
  await server.pool.query(
    `insert into contacts (org_id, id, phone, first_seen_at, last_seen_at, search_text)
     select $1, gen_random_uuid(), '+' || (10000000000 + n), now(), now() - make_interval(secs => n), '+' || (10000000000 + n) from generate_series(1, 3500) n`,
    [admin.actor.org_id],
  )
  const { rows } = await exported(admin)
  expect(new Set(rows.map((row) => row['Phone'])).size).toBe(3500)
  const response = await server.app.inject({
    url: '/v1/contacts/export',
    headers: { cookie: admin.cookie, 'earmark-organization': admin.slug },
  })
  expect(response.headers['content-disposition']).toMatch(
    /^attachment; filename="contacts-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.csv"$/,
  )
})

test('an agent reads contacts but cannot export them', async () => {
  const agent = await server.newPerson('agent')
  await agent.call(listContacts, {})
  await expect(agent.call(exportContacts, {})).rejects.toMatchObject({ status: 403 })
})
