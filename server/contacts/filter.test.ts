// Filters and orders mean what they say: compared with a reading of the same rules in plain code, over random questions.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '../access/actor.ts'
import { foldForSearch } from '../lib/fold.ts'
import { newId } from '../lib/ids.ts'
import { createTag, deleteTags, TagSource } from '../tags/schema.ts'
import { changeTags } from '../tags/tagging.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { sighted } from '../../test/help/people.ts'
import { countContacts, exportContacts, listContacts, type ContactSort, type SortOrder } from './schema.ts'

interface Known {
  id: string
  name: string | null
  phone: string
  first: string
  last: string | null
  channels: string[]
  tags: { id: string; source: string; at: string }[]
}

let server: TestServer
let admin: Person
const contacts: Known[] = []
const tags: { id: string; deleted: boolean }[] = []
let channels: string[] = []

const day = (n: number) => `2026-03-${String(n).padStart(2, '0')}T00:00:00.000Z`
const NAMES = ['Ana Silva', 'ana', 'Bob', '王伟', '李王伟', 'Ávila', null, 'Zoë 🌻', 'محمد', 'Bob', null, '伟']

beforeAll(async () => {
  server = await openTestServer()
  admin = await server.newPerson()
  const [a, b] = [await server.newAccount(admin), await server.newAccount(admin)]
  channels = [a.account.channels[0]!.id, b.account.channels[0]!.id]
  for (const name of ['A', 'B', 'C', 'D', 'Gone', 'Gone too'])
    tags.push({ id: (await admin.call(createTag, { body: { name } })).id, deleted: name.startsWith('Gone') })
  const org_id = admin.actor.org_id
  const actors: Actor[] = [
    admin.actor,
    { kind: 'user', role: 'agent', org_id, id: 'a', name: 'Agent' },
    { kind: 'api_key', key_kind: 'third_party', org_id, id: 'k', name: 'CRM' },
    { kind: 'ai_agent', org_id, id: 'r', name: 'Robot' },
    { kind: 'ai_auto_close', org_id, id: 'c', name: 'Closer' },
  ]
  for (let n = 0; n < 48; n++) {
    const name = NAMES[n % NAMES.length]!
    const phone = String(8613800138000 + n * 37)
    const first = day(1 + (n % 9))
    const wrote = n % 7 !== 3
    const last = wrote ? day(9 + (n % 11)) : null
    const id = await sighted(server, admin, { wa_id: phone, name, at: first, own_act: wrote })
    if (last) await sighted(server, admin, { wa_id: phone, name, at: last })
    const own = channels.filter((_, c) => (n + c) % 3 !== 0)
    await server.pool.query('update contacts set channel_ids = $2 where id = $1', [id, own])
    const known: Known = { id, name, phone: `+${phone}`, first, last, channels: own, tags: [] }
    for (const [t, tag] of tags.entries()) {
      if ((n * 7 + t * 5) % (t + 2) !== 0 || n % 8 === 5) continue
      const actor = actors[(n + t) % actors.length]!
      const at = day(1 + ((n * 3 + t) % 25))
      await server.db.transaction().execute((tx) => changeTags(tx, actor, [id], { add: [tag.id], at }))
      known.tags.push({ id: tag.id, source: TagSource.options[(n + t) % actors.length]!, at })
    }
    contacts.push(known)
  }
  // An assignment that has ended counts nowhere.
  await server.db
    .transaction()
    .execute((tx) => changeTags(tx, admin.actor, [contacts[0]!.id], { remove: tags.slice(0, 4).map((t) => t.id) }))
  contacts[0]!.tags = contacts[0]!.tags.filter((each) => tags.find((tag) => tag.id === each.id)!.deleted)
  await admin.call(deleteTags, { body: { ids: tags.filter((tag) => tag.deleted).map((tag) => tag.id) } })
}, 60_000)
afterAll(() => server.close())

interface Question {
  search?: string
  any?: number[]
  all?: number[]
  none?: number[]
  untagged?: boolean
  sources?: string[]
  tagged?: [number, number]
  first?: [number, number]
  last?: [number, number]
  channel?: number
}

