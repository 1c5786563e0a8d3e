// What writing contacts set by set promises: the same rows in the same tables as writing them one by one, and the same order of events.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { check, importFile, upload } from '../../test/help/imports.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { Identities } from '../contacts/identities.ts'
import { listContacts } from '../contacts/schema.ts'
import { numberEventsOf } from '../events/sequencing.ts'
import { getOperation, mergeTags, startImport } from '../operations/schema.ts'
import { changeContactTags, createTag } from '../tags/schema.ts'
import type { ImportSettings } from './schema.ts'
import { writeRows } from './writing.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const NAMES = [
  '=HYPERLINK("http://x","y")',
  "'quoted",
  'a,b;c\td',
  'two\nlines\r\nand "quotes"',
  'مرحبا بالعالم',
  'שלום ‮RTL‬',
  '👨‍👩‍👧‍👦 family',
  ' leading and trailing ',
  'José',
  'Jose\u0301',
  'İSTANBUL ıI',
  'ﬁne ＷＩＤＥ ½',
  '李',
  '\u200b',
  '\ufeffmark',
  '\\|"{}',
  'NULL',
  '𝒜'.repeat(300),
  'ß'.repeat(1000),
]
const PHONES = [
  '+1234567',
  '+999999999999999',
  '+55 11 91234-5678',
  '+5215512345678',
  '+54 9 11 2345-6789',
  '0034600000077',
]

const csv = (cell: string) => `"${cell.replaceAll('"', '""')}"`
const row = (phone: string, name = '', tags = '', first = '', last = '') =>
  `${[phone, name, tags, first, last].map(csv).join(',')}\r\n`

const hostileFile = (): string => {
  let n = 0
  const phone = () => `+4915700000${String(n++).padStart(3, '0')}`
  const lines = [
    ...NAMES.map((name) => row(phone(), name, 'VIP|back\\\\slash|a\\|b')),
    ...PHONES.map((each) => row(each, 'Somebody', 'vip|VIP|Second name of VIP|Merged|Left out')),
    row('US.13491208655302741918', 'No phone', 'VIP'),
    row('BR.aBcDeF', '', ''),
    row('crm:4711', 'By the id of another system', 'VIP'),
    row('crm:+4915700000001', '', 'New'),
    row('1c.shop_2:Ünïcödé  李 ﬁ "x"', '李', 'VIP'),
    row('shop:\u200b', 'An id of which a search sees nothing'),
    row(phone(), 'Only last seen', '', '', '2025-01-01T10:00:00.000Z'),
    row(phone(), 'First', 'VIP', '2024-02-29'),
    row(phone(), 'Last', '', '', '2025-01-01T10:00:00.123Z'),
    row(phone(), 'Both', 'New', '2024-01-01T00:00:00.000Z', '2025-01-01T10:00:00.000Z'),
    row(phone()),
    row('+34600000001', 'Known', 'VIP|New'),
    row('+34600000002', 'Told to change ids', 'New'),
    row('+34600000003', 'Erased since the check', 'VIP'),
    row('+34600000004', 'Comes since the check', 'VIP'),
    row('+34600000005', 'Twice', 'VIP'),
    row('+34 600 000 005', 'Twice, and at last so', 'New|VIP', '2023-05-05'),
    row('+551112345679', 'By nine', 'VIP'),
    row('+5511912345679', '', 'New'),
    row('not a phone', 'Refused'),
  ]
  return `\ufeffPhone,Display name,Tags,First seen,Last seen\r\n${lines.join('')}`
}

/** A shop with somebody known, somebody told to change ids, and tags; and in it the file, checked and begun with. */
async function begun(mode: ImportSettings['tags_mode']): Promise<{ admin: Person; operationId: string }> {
  const admin = await server.newPerson()
  const portfolio = `portfolio-${admin.slug}`
  await server.newAccount(admin, { portfolio_id: portfolio })
  const names = ['VIP', 'back\\slash', 'a|b', 'Merged', 'Other']
  const [vip, , , merged, other] = await Promise.all(names.map((name) => admin.call(createTag, { body: { name } })))
  const known = await sighted(server, admin, { wa_id: '34600000001', name: 'Known as' })
  await admin.call(changeContactTags, { params: { id: known }, body: { add: [other!.id] } })
  const erased = await sighted(server, admin, { wa_id: '34600000003', own_act: false })
  await server.db.transaction().execute(async (tx) => {
    const identities = await Identities.open(tx, admin.actor.org_id, [], [])
    identities.change({
      old: { wa_id: '34600000002', bsuid: null, parent_bsuid: null },
      new: { wa_id: '34699999999', bsuid: null, parent_bsuid: null },
      portfolio_id: portfolio,
      test: false,
      at: '2026-01-01T00:00:00.000Z',
    })
    await identities.save()
  })
  const { id } = await upload(server, admin, hostileFile())
  const choices = [
    { name: 'Second name of VIP', choice: 'use' as const, tag_id: vip!.id },
    { name: 'New', choice: 'create' as const },
    { name: 'Left out', choice: 'leave_out' as const },
  ]
  const checked = await check(server, admin, id, { tags_mode: mode, empty_clears: true, tags: choices })
  expect(checked.result).toMatchObject({ refused: 1, repeated: 2 })
  // Erased by privacy, it would be taken out of the file.
  await server.pool.query('delete from contacts where org_id = $1 and id = $2', [admin.actor.org_id, erased])
  await sighted(server, admin, { wa_id: '34600000004', name: 'Came before' })
  await admin.call(mergeTags, { params: { id: merged!.id }, body: { into: other!.id } })
  await server.operate()
  const operation = await admin.call(startImport, { params: { id } })
  return { admin, operationId: operation.id }
}

