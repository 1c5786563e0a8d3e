// The demo shop is made once, into an empty organization, whole.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countContacts, getContact, listContacts } from '../contacts/schema.ts'
import { listTags } from '../tags/schema.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { fillDemo } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

test('an empty organization becomes a shop with 400 contacts, 30 tags and their history, once', async () => {
  const admin = await server.newPerson()
  const done = await Promise.allSettled([admin.call(fillDemo), admin.call(fillDemo)])
  expect(done.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(await admin.call(countContacts)).toEqual({ count: 400 })
  const { tags } = await admin.call(listTags)
  expect(tags).toHaveLength(30)
  const { contacts } = await admin.call(listContacts, { query: { any_tags: tags.map((tag) => tag.id).join(',') } })
  const sources = new Set<string>()
  for (const { id } of contacts)
    for (const { source } of (await admin.call(getContact, { params: { id } })).active_tags) sources.add(source)
  expect(sources.size).toBe(5)
  const { rows } = await server.pool.query('select reason from contact_conflicts where org_id = $1', [
    admin.actor.org_id,
  ])
  expect(rows).toEqual([])
})
