// What the order of events and the live stream promise: nothing is missed, and nobody sees another organization.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { endSession } from '../access/sessions.ts'
import { getSession } from '../access/schema.ts'
import { changeContactTags, createTag, deleteTags, updateTag } from '../tags/schema.ts'
import { composeTextMessage } from '../channels/whatsapp/compose.ts'
import { closeListeners, listen, portOf } from '../../test/help/listening.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { recordEvents } from './events.ts'
import type { LiveMessage } from './schema.ts'
import { forgetActivity, numberEvents, positionOf } from './sequencing.ts'

let server: TestServer
let second: TestServer
beforeAll(async () => {
  server = await openTestServer({ beatMs: 200 })
  second = await openTestServer({ beside: server })
  for (const each of [server, second]) await each.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  for (const each of [second, server]) {
    // What `fetch` connected without asking anything.
    each.app.server.closeAllConnections()
    await each.close()
  }
})

afterEach(closeListeners)

const put = (person: Person, id: string, add: string[]) =>
  person.call(changeContactTags, { params: { id }, body: { add } })

/** Waits until every committed event has its number: the servers number as well, and nobody waits for another's lock. */
const numberAll = async (timeoutMs = 10_000) => {
  const unnumbered = sql`select from events where seq is null limit 1`
  const until = Date.now() + timeoutMs
  while ((await unnumbered.execute(server.db)).rows.length > 0) {
    if (Date.now() > until) throw new Error(`events without a number after ${timeoutMs} ms`)
    if (!(await numberEvents(server.db))) await sleep(5)
  }
}

test('what one server changes is told by it and by another of the same database', async () => {
  const admin = await server.newPerson()
  const contactId = await sighted(server, admin, { name: 'Ana' })
  const [here, there] = [await listen(server, admin), await listen(second, admin)]
  const tag = await admin.call(createTag, { body: { name: 'VIP', color: 'red' } })
  await put(admin, contactId, [tag.id])
  for (const listener of [here, there]) {
    await expect
      .poll(() => listener.changes(), { timeout: 3000 })
      .toEqual(
        expect.arrayContaining([
          { kind: 'tag.created', tag_ids: [tag.id] },
          { kind: 'contact.tag_added', contact_ids: [contactId], tag_ids: [tag.id] },
        ]),
      )
  }
  const told = here.messages.map(({ data }) => data as LiveMessage)
  const last = told.findLast((message) => message.contacts?.length > 0)!
  expect(last.contacts).toMatchObject([{ id: contactId, display_name: 'Ana', tags: [{ name: 'VIP', color: 'red' }] }])

  await admin.call(updateTag, { params: { id: tag.id }, body: { name: 'Gold' } })
  await admin.call(deleteTags, { body: { ids: [tag.id] } })
  await expect
    .poll(() => there.messages.flatMap(({ data }) => (data as LiveMessage).tags ?? []), { timeout: 3000 })
    .toContainEqual({ id: tag.id, name: 'Gold', color: 'red', deleted: true })
})

test('what is committed late, after younger events were read, is not missed', async () => {
  const admin = await server.newPerson()
  const listener = await listen(server, admin)
  const older = await server.pool.connect()
  try {
    await older.query('begin')
    await older.query(
      `insert into events (org_id, kind, actor_kind, actor_id, actor_name) values ($1, 'operation.started', 'system', 's', 's')`,
      [admin.actor.org_id],
    )
    await server.db
      .transaction()
      .execute((tx) => recordEvents(tx, admin.actor, [{ kind: 'operation.finished', after: { id: 'x' } }]))
    await expect
      .poll(() => listener.changes(), { timeout: 3000 })
      .toEqual([{ kind: 'operation.finished', after: { id: 'x' } }])
    await older.query('commit')
  } finally {
    older.release()
  }
  await expect
    .poll(() => listener.changes().map(({ kind }) => kind), { timeout: 3000 })
    .toEqual(['operation.finished', 'operation.started'])
  const { rows } = await server.pool.query('select kind, seq from events where org_id = $1 order by id', [
    admin.actor.org_id,
  ])
  expect(rows).toEqual([
    { kind: 'operation.started', seq: 2 },
    { kind: 'operation.finished', seq: 1 },
  ])
})

