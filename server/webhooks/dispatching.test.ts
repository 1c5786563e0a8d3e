// What webhooks promise: every event at least once, each contact's in order, whatever fails, restarts or is killed.
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Webhook as Official } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { listAuditEntries } from '../audit/schema.ts'
import { getSession } from '../access/schema.ts'
import { recordEvents } from '../events/events.ts'
import { EVENT_TYPES, listEvents, type EventType } from '../events/schema.ts'
import { newId } from '../lib/ids.ts'
import { changeContactTags, createTag } from '../tags/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openReceiver, type Receiver } from '../../test/help/receiver.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { openDispatcher, type Dispatcher, type DispatchPace } from './dispatching.ts'
import {
  createWebhook,
  getDispatch,
  getWebhook,
  listDispatches,
  replayDispatch,
  replayWebhook,
  rotateWebhook,
  switchOffWebhook,
  switchOnWebhook,
  updateWebhook,
  type Webhook,
} from './schema.ts'

let server: TestServer
let second: TestServer
beforeAll(async () => {
  server = await openTestServer()
  second = await openTestServer({ beside: server })
})
afterAll(async () => {
  await second.close()
  await server.close()
})

const opened: { close?: () => Promise<void>; stop?: () => Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await (each.stop ?? each.close)!()
})

const QUICK: Partial<DispatchPace> = { gapsMs: [50], lookEveryMs: 30, firstPauseMs: 100, mostPauseMs: 200 }

function dispatch(changes: Partial<DispatchPace> = {}, on: TestServer = server): Dispatcher {
  const dispatcher = openDispatcher(on, { ...QUICK, ...changes })
  opened.push(dispatcher)
  return dispatcher
}

async function receive(): Promise<Receiver> {
  const receiver = await openReceiver()
  opened.push(receiver)
  return receiver
}

interface Scene {
  admin: Person
  receiver: Receiver
  webhook: Webhook
  secret: string
  now(): Promise<Webhook>
}

async function scene({
  types = [...EVENT_TYPES] as EventType[],
  admin,
}: { types?: EventType[]; admin?: Person } = {}): Promise<Scene> {
  const receiver = await receive()
  const person = admin ?? (await server.newPerson())
  const { webhook, secret } = await person.call(createWebhook, { body: { url: receiver.url, types } })
  return {
    admin: person,
    receiver,
    webhook,
    secret,
    now: () => person.call(getWebhook, { params: { id: webhook.id } }),
  }
}

/** Events of contacts that only the log knows: `a1` is the first of contact a. */
async function happen({ actor }: Person, names: readonly string[], contacts = new Map<string, string>()) {
  for (const name of names) if (!contacts.has(name[0]!)) contacts.set(name[0]!, newId())
  await server.db.transaction().execute((tx) =>
    recordEvents(
      tx,
      actor,
      names.map((name) => ({ kind: 'contact.updated', contact_id: contacts.get(name[0]!)!, after: { name } })),
    ),
  )
  return contacts
}
const namesOf = (events: readonly { after: unknown }[]) => events.map(({ after }) => (after as { name: string }).name)
const until = (check: () => unknown, timeout = 10_000) => vi.waitFor(check, { timeout, interval: 20 })
const params = ({ webhook: { id } }: Scene) => ({ id })

test('an event is sent as GET /v1/events tells it, signed so that the official library takes it', async () => {
  const it = await scene()
  const tag = await it.admin.call(createTag, { body: { name: 'VIP' } })
  const contact = await sighted(server, it.admin, { wa_id: '34600123456', name: 'Ana' })
  await it.admin.call(changeContactTags, { params: { id: contact }, body: { add: [tag.id] } })
  dispatch()
  await until(() => expect(it.receiver.accepted()).toHaveLength(3))
  const { events } = await it.admin.call(listEvents)
  expect(it.receiver.accepted().toSorted((a, b) => a.id - b.id)).toEqual(events)
  for (const { text, headers } of it.receiver.received) {
    expect(new Official(it.secret).verify(text, headers)).toEqual(JSON.parse(text))
    expect(() => new Official(it.secret).verify(text.replace('VIP', 'VIB').replace('Ana', 'Eve'), headers)).toThrow(
      'No matching signature',
    )
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Earmark\//),
    })
  }
  const { dispatches } = await it.admin.call(listDispatches, { params: params(it) })
  expect(dispatches).toMatchObject(
    events.toReversed().map(({ id, type }) => ({ event_id: id, type, state: 'accepted', attempts: 1, status: 204 })),
  )
  expect(new Set(dispatches.map(({ webhook_id }) => webhook_id))).toEqual(
    new Set(it.receiver.received.map(({ headers }) => headers['webhook-id'])),
  )
})