const between = (range: [number, number] | undefined, at: string | null) =>
  range === undefined || (at !== null && at >= day(range[0]) && at < day(range[1]))

function matches(contact: Known, question: Question): boolean {
  const ids = (list: number[] | undefined) => (list ?? []).map((n) => tags[n]!.id)
  const active = contact.tags.filter((each) => !tags.find((tag) => tag.id === each.id)!.deleted)
  const carries = (id: string) => active.some((each) => each.id === id)
  const asks = question.sources !== undefined || question.tagged !== undefined
  const fits = (each: Known['tags'][number]) =>
    (question.sources === undefined || question.sources.includes(each.source)) && between(question.tagged, each.at)
  const [any, all, none] = [ids(question.any), ids(question.all), ids(question.none)]
  const found = foldForSearch(question.search ?? '')
  return (
    [contact.name ?? '', contact.phone].some((text) => foldForSearch(text).includes(found)) &&
    (any.length === 0 || active.some((each) => any.includes(each.id) && (!asks || fits(each)))) &&
    all.every((id) => active.some((each) => each.id === id && (!asks || fits(each)))) &&
    !none.some(carries) &&
    (!question.untagged || active.length === 0) &&
    (!asks || any.length + all.length > 0 || active.some(fits)) &&
    between(question.first, contact.first) &&
    between(question.last, contact.last) &&
    (question.channel === undefined || contact.channels.includes(channels[question.channel]!))
  )
}

function queryOf(question: Question): Record<string, string> {
  const ids = (list: number[] | undefined) => list?.map((n) => tags[n]!.id).join(',')
  const query = {
    search: question.search,
    any_tags: ids(question.any),
    all_tags: ids(question.all),
    no_tags: ids(question.none),
    untagged: question.untagged ? 'true' : undefined,
    sources: question.sources?.join(','),
    tagged_from: question.tagged && day(question.tagged[0]),
    tagged_before: question.tagged && day(question.tagged[1]),
    first_seen_from: question.first && day(question.first[0]),
    first_seen_before: question.first && day(question.first[1]),
    last_seen_from: question.last && day(question.last[0]),
    last_seen_before: question.last && day(question.last[1]),
    channels: question.channel === undefined ? undefined : channels[question.channel],
  }
  return Object.fromEntries(
    Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== ''),
  )
}

function inOrder(list: Known[], sort: ContactSort, order: SortOrder): Known[] {
  const keyOf = (contact: Known) =>
    sort === 'name' ? contact.name && foldForSearch(contact.name) : sort === 'first_seen' ? contact.first : contact.last
  const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
  const way = order === 'asc' ? 1 : -1
  return list.toSorted((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)]
    if (x === null || y === null) return x === y ? way * bytes(a.id, b.id) : x === null ? 1 : -1
    return way * (bytes(x, y) || bytes(a.id, b.id))
  })
}

async function pages(query: Record<string, string>, limit: number): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const page: { contacts: { id: string }[]; next_cursor: string | null } = await admin.call(listContacts, {
      query: { ...query, limit, ...(cursor ? { cursor } : {}) },
    })
    ids.push(...page.contacts.map((contact) => contact.id))
    cursor = page.next_cursor
  } while (cursor)
  return ids
}

const range = fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 6, max: 27 }))
const someTags = fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 })
const everything = fc.record({
  search: fc.constantFrom(
    'ana',
    'AN',
    'b',
    '王伟',
    '伟',
    '王',
    'ávi',
    'محمد',
    'مح',
    '+86138',
    '0013',
    'zoe',
    '🌻',
    '%',
    'x',
  ),
  any: someTags,
  all: someTags,
  none: someTags,
  untagged: fc.boolean(),
  sources: fc.uniqueArray(fc.constantFrom(...TagSource.options), { minLength: 1, maxLength: 3 }),
  tagged: range,
  first: range,
  last: range,
  channel: fc.integer({ min: 0, max: 1 }),
})
const KEYS = ['search', 'any', 'all', 'none', 'untagged', 'sources', 'tagged', 'first', 'last', 'channel'] as const
/** At most four filters at once: more of them hardly ever leave anybody. */
const question: fc.Arbitrary<Question> = fc
  .tuple(everything, fc.subarray([...KEYS], { minLength: 1, maxLength: 4 }))
  .map(([all, keys]): Question => Object.fromEntries(keys.map((key) => [key, all[key]])))