test('many numbering at once give each event one number, without a gap, while others write', async () => {
  const admin = await server.newPerson()
  let writing = true
  const numbering = Array.from({ length: 4 }, async (_, n) => {
    while (writing) await numberEvents(n % 2 === 0 ? server.db : second.db)
  })
  await Promise.all(
    Array.from({ length: 40 }, () =>
      server.db.transaction().execute((tx) =>
        recordEvents(
          tx,
          admin.actor,
          Array.from({ length: 25 }, () => ({ kind: 'operation.progress' as const })),
        ),
      ),
    ),
  )
  writing = false
  await Promise.all(numbering)
  await numberAll()
  const { rows } = await server.pool.query(
    'select count(*)::int as count, count(distinct seq)::int as numbers, min(seq) as first, max(seq) as last from events where org_id = $1',
    [admin.actor.org_id],
  )
  expect(rows).toEqual([{ count: 1000, numbers: 1000, first: 1, last: 1000 }])
  expect(await positionOf(server.db, admin.actor.org_id)).toBe(1000)
})

test('whoever numbers is told to look again while another server is at it, and while more is left', async () => {
  const admin = await server.newPerson()
  await numberAll()
  const record = (count: number) =>
    server.db.transaction().execute((tx) =>
      recordEvents(
        tx,
        admin.actor,
        Array.from({ length: count }, () => ({ kind: 'operation.progress' as const })),
      ),
    )
  const other = await second.pool.connect()
  try {
    await other.query(`select pg_advisory_lock(hashtextextended('earmark:event-order:' || $1, 0))`, [
      admin.actor.org_id,
    ])
    await record(501)
    expect(await numberEvents(server.db)).toBe(true)
    expect(await positionOf(server.db, admin.actor.org_id)).toBe(0)
  } finally {
    await other.query('select pg_advisory_unlock_all()')
    other.release()
  }
  await numberAll()
  expect(await positionOf(server.db, admin.actor.org_id)).toBe(501)
})

test('who was away gets what happened meanwhile, and only that', async () => {
  const admin = await server.newPerson()
  const before = await listen(server, admin)
  const first = await admin.call(createTag, { body: { name: 'First' } })
  await expect.poll(() => before.changes(), { timeout: 3000 }).toHaveLength(1)
  const position = before.messages.at(-1)!.id
  before.close()
  const missed = await admin.call(createTag, { body: { name: 'Missed' } })
  await numberAll()
  for (const headers of [{}, { 'last-event-id': String(position) }]) {
    const again = await listen(second, admin, 'last-event-id' in headers ? { headers } : { after: position })
    await expect.poll(() => again.changes(), { timeout: 3000 }).toEqual([{ kind: 'tag.created', tag_ids: [missed.id] }])
    expect(again.messages[0]).toMatchObject({ type: 'ready', id: position })
    expect(JSON.stringify(again.messages)).not.toContain(first.id)
  }
})

test('a session tells the position from which a stream misses nothing that was read after it', async () => {
  const admin = await server.newPerson()
  const org = admin.actor.org_id
  expect((await admin.call(getSession)).positions).toEqual({ [org]: 0 })
  await admin.call(createTag, { body: { name: 'A' } })
  await numberAll()
  expect((await admin.call(getSession)).positions).toEqual({ [org]: 1 })
})

test(
  'after a hundred thousand events, or from a position that is there no more, everything is to be read again',
  { timeout: 120_000 },
  async () => {
    const admin = await server.newPerson()
    const listener = await listen(server, admin)
    await server.pool.query(
      `insert into events (org_id, kind, contact_id, actor_kind, actor_id, actor_name)
      select $1, 'contact.tag_added', gen_random_uuid(), 'user', 'u', 'u' from generate_series(1, 100000)`,
      [admin.actor.org_id],
    )
    // Some six seconds where nothing else runs.
    await numberAll(90_000)
    expect(await positionOf(server.db, admin.actor.org_id)).toBe(100_000)
    // Nobody is told a hundred thousand ids, however they come to hear of it.
    await expect.poll(() => listener.messages.at(-1)?.id, { timeout: 10_000 }).toBe(100_000)
    expect(JSON.stringify(listener.messages).length).toBeLessThan(100_000)
    const late = await listen(server, admin, { after: 5 })
    await expect
      .poll(() => late.messages.map(({ type, id }) => [type, id]), { timeout: 3000 })
      .toEqual([
        ['ready', 5],
        ['reset', 100_000],
      ])
    const restored = await listen(server, admin, { after: 200_000 })
    await expect.poll(() => restored.messages.map(({ type }) => type), { timeout: 3000 }).toEqual(['ready', 'reset'])
  },
)

