// Events as other systems read them: each once, in one order, whatever is written meanwhile.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeContactTags, createTag } from '../tags/schema.ts'
import { eraseContact } from '../privacy/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Caller, type TestServer } from '../../test/help/server.ts'
import { listEvents, type TellableEvent } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

/** Reads on until there is nothing more; answers where to go on. */
async function readOn(
  caller: Caller,
  read: TellableEvent[],
  { cursor: from, limit = 3 }: { cursor?: string | undefined; limit?: number } = {},
): Promise<string> {
  for (let cursor = from; ;) {
    const page = await caller.call(listEvents, { query: { limit, ...(cursor === undefined ? {} : { cursor }) } })
    read.push(...page.events)
    cursor = page.next_cursor
    if (!page.more) return cursor
  }
}

test('a tag put on by one key is told to another, with who, what and how', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { scopes: ['events:read'] })
  const crm = await server.newKey(admin, { name: 'CRM' })
  const contact = await sighted(server, admin)
  const tag = await admin.call(createTag, { body: { name: 'VIP' } })
  const { events, next_cursor } = await key.call(listEvents, { query: { start: 'now' } })
  expect(events).toEqual([])
  await crm.call(changeContactTags, { params: { id: contact }, body: { add: ['VIP'] } })
  const page = await key.call(listEvents, { query: { cursor: next_cursor } })
  expect(page).toMatchObject({
    events: [
      {
        type: 'contact.tag_added',
        contact_id: contact,
        tag_id: tag.id,
        source: 'api',
        actor: { kind: 'api_key', name: 'CRM' },
      },
    ],
    more: false,
  })
  expect((await key.call(listEvents, { query: { types: 'tag.created,tag.deleted' } })).events).toMatchObject([
    { type: 'tag.created', tag_id: tag.id },
  ])
})

test('whoever reads on while many write reads every event once, in the order of their numbers', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin)
  const ids = await Promise.all(Array.from({ length: 6 }, () => sighted(server, admin)))
  await admin.call(createTag, { body: { name: 'VIP' } })
  const read: TellableEvent[] = []
  let cursor: string | undefined
  let writing = true
  const writes = Promise.all(
    ids.map(async (id) => {
      for (let n = 0; n < 10; n++)
        await key.call(changeContactTags, {
          params: { id },
          body: n % 2 === 0 ? { add: ['VIP'] } : { remove: ['VIP'] },
        })
    }),
  ).finally(() => {
    writing = false
  })
  while (writing) cursor = await readOn(key, read, { cursor })
  await writes
  await readOn(key, read, { cursor })
  const numbers = read.map(({ id }) => id)
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
  for (const id of ids) {
    const ofTags = read.filter((event) => event.contact_id === id && event.type.startsWith('contact.tag_'))
    expect(ofTags.map(({ type }) => type)).toEqual(
      Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? 'contact.tag_added' : 'contact.tag_removed')),
    )
  }
})

test('of an erased contact only that it was erased is told, and a cursor from before a restore is refused', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin)
  const id = await sighted(server, admin)
  await admin.call(eraseContact, { params: { id } })
  const read: TellableEvent[] = []
  const cursor = await readOn(key, read)
  expect(read.filter((event) => event.contact_id === id).map(({ type }) => type)).toEqual(['contact.erased'])
  await expect(key.call(listEvents, { query: { cursor: String(Number(cursor) + 5) } })).rejects.toMatchObject({
    problem: { reason: 'cursor_ahead', field: 'cursor' },
  })
})