/** Writes the whole file one row after the other, as an import does once writing rows together has failed. */
async function writeOneByOne(admin: Person, operationId: string): Promise<void> {
  const { refused } = await server.db.transaction().execute((tx) =>
    writeRows(
      tx,
      admin.actor,
      { operationId, first: 1, last: 1000 },
      {
        isFatal: () => true,
        unforeseen: (error) => {
          throw error
        },
      },
    ),
  )
  expect(refused).toBe(0)
}

/** Everything that was written, with what differs from one shop to another put the same: ids, times of writing, portfolios. */
async function written({ actor, slug }: Person): Promise<Record<string, unknown>> {
  const orgId = actor.org_id
  const same = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll(slug, 'SLUG')
        .replaceAll(actor.id, 'ACTOR')
        .replaceAll(actor.name, 'NAME')
        .replaceAll(/"operation_id": ?"[^"]+"/g, '"operation_id":"OPERATION"'),
    )
  const rows = async (query: ReturnType<typeof sql>) => same((await query.execute(server.db)).rows)
  const key = sql`(select string_agg(i.kind || ' ' || i.value, ', ' order by i.kind, i.value) from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id)`
  return {
    contacts: await rows(sql`
      select ${key} as key, test, phone, display_name, name_origin, username, case when first_seen_provisional then null else first_seen_at end as first_seen_at,
        first_seen_provisional, last_seen_at, search_text, sort_name, array(select unnest(search_grams) order by 1) as grams, search_grams is null as without_grams,
        channel_ids, tag_sources, array(select t.name from unnest(tag_ids) with ordinality x (id, n) join tags t on t.org_id = c.org_id and t.id = x.id order by n) as tags
      from contacts c where org_id = ${orgId} and display_name is distinct from 'Known as' and display_name is distinct from 'Came before' order by 1`),
    seen: await rows(
      sql`select c.display_name, c.created_at - c.first_seen_at < interval '1 minute' as now from contacts c where org_id = ${orgId} and first_seen_provisional order by ${key}`,
    ),
    identities: await rows(sql`
      select i.kind, i.scope, i.value, i.retired_at is not null as retired, i.created_at = c.created_at as at_once, ${key} as key
      from contact_identities i join contacts c on c.org_id = i.org_id and c.id = i.contact_id where i.org_id = ${orgId} order by i.kind, i.value`),
    assignments: await rows(sql`
      select ${key} as key, t.name, added_source, added_actor_kind, added_actor_id, added_actor_name, added_why, removed_at is not null as removed, removed_source, removed_why,
        row_number() over (partition by a.contact_id order by a.id) as n
      from tag_assignments a join contacts c on c.org_id = a.org_id and c.id = a.contact_id join tags t on t.org_id = a.org_id and t.id = a.tag_id
      where a.org_id = ${orgId} order by 1, n`),
    events: await rows(sql`
      select ${key} as key, e.kind, t.name, e.actor_kind, e.actor_id, e.actor_name, e.source, e.before, e.after, e.at = c.created_at as at_once
      from events e join contacts c on c.org_id = e.org_id and c.id = e.contact_id left join tags t on t.org_id = e.org_id and t.id = e.tag_id
      where e.org_id = ${orgId} order by 1, e.id`),
    counts: await rows(
      sql`select t.name, sum(n.change)::int as count from tag_counts n join tags t on t.org_id = n.org_id and t.id = n.tag_id where n.org_id = ${orgId} group by 1 order by 1`,
    ),
    left: await rows(sql`select n, reason from import_rows where org_id = ${orgId} and reason is not null order by n`),
  }
}

test.each(['add', 'replace', 'remove'] as const)(
  'written set by set, a hostile file leaves what it leaves row by row: to %s tags',
  async (mode) => {
    const together = await begun(mode)
    await server.operate()
    const oneByOne = await begun(mode)
    await writeOneByOne(oneByOne.admin, oneByOne.operationId)
    const { admin, operationId } = together
    expect(await admin.call(getOperation, { params: { id: operationId } })).toMatchObject({ status: 'done', failed: 0 })
    expect(await written(admin)).toEqual(await written(oneByOne.admin))
  },
)

test('contacts of a file stand in its order, and what happened to them is numbered without a gap, each before its tags', async () => {
  const admin = await server.newPerson()
  await admin.call(createTag, { body: { name: 'VIP' } })
  const file = Array.from({ length: 1500 }, (_, n) =>
    row(`+3460${1_000_000 + n}`, `N${n}`, n % 3 === 0 ? 'VIP' : ''),
  ).join('')
  const { operation } = await importFile(server, admin, `Phone,Display name,Tags,First seen,Last seen\r\n${file}`)
  expect(operation).toMatchObject({ status: 'done', created: 1500 })
  const { contacts } = await admin.call(listContacts, { query: { limit: 100 } })
  expect(contacts.map((contact) => contact.display_name)).toEqual(Array.from({ length: 100 }, (_, n) => `N${n}`))
  await numberEventsOf(server.db, admin.actor.org_id)
  const { rows } = await server.pool.query(
    `select count(*)::int as events, count(seq)::int as numbered, count(distinct seq)::int as numbers, max(seq)::int as last,
       (select position::int from event_positions where org_id = $1) as position,
       (select count(*)::int from events made join events tagged using (org_id, contact_id)
         where made.org_id = $1 and made.kind = 'contact.created' and tagged.kind = 'contact.tag_added' and tagged.seq < made.seq) as before_their_contact
     from events where org_id = $1`,
    [admin.actor.org_id],
  )
  const { events, ...numbers } = rows[0]!
  expect(events).toBeGreaterThan(2000)
  expect(numbers).toEqual({
    numbered: events,
    numbers: events,
    last: events,
    position: events,
    before_their_contact: 0,
  })
})
