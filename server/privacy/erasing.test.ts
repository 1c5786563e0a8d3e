// What erasing a contact promises: nothing of it is left anywhere, and nothing of anybody else is lost.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeOnce } from '../access/writing.ts'
import { composeStatus, composeTextMessage } from '../channels/whatsapp/compose.ts'
import { getDelivery, listDeliveries, retryDeliveries } from '../channels/schema.ts'
import { lockIdentities } from '../contacts/identity-rows.ts'
import { mergeContacts, undoMerge } from '../contacts/merging.ts'
import { listConflicts } from '../contacts/conflicts-schema.ts'
import { exportContacts, getContact, listContacts, type Contact } from '../contacts/schema.ts'
import { listOperationFailures, startOperation, undoOperation } from '../operations/schema.ts'
import { changeContactTags, createTag, listTagChanges, listTags } from '../tags/schema.ts'
import { openTestServer, type ConnectedAccount, type Person, type TestServer } from '../../test/help/server.ts'
import { forgetOnce, openEraser } from './forgetting.ts'
import { eraseContact, listErasures } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const ANA = { from: '+4915112345678', userId: 'DE.13491208655302741918', name: 'Ana Müller-Özil', username: 'ana.mo' }
const BEN = { from: '+34600111222', userId: 'ES.777', name: 'Ben Ruiz' }

interface Scene {
  admin: Person
  account: ConnectedAccount
  /** One delivery with a message of each. */
  say(...said: [who: object, text: string, messageId?: string][]): Promise<void>
  contact(name: string): Promise<Contact>
}

async function scene(): Promise<Scene> {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  const numbers = { phoneNumberId: account.phoneNumberId, displayPhone: account.displayPhone, wabaId: '1' }
  return {
    admin,
    account,
    async say(...said) {
      const bodies = said.map(([who, text, messageId]) =>
        JSON.parse(
          composeTextMessage({ ...numbers, ...who, text, at: new Date(), ...(messageId ? { messageId } : {}) }),
        ),
      ) as { entry: { changes: unknown[] }[] }[]
      const [first, ...more] = bodies
      for (const body of more) first!.entry[0]!.changes.push(...body.entry[0]!.changes)
      expect(await account.deliver(first!)).toBe(200)
    },
    async contact(name) {
      const { contacts } = await admin.call(listContacts, { query: { search: name } })
      expect(contacts).toHaveLength(1)
      return contacts[0]!
    },
  }
}

const erase = (person: Person, id: string) => person.call(eraseContact, { params: { id } })

async function forget(steps = Infinity): Promise<void> {
  for (let n = 0; n < steps && (await forgetOnce(server)); n++);
}