test('every filter and every mixture of them finds exactly the right contacts, in every order, on pages of any size, with the right count', async () => {
  await fc.assert(
    fc.asyncProperty(
      question,
      fc.constantFrom<ContactSort>('last_seen', 'first_seen', 'name'),
      fc.constantFrom<SortOrder>('asc', 'desc'),
      fc.integer({ min: 1, max: 60 }),
      async (asked, sort, order, limit) => {
        const right = inOrder(
          contacts.filter((contact) => matches(contact, asked)),
          sort,
          order,
        ).map((each) => each.id)
        const query = queryOf(asked)
        expect(await pages({ ...query, sort, order }, limit)).toEqual(right)
        expect(await admin.call(countContacts, { query })).toEqual({ count: right.length })
      },
    ),
    { numRuns: 400 },
  )
}, 120_000)

test('the random questions above do find something, and not everything', async () => {
  const found = fc.sample(question, 300).map((asked) => contacts.filter((contact) => matches(contact, asked)).length)
  expect(found.filter((n) => n > 0 && n < contacts.length).length).toBeGreaterThan(40)
})

test('the export has the order of the list, whatever it is sorted by', async () => {
  for (const sort of ['last_seen', 'first_seen', 'name'] as const) {
    for (const order of ['asc', 'desc'] as const) {
      const text = (await admin.call(exportContacts, { query: { sort, order } })) as unknown as string
      const phones = text
        .trim()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(',')[0])
      expect(phones).toEqual(inOrder(contacts, sort, order).map((contact) => contact.phone))
    }
  }
})

test('a cursor of another order is refused, and so is a mangled one', async () => {
  const { next_cursor } = await admin.call(listContacts, { query: { limit: 5, sort: 'name' } })
  for (const cursor of [next_cursor!, 'bm9uc2Vuc2U', next_cursor!.slice(3)])
    await expect(admin.call(listContacts, { query: { limit: 5, sort: 'first_seen', cursor } })).rejects.toMatchObject({
      status: 422,
      problem: { field: 'cursor' },
    })
})

test('what a filter cannot mean is refused and named', async () => {
  for (const [field, query] of [
    ['sources.0', { sources: 'nobody' }],
    ['tagged_from', { tagged_from: 'yesterday' }],
    ['any_tags.0', { any_tags: 'x' }],
    ['sort', { sort: 'age' }],
    ['untagged', { untagged: 'perhaps' }],
    // It would filter nothing, and may have been meant to find those with tags.
    ['untagged', { untagged: 'false' }],
    ['any_tag', { any_tag: newId() }],
  ] as const)
    await expect(admin.call(listContacts, { query: query as never })).rejects.toMatchObject({
      status: 422,
      problem: { field },
    })
})

test('while messages arrive a contact knows the channels it has messages on, also after a merge', async () => {
  const person = await server.newPerson()
  const [a, b] = [await server.newAccount(person), await server.newAccount(person)]
  for (const account of [a, b, b]) {
    await account.deliver({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '102290129340398',
          changes: [
            {
              field: 'messages',
              value: {
                messaging_product: 'whatsapp',
                metadata: { display_phone_number: account.displayPhone, phone_number_id: account.phoneNumberId },
                contacts: [{ profile: { name: 'Wen' }, wa_id: '8613900139000' }],
                messages: [
                  {
                    from: '8613900139000',
                    id: `wamid.${Math.random()}`,
                    timestamp: '1767225600',
                    type: 'text',
                    text: { body: 'hi' },
                  },
                ],
              },
            },
          ],
        },
      ],
    })
  }
  await server.interpret()
  for (const account of [a, b]) {
    const { contacts: found } = await person.call(listContacts, {
      query: { channels: account.account.channels[0]!.id },
    })
    expect(found.map((contact) => contact.display_name)).toEqual(['Wen'])
  }
  const stranger = await server.newPerson()
  const query = { channels: a.account.channels[0]!.id }
  expect((await stranger.call(listContacts, { query })).contacts).toEqual([])
})
