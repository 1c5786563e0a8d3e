// Holds what is stored against what was sent and answered 200; every difference is a sentence.
import { sql } from 'kysely'
import type { Db } from '../../server/lib/db.ts'
import { sourcesCarried } from '../../server/tags/source-bits.ts'
import type { Load } from './load.ts'
import { PORTFOLIO } from './shop.ts'
import type { Tagging } from './tagging.ts'

/** Waits until no delivery waits, and nothing gathered from one does; answers how many there are. Throws after `withinMs`. */
export async function allInterpreted(db: Db, withinMs: number): Promise<number> {
  const until = performance.now() + withinMs
  for (;;) {
    const { rows } = await sql<{ waiting: number; gathered: number; all: number }>`
      select count(*) filter (where interpreted_at is null)::int as waiting, (select count(*)::int from contact_activity) as gathered, count(*)::int as all from deliveries`.execute(
      db,
    )
    const { waiting, gathered, all } = rows[0]!
    if (waiting === 0 && gathered === 0) return all
    if (performance.now() > until) {
      throw new Error(
        `after ${withinMs / 1000} s ${waiting} of ${all} deliveries still wait, and last seen of ${gathered} contacts`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

interface StoredContact {
  id: string
  phone: string | null
  display_name: string | null
  username: string | null
  first_seen_at: string
  last_seen_at: string | null
  identities: string[]
  created_events: number
  stray_tags: number
}

/** What is not as it should be, in words; nothing when all is right. */
export async function differences(db: Db, load: Load, tagging?: Tagging): Promise<string[]> {
  return [
    ...(await wrongMessages(db, load)),
    ...(await wrongContacts(db, load)),
    ...(await wrongDeliveries(db, load)),
    ...(tagging ? await wrongTags(db, tagging) : []),
    ...(await damagedIndexes(db)),
  ]
}

async function wrongMessages(db: Db, load: Load): Promise<string[]> {
  const { rows } = await sql<{
    wa_message_id: string
    copies: number
  }>`select wa_message_id, count(*)::int as copies from messages where direction = 'in' group by 1`.execute(db)
  const stored = new Map(rows.map((row) => [row.wa_message_id, row.copies]))
  const sent = new Set(load.customers.flatMap(({ messages }) => messages.map(({ id }) => id)))
  return [
    ...[...sent].filter((id) => !stored.has(id)).map((id) => `the message ${id} was answered 200 and is lost`),
    ...[...stored]
      .filter(([, copies]) => copies > 1)
      .map(([id, copies]) => `the message ${id} is there ${copies} times`),
    ...[...stored.keys()].filter((id) => !sent.has(id)).map((id) => `the message ${id} was never sent`),
  ]
}

const secondOf = (at: string) => Math.floor(Date.parse(at) / 1000)

async function wrongContacts(db: Db, load: Load): Promise<string[]> {
  const { rows: contacts } = await sql<StoredContact>`
    select c.id, c.phone, c.display_name, c.username, c.first_seen_at, c.last_seen_at,
      (select coalesce(array_agg(kind || ' ' || scope || ' ' || value || case when retired_at is null then '' else ' retired' end), '{}')
        from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id) as identities,
      (select count(*)::int from events e where e.org_id = c.org_id and e.contact_id = c.id and e.kind = 'contact.created') as created_events,
      (select count(*)::int from (
        (select unnest(c.tag_ids) except all select tag_id from tag_assignments a where a.org_id = c.org_id and a.contact_id = c.id and removed_at is null)
        union all
        (select tag_id from tag_assignments a where a.org_id = c.org_id and a.contact_id = c.id and removed_at is null except all select unnest(c.tag_ids))) d) + (c.tag_sources <> ${sourcesCarried})::int as stray_tags
    from contacts c`.execute(db)
  const { rows: messages } = await sql<{
    wa_message_id: string
    contact_id: string
    sent_at: string
  }>`select wa_message_id, contact_id, sent_at from messages`.execute(db)
  const byId = new Map(contacts.map((contact) => [contact.id, contact]))
  const contactOf = new Map(messages.map((message) => [message.wa_message_id, message.contact_id]))
  const sentAt = new Map(messages.map((message) => [message.wa_message_id, message.sent_at]))

  const wrong: string[] = []
  const taken = new Map<string, string>()
  const customers = load.customers.filter((customer) => customer.messages.length > 0)
  for (const customer of customers) {
    const ids = [...new Set(customer.messages.map(({ id }) => contactOf.get(id)).filter((id) => id !== undefined))]
    if (ids.length !== 1) wrong.push(`${customer.name} is ${ids.length} contacts`)
    const contact = byId.get(ids[0] ?? '')
    if (!contact) continue
    const other = taken.get(contact.id)
    if (other !== undefined) wrong.push(`${customer.name} and ${other} are one contact`)
    taken.set(contact.id, customer.name)

    const told = customer.introduction.slice(0, customer.introduced)
    const phone = told.some((step) => step.phone !== undefined) ? customer.ids.phone : undefined
    const bsuid = told.some((step) => step.bsuid !== undefined) ? customer.ids.bsuid : undefined
    const times = customer.messages.map(({ at }) => at).toSorted()
    const expected = {
      phone: phone === undefined ? null : `+${phone}`,
      display_name: customer.name,
      username: customer.username ?? null,
      first_seen_at: times[0],
      last_seen_at: times.at(-1),
      identities: [
        ...(bsuid === undefined ? [] : [`bsuid ${PORTFOLIO} ${bsuid}`]),
        ...(phone === undefined ? [] : [`phone  ${phone}`]),
      ].join(', '),
      created_events: 1,
      stray_tags: 0,
    }
    const found: Record<string, unknown> = { ...contact, identities: contact.identities.toSorted().join(', ') }
    for (const [name, value] of Object.entries(expected)) {
      if (found[name] !== value)
        wrong.push(`${customer.name}: ${name} is ${String(found[name])} and should be ${String(value)}`)
    }
    for (const { id, at } of customer.messages) {
      // WhatsApp tells the second; where in it a message is placed depends on when it arrived.
      if (sentAt.has(id) && secondOf(sentAt.get(id)!) !== secondOf(at))
        wrong.push(`the message ${id} is of ${sentAt.get(id)} and was sent ${at}`)
    }
  }
  if (contacts.length !== customers.length)
    wrong.push(`${customers.length} customers wrote, and there are ${contacts.length} contacts`)
  const { rows } = await sql<{ conflicts: number; pending: number }>`
    select (select count(*)::int from contact_conflicts) as conflicts, (select count(*)::int from pending_identity_changes) as pending`.execute(
    db,
  )
  if (rows[0]!.conflicts !== 0) wrong.push(`${rows[0]!.conflicts} conflicts of identities, where nobody's ids conflict`)
  if (rows[0]!.pending !== 0) wrong.push(`${rows[0]!.pending} changes of ids wait, where nobody changed`)
  return wrong
}

/** Each 200 stands for one row: also a repeat is stored before it is answered. */
async function wrongDeliveries(db: Db, load: Load): Promise<string[]> {
  const { rows } = await sql<{
    body: string
    copies: number
    waiting: boolean
    problem: string | null
    failures: number
  }>`
    select encode(sha256(body), 'hex') as body, count(*)::int as copies, bool_or(interpreted_at is null) as waiting, max(problem) as problem, max(failures) as failures
    from deliveries group by 1`.execute(db)
  const copies = new Map(rows.map((row) => [row.body, row.copies]))
  return [
    ...[...load.accepted]
      .filter(([body, times]) => (copies.get(body) ?? 0) < times)
      .map(
        ([body, times]) =>
          `the body ${body} was answered 200 ${times} times and is stored ${copies.get(body) ?? 0} times`,
      ),
    ...rows.filter((row) => row.waiting).map((row) => `the delivery of the body ${row.body} still waits`),
    ...rows
      .filter((row) => row.problem !== null || row.failures > 0)
      .map((row) => `a delivery failed ${row.failures} times: ${row.problem}`),
  ]
}

async function wrongTags(db: Db, { carried, added }: Tagging): Promise<string[]> {
  const { rows } = await sql<{ id: string; tag_ids: string[]; intervals: number }>`
    select id, tag_ids::text[] as tag_ids, (select count(*)::int from tag_assignments a where a.org_id = c.org_id and a.contact_id = c.id) as intervals
    from contacts c where id = any(${[...carried.keys()]}::uuid[])`.execute(db)
  return rows.flatMap(({ id, tag_ids, intervals }) => {
    const expected = [...carried.get(id)!].toSorted().join(', ')
    const found = tag_ids.toSorted().join(', ')
    return [
      ...(found === expected
        ? []
        : [`the contact ${id} carries the tags ${found}, and by the answered changes ${expected}`]),
      ...(intervals === added.get(id)
        ? []
        : [`the contact ${id} was given tags ${added.get(id)} times, and ${intervals} times are recorded`]),
    ]
  })
}

/** Every index has an entry for every row, as far as PostgreSQL's own check goes. */
async function damagedIndexes(db: Db): Promise<string[]> {
  await sql`create extension if not exists amcheck`.execute(db)
  const { rows } = await sql<{ name: string }>`
    select c.oid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
    where a.amname = 'btree' and c.relkind = 'i' and c.relpersistence = 'p' and c.relnamespace = 'public'::regnamespace and i.indisvalid`.execute(
    db,
  )
  const damaged: string[] = []
  for (const { name } of rows) {
    await sql`select bt_index_check(${name}::regclass, true)`
      .execute(db)
      .catch((error: unknown) =>
        damaged.push(`the index ${name}: ${error instanceof Error ? error.message : String(error)}`),
      )
  }
  return damaged
}