/** Where one of the texts is in any column of any table: of the person's organization, or of tables that belong to none. */
async function traces(person: Person, texts: string[]): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1`.execute(server.db)
  expect(tables.length).toBeGreaterThan(20)
  const found = new Set<string>()
  for (const { name } of tables) {
    const { rows } = await sql<{ row: Record<string, unknown> }>`
      select to_jsonb(t) ${name === 'deliveries' ? sql`|| jsonb_build_object('body', convert_from(body, 'UTF8'))` : sql``} as row
      from ${sql.id(name)} t`.execute(server.db)
    for (const { row } of rows) {
      if ('org_id' in row && row['org_id'] !== person.actor.org_id) continue
      // As Meta writes what is not ASCII.
      const values = JSON.stringify(Object.values(row)).replaceAll(/\\+u([0-9a-f]{4})/gi, (_, code: string) =>
        String.fromCharCode(parseInt(code, 16)),
      )
      for (const text of texts) if (values.toLowerCase().includes(text.toLowerCase())) found.add(`${name}: ${text}`)
    }
  }
  return [...found]
}

const ANAS_TEXTS = ['15112345678', 'DE.13491208655302741918', 'Müller', 'ana.mo', 'ana says', 'wamid.ana']

test('after erasing nothing of the contact is in any column of any table, and all of the others is', async () => {
  const { admin, account, say, contact } = await scene()
  const tag = await admin.call(createTag, { body: { name: 'VIP' } })
  await say([ANA, 'ana says one', 'wamid.ana1'], [BEN, 'ben says one'])
  await server.interpret()
  const [ana, ben] = [await contact('Ana'), await contact('Ben')]
  for (const { id } of [ana, ben])
    await admin.call(changeContactTags, { params: { id }, body: { add: [tag.id], remove: [] } })
  const numbers = { phoneNumberId: account.phoneNumberId, displayPhone: account.displayPhone, wabaId: '1' }
  // A status of a message that was sent elsewhere: nothing but the number leads to her.
  await account.deliver(
    composeStatus({ ...numbers, messageId: 'wamid.elsewhere', status: 'read', at: new Date(), to: ANA.from }),
  )
  // She writes from another account of WhatsApp: a conflict.
  await say([{ ...ANA, userId: 'DE.2' }, 'ana says two', 'wamid.ana2'], [BEN, 'ben says two'])
  await server.interpret()
  expect((await admin.call(listConflicts)).conflicts).toHaveLength(1)
  // A key's answer that holds her, an export and a bulk change that searched for her.
  await writeOnce(
    server,
    admin.actor,
    { key: 'k1', operationId: 'x', params: null, query: null, body: null },
    async () => ({ status: 200, body: ana }),
  )
  await admin.call(exportContacts, { query: { search: 'müller' } })
  await admin.call(startOperation, { body: { filter: { search: ANA.from }, remove: [tag.id] } })
  await server.operate()
  // One that waits still, and one that cannot be read.
  await say([ANA, 'ana says three', 'wamid.ana3'], [BEN, 'ben says three'])
  await account.deliver(`{"from":"4915112345678"`)

  expect(await traces(admin, ANAS_TEXTS)).not.toEqual([])
  const erasure = await erase(admin, ana.id)
  expect(erasure).toMatchObject({ contact_id: ana.id, finished_at: null })
  await forget()
  await server.interpret()
  expect(await traces(admin, [...ANAS_TEXTS, 'DE.2'])).toEqual([])

  expect((await admin.call(listErasures)).erasures).toMatchObject([
    { contact_id: ana.id, erased_by_name: admin.actor.name, finished_at: expect.any(String) },
  ])
  const { contacts } = await admin.call(listContacts)
  expect(contacts.map((each) => each.display_name)).toEqual(['Ben Ruiz'])
  const { rows } = await server.pool.query('select text from messages where org_id = $1 order by sent_at, id', [
    admin.actor.org_id,
  ])
  expect(rows.map((row) => row.text)).toEqual(['ben says one', 'ben says two', 'ben says three'])
  const { deliveries } = await admin.call(listDeliveries, { params: { id: account.account.id } })
  const bodies = await Promise.all(
    deliveries.map(
      async ({ id }) => (await admin.call(getDelivery, { params: { id: account.account.id, delivery_id: id } })).body,
    ),
  )
  expect(bodies.filter((body) => body.includes('ben says')).length).toBe(3)
  const { tags } = await admin.call(listTags)
  expect(tags).toMatchObject([{ name: 'VIP', contact_count: 1 }])
})

test('the history keeps a row that leads to nobody: who erased and when, and the audit log says the same', async () => {
  const { admin, say, contact } = await scene()
  await say([ANA, 'hello'])
  await server.interpret()
  const { id } = await contact('Ana')
  await erase(admin, id)
  const of = async (table: 'events' | 'audit_entries', column: string, kind: string) =>
    (
      await sql<
        Record<string, unknown>
      >`select * from ${sql.id(table)} where org_id = ${admin.actor.org_id} and ${sql.id(column)} = ${kind}`.execute(
        server.db,
      )
    ).rows
  expect(await of('events', 'kind', 'contact.erased')).toMatchObject([
    { contact_id: id, actor_name: admin.actor.name, before: null, after: null },
  ])
  expect(await of('audit_entries', 'act', 'contact.erased')).toMatchObject([
    { actor_name: admin.actor.name, subject_name: null, details: { contact_id: id } },
  ])
  await expect(admin.call(getContact, { params: { id } })).rejects.toMatchObject({
    status: 404,
    problem: { reason: 'contact_erased', data: { erased_at: expect.any(String) } },
  })
  await expect(admin.call(listTagChanges, { params: { id } })).rejects.toMatchObject({ status: 404 })
  await forget()
})

test('with a merged contact everything that was merged into it goes, and an old link to it says so', async () => {
  const { admin, say, contact } = await scene()
  await say([ANA, 'ana says one'], [BEN, 'ben says one'], [{ from: '+351900', name: 'Carla' }, 'carla says'])
  await server.interpret()
  const [ana, ben, carla] = [await contact('Ana'), await contact('Ben'), await contact('Carla')]
  const merge = (kept: string, merged: string) =>
    server.db.transaction().execute((tx) => mergeContacts(tx, admin.actor, kept, merged))
  // Carla was once taken for Ana.
  const mistaken = await merge(carla.id, ana.id)
  await server.db.transaction().execute((tx) => undoMerge(tx, admin.actor, mistaken))
  const merged = await merge(ben.id, ana.id)
  await erase(admin, ben.id)
  await forget()
  expect(await traces(admin, [...ANAS_TEXTS, '34600111222', 'ben says', 'Ruiz'])).toEqual([])
  await expect(admin.call(getContact, { params: { id: ana.id } })).rejects.toMatchObject({
    problem: { reason: 'contact_erased' },
  })
  await expect(server.db.transaction().execute((tx) => undoMerge(tx, admin.actor, merged))).rejects.toMatchObject({
    code: 'not_found',
  })
  expect(await admin.call(getContact, { params: { id: carla.id } })).toMatchObject({ display_name: 'Carla' })
})

test('whoever writes again is a new contact, and deliveries that are tried again bring nobody back', async () => {
  const { admin, account, say, contact } = await scene()
  await say([ANA, 'before'])
  await server.interpret()
  const { id } = await contact('Ana')
  // Read with a problem: it can be tried again.
  await server.pool.query(`update deliveries set problem = 'a fault' where org_id = $1`, [admin.actor.org_id])
  await erase(admin, id)
  await admin.call(retryDeliveries, { params: { id: account.account.id } })
  await server.interpret()
  expect((await admin.call(listContacts)).contacts).toEqual([])
  await say([ANA, 'later'])
  await server.interpret()
  await forget()
  const again = await contact('Ana')
  expect(again.id).not.toBe(id)
  expect(again.tags).toEqual([])
  expect(await traces(admin, ['before'])).toEqual([])
  expect(await traces(admin, ['later'])).toEqual(['deliveries: later', 'messages: later'])
  await erase(admin, again.id)
  await forget()
})

test('a bulk change that goes on, and its undo, count the erased contact as erased meanwhile', async () => {
  const { admin, say, contact } = await scene()
  const tag = await admin.call(createTag, { body: { name: 'Sale' } })
  await say([ANA, 'one'], [BEN, 'one'])
  await server.interpret()
  const [ana, ben] = [await contact('Ana'), await contact('Ben')]
  const done = await admin.call(startOperation, { body: { ids: [ana.id, ben.id], add: [tag.id] } })
  await server.operate()
  const waiting = await admin.call(startOperation, { body: { ids: [ana.id, ben.id], remove: [tag.id] } })
  await erase(admin, ana.id)
  await forget()
  await server.operate()
  expect((await admin.call(listOperationFailures, { params: { id: waiting.id } })).failures).toMatchObject([
    { reason: 'contact_gone', contact: null },
  ])
  const undo = await admin.call(undoOperation, { params: { id: waiting.id } })
  await server.operate()
  expect(await admin.call(getContact, { params: { id: ben.id } })).toMatchObject({
    active_tags: [{ tag: { id: tag.id } }],
  })
  await admin.call(undoOperation, { params: { id: done.id } })
  await server.operate()
  expect(undo.undoes).toBe(waiting.id)
  expect(await traces(admin, [...ANAS_TEXTS])).toEqual([])
  const { rows } = await server.pool.query(
    `select 1 from operation_batches b where b.org_id = $1 and b::text like '%' || $2 || '%'`,
    [admin.actor.org_id, ana.id],
  )
  expect(rows).toEqual([])
})

test('of two administrators who erase at once one does, and the other is told that it is erased', async () => {
  const { admin, say, contact } = await scene()
  const other = await server.newPerson('admin', admin.actor.org_id)
  await say([ANA, 'hello'])
  await server.interpret()
  const { id } = await contact('Ana')
  const results = await Promise.allSettled([erase(admin, id), erase(other, id)])
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { status: 404, problem: { reason: 'contact_erased' } },
  })
  await forget()
})

test('erasing waits for messages that are being taken in, and takes them too', async () => {
  const { admin, say, contact } = await scene()
  await say([ANA, 'first'])
  await server.interpret()
  const { id } = await contact('Ana')
  await say([ANA, 'second'], [BEN, 'ben is kept'])
  // The interpreter's lock is held while it works on a batch.
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
  const { promise: locked, resolve: hasLocked } = Promise.withResolvers<void>()
  const interpreter = server.db.transaction().execute(async (tx) => {
    await lockIdentities(tx, admin.actor.org_id)
    hasLocked()
    await held
  })
  await locked
  const erasing = erase(admin, id)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect((await admin.call(listContacts)).contacts).toHaveLength(1)
  letGo()
  await interpreter
  await Promise.all([erasing, server.interpret(), server.interpret()])
  await server.interpret()
  await forget()
  expect((await admin.call(listContacts)).contacts).toMatchObject([{ display_name: 'Ben Ruiz' }])
  expect(await traces(admin, ANAS_TEXTS)).toEqual([])
})

test('an erasure that is killed midway has happened wholly or not at all, and its search goes on where it stood', async () => {
  const { admin, say, contact } = await scene()
  for (let n = 0; n < 5; n++) await say([ANA, `ana says ${n}`], [BEN, `ben says ${n}`])
  await server.interpret()
  const { id } = await contact('Ana')
  // Cut off before its last statement.
  await server.pool.query(
    `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$`,
  )
  await server.pool.query(`create trigger refuse before insert on audit_entries for each row execute function refuse()`)
  await expect(erase(admin, id)).rejects.toMatchObject({ status: 500 })
  await server.pool.query('drop trigger refuse on audit_entries')
  expect(await admin.call(getContact, { params: { id } })).toMatchObject({ display_name: ANA.name })
  expect((await admin.call(listErasures)).erasures).toEqual([])

  await erase(admin, id)
  await forget(2)
  // In the middle of the search a page fails, and is done again.
  await server.pool.query(
    `create trigger refuse before update or delete on contact_erasures for each row execute function refuse()`,
  )
  await expect(forgetOnce(server)).rejects.toThrow('killed')
  await server.pool.query('drop trigger refuse on contact_erasures')
  expect((await admin.call(listErasures)).erasures).toMatchObject([{ finished_at: null }])
  await forget()
  expect((await admin.call(listErasures)).erasures).toMatchObject([
    { finished_at: expect.any(String), deliveries_cut: 5 },
  ])
  expect(await traces(admin, ANAS_TEXTS)).toEqual([])
})

test('a delivery that is nested without end hinders no erasure, whether it is interpreted or waits', async () => {
  const { admin, account, say, contact } = await scene()
  const numbers = { phoneNumberId: account.phoneNumberId, displayPhone: account.displayPhone, wabaId: '1' }
  const nested = (who: object, text: string) =>
    composeTextMessage({ ...numbers, from: '', ...who, text, at: new Date() }).replace(
      /\}$/,
      `,"x":${'['.repeat(5000)}"${ANA.from}"${']'.repeat(5000)}}`,
    )
  await say([ANA, 'ana says one'])
  for (const [who, text] of [
    [ANA, 'ana says two'],
    [BEN, 'ben says one'],
  ] as const)
    expect(await account.deliver(nested(who, text))).toBe(200)
  await server.interpret()
  const { id } = await contact('Ana')
  expect(await account.deliver(nested(ANA, 'ana says three'))).toBe(200)
  expect(await account.deliver(nested(BEN, 'ben says two'))).toBe(200)
  await erase(admin, id)
  await forget()
  await server.interpret()
  expect((await admin.call(listErasures)).erasures).toMatchObject([{ finished_at: expect.any(String) }])
  expect(await traces(admin, ANAS_TEXTS)).toEqual([])
  expect(await traces(admin, ['ben says one', 'ben says two'])).toEqual([
    'deliveries: ben says one',
    'deliveries: ben says two',
    'messages: ben says one',
    'messages: ben says two',
  ])
})

/** Every write to the erasures of an organization calls the function, once for each row. */
async function onErasureOf({ admin }: Scene, body: string): Promise<() => Promise<unknown>> {
  await server.pool.query(`create or replace function on_erasure() returns trigger language plpgsql as $$ ${body} $$`)
  await server.pool.query(
    `create trigger on_erasure before update on contact_erasures for each row when (new.org_id = '${admin.actor.org_id}') execute function on_erasure()`,
  )
  return () => server.pool.query('drop trigger on_erasure on contact_erasures')
}

const isFinished = async ({ admin }: Scene) =>
  (await admin.call(listErasures)).erasures.every(({ finished_at }) => finished_at !== null)

async function erased(): Promise<Scene> {
  const one = await scene()
  await one.say([ANA, 'hello'])
  await server.interpret()
  await erase(one.admin, (await one.contact('Ana')).id)
  return one
}

test('an erasure whose pages fail is put off, and those of other organizations end meanwhile', async () => {
  const failing = await erased()
  const other = await erased()
  const mend = await onErasureOf(
    failing,
    `begin if new.place ->> 'step' <> 'answers' then raise exception 'broken'; end if; return new; end`,
  )
  await forget()
  expect([await isFinished(failing), await isFinished(other)]).toEqual([false, true])
  // It is tried again once its time has come, waits longer then, and ends when it can.
  const waits = async () =>
    Number(
      (
        await server.pool.query(
          `select extract(epoch from (place ->> 'retry_at')::timestamptz - now()) as waits from contact_erasures where org_id = $1`,
          [failing.admin.actor.org_id],
        )
      ).rows[0].waits,
    )
  const isDue = () =>
    server.pool.query(
      `update contact_erasures set place = jsonb_set(place, '{retry_at}', to_jsonb(now())) where org_id = $1`,
      [failing.admin.actor.org_id],
    )
  expect(await waits()).toBeLessThanOrEqual(10)
  await isDue()
  await forget()
  expect(await waits()).toBeGreaterThan(30)
  await mend()
  await isDue()
  await forget()
  expect(await isFinished(failing)).toBe(true)
})

test('an erasure that waits in silence keeps no other waiting, and its transaction ends in the database too', async () => {
  const silent = await erased()
  await server.pool.query('create table timeouts (name text)')
  const undo = await onErasureOf(
    silent,
    `begin insert into timeouts values (current_setting('idle_in_transaction_session_timeout')); perform pg_advisory_xact_lock(4711); return new; end`,
  )
  const other = await erased()
  const holder = await server.pool.connect()
  await holder.query('select pg_advisory_lock(4711)')
  const eraser = openEraser(server, { lookEveryMs: 20, silentMs: 300 })
  try {
    await expect.poll(() => isFinished(other), { timeout: 10_000 }).toBe(true)
    expect(await isFinished(silent)).toBe(false)
  } finally {
    await holder.query('select pg_advisory_unlock(4711)')
    holder.release()
    await eraser.stop()
  }
  // The page that was left to itself ends now, and the others follow.
  await expect.poll(() => forget().then(() => isFinished(silent)), { timeout: 10_000 }).toBe(true)
  await undo()
  const { rows: timeouts } = await server.pool.query('select distinct name from timeouts')
  expect(timeouts).toEqual([{ name: '1min' }])
})

test('an agent cannot erase, and another organization’s contact is not there', async () => {
  const { admin, say, contact } = await scene()
  await say([ANA, 'hello'])
  await server.interpret()
  const { id } = await contact('Ana')
  const agent = await server.newPerson('agent', admin.actor.org_id)
  await expect(erase(agent, id)).rejects.toMatchObject({ status: 403 })
  const stranger = await server.newPerson()
  await expect(erase(stranger, id)).rejects.toMatchObject({ status: 404, problem: { reason: 'contact_missing' } })
  expect((await contact('Ana')).id).toBe(id)
  await erase(admin, id)
  await expect(stranger.call(getContact, { params: { id } })).rejects.toMatchObject({
    problem: { reason: 'contact_missing' },
  })
  await forget()
})