test('an event that fails holds back later ones of its contact, and nobody else', async () => {
  const it = await scene()
  let broken = true
  it.receiver.answer = ({ after }) =>
    broken && (after as { name: string }).name === 'a1' ? { status: 500, body: '<b>out of order</b>\0' } : null
  await happen(it.admin, ['a1', 'b1', 'a2', 'b2', 'c1', 'a3'])
  dispatch()
  await until(() => expect(namesOf(it.receiver.accepted()).toSorted()).toEqual(['b1', 'b2', 'c1']))
  await until(() =>
    expect(it.receiver.received.filter(({ event }) => namesOf([event])[0] === 'a1').length).toBeGreaterThan(3),
  )
  const { dispatches } = await it.admin.call(listDispatches, { params: params(it), query: { states: 'waiting' } })
  expect(dispatches).toMatchObject([{ attempts: 0 }, { attempts: 0 }, { status: 500 }])
  const detail = await it.admin.call(getDispatch, {
    params: { ...params(it), event_id: String(dispatches[2]!.event_id) },
  })
  expect(detail).toMatchObject({ answer: '<b>out of order</b>', body: { after: { name: 'a1' } } })
  expect(detail.tries.length).toBeGreaterThan(2)
  broken = false
  await until(() => expect(it.receiver.accepted()).toHaveLength(6))
  expect(namesOf(it.receiver.accepted()).filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
  await until(async () => expect(await it.now()).toMatchObject({ failing_since: null, waiting: 0 }))
})

test('after three days it is given up, what follows goes on, and it can be replayed', async () => {
  const it = await scene()
  it.receiver.answer = ({ after }) => ((after as { name: string }).name === 'a1' ? { status: 422 } : null)
  await happen(it.admin, ['a1', 'a2', 'b1'])
  dispatch({ giveUpMs: 250 })
  await until(() => expect(namesOf(it.receiver.accepted())).toEqual(['b1', 'a2']))
  await until(async () => expect(await it.now()).toMatchObject({ waiting: 0, given_up: 1, off_at: null }))
  const { dispatches } = await it.admin.call(listDispatches, { params: params(it), query: { states: 'given_up' } })
  expect(dispatches).toMatchObject([{ status: 422, state: 'given_up' }])
  it.receiver.answer = () => null
  const again = { params: { ...params(it), event_id: String(dispatches[0]!.event_id) } }
  expect(await it.admin.call(replayDispatch, again)).toMatchObject({ state: 'waiting', replayed: true, attempts: 0 })
  await until(() => expect(namesOf(it.receiver.accepted())).toEqual(['b1', 'a2', 'a1']))
  const ids = it.receiver.received
    .filter(({ event }) => namesOf([event])[0] === 'a1')
    .map(({ headers }) => headers['webhook-id'])
  expect(new Set(ids).size).toBe(1)
})

test('all that failed is replayed, and all of a span of time, also what the log has forgotten', async () => {
  const it = await scene()
  it.receiver.answer = ({ after }) => ((after as { name: string }).name < 'c' ? { status: 422 } : null)
  await happen(it.admin, ['a1', 'a2', 'b1', 'c1', 'c2'])
  dispatch({ giveUpMs: 100 })
  await until(async () => expect(await it.now()).toMatchObject({ waiting: 0, given_up: 3 }))
  it.receiver.answer = () => null
  expect(await it.admin.call(replayWebhook, { params: params(it), body: { which: 'given_up' } })).toEqual({ count: 3 })
  await until(() => expect(it.receiver.accepted()).toHaveLength(5))
  expect(namesOf(it.receiver.accepted()).filter((name) => name < 'b')).toEqual(['a1', 'a2'])

  await until(async () => expect(await it.now()).toMatchObject({ waiting: 0 }))
  await server.pool.query(
    `delete from webhook_dispatches where endpoint_id = $1 and event_seq in (select min(event_seq) from webhook_dispatches where endpoint_id = $1)`,
    [it.webhook.id],
  )
  it.receiver.received.length = 0
  const hour = {
    from: new Date(Date.now() - 3_600_000).toISOString(),
    before: new Date(Date.now() + 1000).toISOString(),
  }
  expect(await it.admin.call(replayWebhook, { params: params(it), body: { which: 'all', ...hour } })).toEqual({
    count: 5,
  })
  await until(() => expect(it.receiver.accepted()).toHaveLength(5))
  const order = namesOf(it.receiver.accepted())
  for (const contact of ['a', 'c'])
    expect(order.filter((name) => name[0] === contact)).toEqual([`${contact}1`, `${contact}2`])
  const before = { ...hour, before: new Date(Date.now() - 1_800_000).toISOString() }
  expect(await it.admin.call(replayWebhook, { params: params(it), body: { which: 'all', ...before } })).toEqual({
    count: 0,
  })
})

test('an endpoint that takes nothing is left alone for growing whiles, and switched off after three days with everything kept', async () => {
  const it = await scene()
  it.receiver.answer = () => ({ status: 503, headers: { 'retry-after': '0' } })
  const names = Array.from({ length: 40 }, (_, n) => `${String.fromCharCode(97 + (n % 20))}${n}`)
  await happen(it.admin, names)
  dispatch({ deadMs: 700, giveUpMs: 700 })
  await until(async () =>
    expect(await it.now()).toMatchObject({ off_reason: 'dead', off_by: null, waiting: 40, given_up: 0 }),
  )
  // The first came together, then one at a time.
  expect(it.receiver.received.length).toBeLessThan(30)
  expect((await it.admin.call(getSession)).stopped_webhooks).toEqual([it.admin.actor.org_id])
  const { entries } = await it.admin.call(listAuditEntries, { query: { acts: 'webhook.switched_off' } })
  expect(entries).toMatchObject([
    { actor: { kind: 'system' }, details: { reason: 'dead' }, subject: { id: it.webhook.id } },
  ])

  it.receiver.answer = () => null
  await it.admin.call(switchOnWebhook, { params: params(it), body: { from: 'waiting' } })
  expect((await it.admin.call(getSession)).stopped_webhooks).toEqual([])
  await until(() => expect(it.receiver.accepted()).toHaveLength(40))
  const order = namesOf(it.receiver.accepted())
  for (let n = 0; n < 20; n++) expect(order.indexOf(names[n]!)).toBeLessThan(order.indexOf(names[n + 20]!))
})

test('an endpoint that is back after a while gets all that waits at once', async () => {
  const it = await scene()
  it.receiver.answer = () => 'breaks'
  await happen(
    it.admin,
    Array.from({ length: 12 }, (_, n) => `${String.fromCharCode(97 + n)}1`),
  )
  // Without a next attempt of its own within this test.
  dispatch({ gapsMs: [60_000] })
  await until(async () => expect(await it.now()).toMatchObject({ paused_until: expect.any(String), waiting: 12 }))
  it.receiver.answer = () => null
  await happen(it.admin, ['z1'])
  await until(() => expect(it.receiver.accepted()).toHaveLength(13))
})

test('410 switches it off, switching on from now passes over what waits, and it stays replayable', async () => {
  const it = await scene()
  it.receiver.answer = () => ({ status: 410 })
  await happen(it.admin, ['a1', 'a2'])
  dispatch()
  await until(async () => expect(await it.now()).toMatchObject({ off_reason: 'gone' }))
  await happen(it.admin, ['a3'])
  await it.admin.call(switchOffWebhook, { params: params(it) })
  expect((await it.admin.call(getSession)).stopped_webhooks).toEqual([])
  it.receiver.answer = () => null
  // The third has its number by then, and is passed over too.
  await it.admin.call(listEvents)
  await it.admin.call(switchOnWebhook, { params: params(it), body: { from: 'now' } })
  await happen(it.admin, ['a4'])
  await until(() => expect(namesOf(it.receiver.accepted())).toEqual(['a4']))
  await until(async () => expect(await it.now()).toMatchObject({ given_up: 2, waiting: 0 }))
  const { dispatches } = await it.admin.call(listDispatches, { params: params(it), query: { states: 'given_up' } })
  expect(dispatches.map(({ failure }) => failure)).toEqual(['skipped', 'skipped'])
})

test('Retry-After puts the endpoint off, within reason', async () => {
  const it = await scene()
  let first = true
  it.receiver.answer = () => {
    const answer = first ? ({ status: 429, headers: { 'retry-after': '1' } } as const) : null
    first = false
    return answer
  }
  await happen(it.admin, ['a1'])
  dispatch()
  await until(() => expect(it.receiver.accepted()).toHaveLength(1))
  const [refused, accepted] = it.receiver.received
  expect(accepted!.at - refused!.at).toBeGreaterThan(950)
})

test('what hangs, breaks off, redirects or answers without end fails, and is described', async () => {
  const it = await scene()
  const elsewhere = await receive()
  it.receiver.answer = ({ after }) =>
    ({
      a1: 'silent' as const,
      b1: 'breaks' as const,
      c1: { status: 302, headers: { location: elsewhere.url } },
      d1: { status: 200, body: 'x'.repeat(3_000_000) },
    })[namesOf([{ after }])[0]!] ?? null
  await happen(it.admin, ['a1', 'b1', 'c1', 'd1', 'e1'])
  dispatch({ timeoutMs: 300, gapsMs: [60_000] })
  await until(async () => {
    const { dispatches } = await it.admin.call(listDispatches, { params: params(it) })
    expect(dispatches.map(({ state, status, failure }) => [state, status, failure])).toEqual([
      ['accepted', 204, null],
      ['accepted', 200, null],
      ['waiting', 302, null],
      ['waiting', null, 'unreachable'],
      ['waiting', null, 'silent'],
    ])
    const long = await it.admin.call(getDispatch, {
      params: { ...params(it), event_id: String(dispatches[1]!.event_id) },
    })
    expect(long.answer).toBe('x'.repeat(4096))
  })
  expect(elsewhere.received).toEqual([])
})

test('after a rotation both secrets sign for a day, then the new one alone', async () => {
  const it = await scene()
  const { secret, webhook } = await it.admin.call(rotateWebhook, { params: params(it) })
  expect(secret).not.toBe(it.secret)
  expect(Date.parse(webhook.old_secret_until!) - Date.now()).toBeGreaterThan(23.9 * 3_600_000)
  dispatch()
  await happen(it.admin, ['a1'])
  await until(() => expect(it.receiver.accepted()).toHaveLength(1))
  const [one] = it.receiver.received
  for (const each of [secret, it.secret])
    expect(new Official(each).verify(one!.text, one!.headers)).toMatchObject({ type: 'contact.updated' })
  await server.pool.query(`update webhook_endpoints set old_until = now() where id = $1`, [it.webhook.id])
  await happen(it.admin, ['a2'])
  await until(() => expect(it.receiver.accepted()).toHaveLength(2))
  const [, two] = it.receiver.received
  expect(() => new Official(it.secret).verify(two!.text, two!.headers)).toThrow('No matching signature')
  expect(new Official(secret).verify(two!.text, two!.headers)).toMatchObject({ after: { name: 'a2' } })
})

test('a slow endpoint does not hold up another, and neither is sent more at once than it should', async () => {
  const slow = await scene()
  const other = await scene({ admin: slow.admin })
  slow.receiver.answer = () => 'silent'
  const names = Array.from({ length: 200 }, (_, n) => `${String.fromCharCode(97 + n)}${n}`)
  await happen(slow.admin, names)
  dispatch()
  await until(() => expect(other.receiver.accepted()).toHaveLength(200))
  expect(slow.receiver.accepted()).toEqual([])
  expect(slow.receiver.most).toBe(16)
  expect(other.receiver.most).toBeLessThanOrEqual(16)
})

test('only chosen types are told, changed types and addresses count for what comes, and long stretches of others cost nothing', async () => {
  const it = await scene({ types: ['tag.created'] })
  const { org_id } = it.admin.actor
  await server.pool.query(
    `insert into events (org_id, kind, actor_kind, actor_id, actor_name) select $1, 'contacts.active', 'system', 'system', 'Earmark' from generate_series(1, 45000)`,
    [org_id],
  )
  await it.admin.call(createTag, { body: { name: 'One' } })
  dispatch()
  await until(() => expect(it.receiver.accepted().map(({ type }) => type)).toEqual(['tag.created']), 30_000)
  const moved = await receive()
  await it.admin.call(updateWebhook, { params: params(it), body: { url: moved.url, types: ['contact.updated'] } })
  await it.admin.call(createTag, { body: { name: 'Two' } })
  await happen(it.admin, ['a1'])
  await until(() => expect(namesOf(moved.accepted())).toEqual(['a1']))
  expect(it.receiver.received).toHaveLength(1)
})

test('of two servers one sends to an endpoint at a time: nothing twice at once, all in order', async () => {
  const it = await scene()
  it.receiver.answer = (_, n) => (n % 10 === 0 ? { status: 500 } : { status: 204, afterMs: 5 })
  const names = Array.from({ length: 300 }, (_, n) => `${String.fromCharCode(97 + (n % 25))}${n}`)
  dispatch()
  dispatch({}, second)
  await happen(it.admin, names)
  await until(() => expect(it.receiver.accepted()).toHaveLength(300), 30_000)
  expect(it.receiver.mostOfOne).toBe(1)
  expectInOrder(namesOf(it.receiver.accepted()))
  expect(it.receiver.received.length).toBe(300 + it.receiver.received.filter(({ status }) => status === 500).length)
})

test('a server that loses the connection of its lock sends on with another, and nothing is lost or out of order', async () => {
  const it = await scene()
  it.receiver.answer = () => ({ status: 204, afterMs: 10 })
  const names = Array.from({ length: 300 }, (_, n) => `${String.fromCharCode(97 + (n % 25))}${n}`)
  await happen(it.admin, names)
  dispatch()
  await until(() => expect(it.receiver.accepted().length).toBeGreaterThan(50))
  await server.pool.query(
    `select pg_terminate_backend(l.pid) from pg_locks l where l.locktype = 'advisory' and l.pid <> pg_backend_pid() and l.database = (select oid from pg_database where datname = current_database())`,
  )
  await until(() => expect(it.receiver.accepted()).toHaveLength(300), 30_000)
  expectInOrder(namesOf(it.receiver.accepted()))
})

function expectInOrder(names: readonly string[]): void {
  const last = new Map<string, number>()
  for (const name of names) {
    const n = Number(name.slice(1))
    expect(n).toBeGreaterThan(last.get(name[0]!) ?? -1)
    last.set(name[0]!, n)
  }
}

test('killed again and again at any moment it loses nothing and keeps the order', async () => {
  const it = await scene()
  it.receiver.answer = (_, n) => (n % 10 === 0 ? { status: 500 } : { status: 204, afterMs: 2 })
  const names = Array.from({ length: 1500 }, (_, n) => `${String.fromCharCode(97 + (n % 50))}${n}`)
  await happen(it.admin, names)
  const program = fileURLToPath(new URL('../../test/help/dispatcher-process.ts', import.meta.url))
  const start = (): ChildProcess =>
    spawn(process.execPath, [program, server.databaseUrl], { stdio: ['ignore', 'ignore', 'inherit'] })
  let child = start()
  try {
    for (const reached of [100, 500, 900]) {
      await until(() => expect(it.receiver.received.length).toBeGreaterThan(reached), 30_000)
      child.kill('SIGKILL')
      child = start()
    }
    await until(() => expect(it.receiver.accepted()).toHaveLength(1500), 60_000)
  } finally {
    child.kill('SIGKILL')
  }
  expectInOrder(namesOf(it.receiver.accepted()))
}, 180_000)