test('a message of a known customer is a sign of life with the contact as it is now; forgotten, it leads to reading again', async () => {
  const admin = await server.newPerson()
  const shop = await server.newAccount(admin)
  const write = async (from: string, name: string) => {
    const body = composeTextMessage({
      phoneNumberId: shop.phoneNumberId,
      displayPhone: shop.displayPhone,
      wabaId: '1',
      from,
      name,
      text: 'Hi',
      at: new Date(),
    })
    expect(await shop.deliver(body)).toBe(200)
    await server.interpret()
    server.live.wake()
  }
  await write('4915112345678', 'Ana')
  await numberAll()
  const position = await positionOf(server.db, admin.actor.org_id)
  const listener = await listen(server, admin)
  await write('4915112345678', 'Ana Sousa')
  await expect
    .poll(() => listener.changes(), { timeout: 3000 })
    .toMatchObject([{ kind: 'contact.updated' }, { kind: 'contacts.active' }])
  expect(listener.messages.at(-1)!.data).toMatchObject({ conversations: [{ contact: { display_name: 'Ana Sousa' } }] })

  await server.pool.query(`update events set at = at - interval '2 hours' where org_id = $1`, [admin.actor.org_id])
  await forgetActivity(server.db)
  const late = await listen(server, admin, { after: position })
  await expect.poll(() => late.messages.map(({ type }) => type), { timeout: 3000 }).toEqual(['ready', 'reset'])
})

test('another organization’s changes are never told, and its stream is not found', async () => {
  const [mine, theirs] = [await server.newPerson(), await server.newPerson()]
  const listener = await listen(server, mine, { after: 0 })
  const foreign = await listen(server, mine, { slug: theirs.slug })
  expect(foreign).toMatchObject({ status: 404, problem: { code: 'not_found' } })
  const nobody = await fetch(`http://127.0.0.1:${portOf(server)}/v1/live`, {
    headers: { 'earmark-organization': mine.slug },
  })
  expect(nobody.status).toBe(401)
  const contactId = await sighted(server, theirs)
  const tag = await theirs.call(createTag, { body: { name: 'Theirs' } })
  await put(theirs, contactId, [tag.id])
  const own = await mine.call(createTag, { body: { name: 'Mine' } })
  await expect.poll(() => listener.changes(), { timeout: 3000 }).toEqual([{ kind: 'tag.created', tag_ids: [own.id] }])
  for (const id of [contactId, tag.id, 'Theirs']) expect(JSON.stringify(listener.messages)).not.toContain(id)
})

test('a session that ends, and a membership that is taken away, end the stream', async () => {
  const [admin, agent] = [await server.newPerson(), await server.newPerson('agent')]
  const listeners = [await listen(server, admin), await listen(server, agent)]
  await endSession(server.db, admin.cookie.split('=')[1]!)
  await sql`delete from memberships where user_id = ${agent.actor.id}`.execute(server.db)
  for (const listener of listeners) {
    await expect.poll(() => listener.ended, { timeout: 3000 }).toBe(true)
    expect(listener.messages.at(-1)!.type).toBe('end')
  }
})

test('a person’s twenty-first stream is refused with a sentence, until one is closed', async () => {
  const admin = await server.newPerson()
  const listeners = await Promise.all(Array.from({ length: 20 }, () => listen(server, admin)))
  expect(listeners.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  expect(await listen(server, admin)).toMatchObject({ status: 429, problem: { reason: 'too_many_streams' } })
  listeners[0]!.close()
  await expect.poll(async () => (await listen(server, admin)).status, { timeout: 3000 }).toBe(200)
})

test('a client that does not read is cut off, and the others are told on', async () => {
  const admin = await server.newPerson()
  const quick = await listen(server, admin)
  const slow = connect(portOf(server), '127.0.0.1')
  slow.write(
    `GET /v1/live HTTP/1.1\r\nhost: x\r\ncookie: ${admin.cookie}\r\nearmark-organization: ${admin.slug}\r\n\r\n`,
  )
  slow.pause()
  slow.on('error', () => {})
  const closed = new Promise<void>((resolve) => slow.once('close', () => resolve()))
  const bytes = 'x'.repeat(400_000)
  // More than what the sockets of both sides hold.
  for (let n = 0; n < 30; n++) {
    await server.db
      .transaction()
      .execute((tx) => recordEvents(tx, admin.actor, [{ kind: 'operation.progress', after: { bytes } }]))
    server.live.wake()
    await expect.poll(() => quick.changes().length, { timeout: 5000 }).toBe(n + 1)
  }
  slow.resume()
  await closed
})

test('a server that stops ends its streams at once', async () => {
  const third = await openTestServer({ beside: server })
  await third.app.listen({ port: 0, host: '127.0.0.1' })
  const admin = await server.newPerson()
  const listener = await listen(third, admin)
  const began = Date.now()
  await third.close()
  await expect.poll(() => listener.ended).toBe(true)
  expect(Date.now() - began).toBeLessThan(2000)
})
