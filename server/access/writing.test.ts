// What an idempotency key promises: the same call twice does its work once.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWhatsAppAccount, listWhatsAppAccounts } from '../channels/schema.ts'
import { playMessage } from '../test-phone/schema.ts'
import { newId } from '../lib/ids.ts'
import type { RouteDef } from '../lib/route.ts'
import { createTag, deleteTags, listTags } from '../tags/schema.ts'
import { createTag as createTagRow } from '../tags/tags.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { forgetOldKeys, writeOnce } from './writing.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const send = (person: Person, route: RouteDef, key: string, body: object) =>
  server.app.inject({
    method: route.method.toUpperCase() as 'POST',
    url: route.path,
    headers: {
      cookie: person.cookie,
      'earmark-organization': person.slug,
      'earmark-request': 'test',
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    payload: JSON.stringify(body),
  })

const names = async (person: Person) => (await person.call(listTags)).tags.map((tag) => tag.name)
const keysOf = async (person: Person) =>
  (await server.pool.query('select key, answer from idempotency_keys where org_id = $1', [person.actor.org_id])).rows

test('the same call twice under one key adds one tag, and the second gets the answer of the first', async () => {
  const admin = await server.newPerson()
  const first = await send(admin, createTag, 'key-1', { name: 'VIP' })
  const second = await send(admin, createTag, 'key-1', { name: 'VIP' })
  expect([first.statusCode, second.statusCode]).toEqual([201, 201])
  expect(second.json()).toEqual(first.json())
  expect([first.headers['idempotency-replayed'], second.headers['idempotency-replayed']]).toEqual([undefined, 'true'])
  expect(await names(admin)).toEqual(['VIP'])
})

test('what came of it meanwhile does not matter to a repeat, and it does nothing', async () => {
  const admin = await server.newPerson()
  const { id } = (await send(admin, createTag, 'make', { name: 'Gone' })).json() as { id: string }
  const gone = await send(admin, deleteTags, 'delete', { ids: [id] })
  expect((await send(admin, createTag, 'make', { name: 'Gone' })).json()).toMatchObject({ id })
  expect(await names(admin)).toEqual([])
  expect((await send(admin, deleteTags, 'delete', { ids: [id] })).json()).toEqual(gone.json())
})

test('many at once under one key do their work once, and all get its answer', async () => {
  const admin = await server.newPerson()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => send(admin, createTag, 'at-once', { name: 'Once' })),
  )
  expect(answers.map((answer) => answer.statusCode)).toEqual(Array.from({ length: 8 }, () => 201))
  expect(new Set(answers.map((answer) => answer.body)).size).toBe(1)
  expect(answers.filter((answer) => answer.headers['idempotency-replayed'] === undefined)).toHaveLength(1)
  expect(await names(admin)).toEqual(['Once'])
})

test('the same key with another call is refused', async () => {
  const admin = await server.newPerson()
  await send(admin, createTag, 'reused', { name: 'A' })
  for (const other of [
    await send(admin, createTag, 'reused', { name: 'B' }),
    await send(admin, deleteTags, 'reused', { ids: [newId()] }),
  ]) {
    expect(other.statusCode).toBe(422)
    expect(other.json()).toMatchObject({ reason: 'idempotency_key_reused', field: 'Idempotency-Key' })
  }
  expect(await names(admin)).toEqual(['A'])
})

test('the same key of another organization, or of a colleague, has nothing to do with it', async () => {
  const admin = await server.newPerson()
  const colleague = await server.newPerson('admin', admin.actor.org_id)
  const stranger = await server.newPerson()
  await send(admin, createTag, 'mine', { name: 'A' })
  expect((await send(colleague, createTag, 'mine', { name: 'B' })).statusCode).toBe(201)
  expect((await send(stranger, createTag, 'mine', { name: 'A' })).headers['idempotency-replayed']).toBeUndefined()
  expect(await names(admin)).toEqual(['A', 'B'])
  expect(await names(stranger)).toEqual(['A'])
})

test('a refused call keeps nothing, so that it can succeed later under its key', async () => {
  const admin = await server.newPerson()
  const taken = await admin.call(createTag, { body: { name: 'Taken' } })
  expect((await send(admin, createTag, 'refused', { name: 'taken' })).statusCode).toBe(409)
  expect(await keysOf(admin)).toEqual([])
  await admin.call(deleteTags, { body: { ids: [taken.id] } })
  expect((await send(admin, createTag, 'refused', { name: 'taken' })).statusCode).toBe(201)
})

test('a transaction that is killed leaves neither its work nor its key, and who waited for it does the work', async () => {
  const admin = await server.newPerson()
  const request = { key: 'killed', operationId: 'test', params: {}, query: {}, body: {} }
  const working = Promise.withResolvers<number>()
  const killed = Promise.withResolvers<void>()
  const first = writeOnce(server, admin.actor, request, async (tx) => {
    await createTagRow(tx, admin.actor, { name: 'Lost', description: '', color: null })
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
    working.resolve(rows[0]!.pid)
    await killed.promise
    return { status: 200, body: 'done by the first' }
  }).catch((error: unknown) => error)
  const pid = await working.promise
  const second = writeOnce(server, admin.actor, request, async () => ({ status: 200, body: 'done by the second' }))
  await expect
    .poll(
      async () =>
        (await server.pool.query('select from pg_stat_activity where $1 = any(pg_blocking_pids(pid))', [pid])).rowCount,
    )
    .toBe(1)
  await server.pool.query('select pg_terminate_backend($1)', [pid])
  killed.resolve()
  expect(await first).toBeInstanceOf(Error)
  expect(await second).toEqual({ answer: { status: 200, body: 'done by the second' }, replayed: false })
  expect(await names(admin)).toEqual([])
})

/** A call with an API key. */
const sendBy = (secret: string, route: RouteDef, key: string, body: object) =>
  server.app.inject({
    method: route.method.toUpperCase() as 'POST',
    url: route.path,
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'idempotency-key': key },
    payload: JSON.stringify(body),
  })

test('for an API key a refusal is kept as well, and nothing of the refused work is', async () => {
  const admin = await server.newPerson()
  const { secret } = await server.newKey(admin)
  const taken = await admin.call(createTag, { body: { name: 'Taken' } })
  const first = await sendBy(secret, createTag, 'refused', { name: 'taken' })
  expect([first.statusCode, first.headers['idempotency-replayed']]).toEqual([409, undefined])
  await admin.call(deleteTags, { body: { ids: [taken.id] } })
  const second = await sendBy(secret, createTag, 'refused', { name: 'taken' })
  expect([second.statusCode, second.headers['idempotency-replayed']]).toEqual([409, 'true'])
  const same = ({ request_id: _differs, ...problem }: Record<string, unknown>) => problem
  expect(same(second.json())).toEqual(same(first.json()))
  expect((await sendBy(secret, createTag, 'refused', { name: 'other' })).statusCode).toBe(422)
  expect((await sendBy(secret, createTag, 'another', { name: 'taken' })).statusCode).toBe(201)
  expect(await names(admin)).toEqual(['taken'])
})

test('for an API key an input of the wrong shape is refused once: a repeat is the same, another body under the key is refused', async () => {
  const admin = await server.newPerson()
  const { secret } = await server.newKey(admin)
  const wrong = () => sendBy(secret, createTag, 'shape', { name: '' })
  const [first, second] = [await wrong(), await wrong()]
  for (const answer of [first, second])
    expect([answer.statusCode, answer.json()]).toMatchObject([422, { reason: 'tag_name_missing', field: 'name' }])
  expect([first, second].map(({ headers }) => headers['idempotency-replayed'])).toEqual([undefined, 'true'])
  expect((await sendBy(secret, createTag, 'shape', { name: 'Right' })).json()).toMatchObject({
    status: 422,
    reason: 'idempotency_key_reused',
  })
  expect((await sendBy(secret, createTag, 'right', { name: 'Right' })).statusCode).toBe(201)
  expect((await sendBy(secret, createTag, 'right', { name: '' })).json()).toMatchObject({
    reason: 'idempotency_key_reused',
  })
  expect(await names(admin)).toEqual(['Right'])
  // People mend what was refused, and try again under the same key.
  expect((await send(admin, createTag, 'mine', { name: '' })).statusCode).toBe(422)
  expect((await send(admin, createTag, 'mine', { name: 'Mended' })).statusCode).toBe(201)
})

test('for an API key a call is refused while its twin is under way, and is answered as it was afterwards', async () => {
  const admin = await server.newPerson()
  const { id } = await server.newKey(admin)
  const actor = { kind: 'api_key', key_kind: 'third_party', org_id: admin.actor.org_id, id, name: 'CRM' } as const
  const request = { key: 'twin', operationId: 'test', params: {}, query: {}, body: {} }
  const [begun, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const first = writeOnce(server, actor, request, async () => {
    begun.resolve()
    await finish.promise
    return { status: 200, body: 'done' }
  })
  await begun.promise
  const twin = () => writeOnce(server, actor, request, async () => ({ status: 200, body: 'done twice' }))
  await expect(twin()).rejects.toMatchObject({ status: 409, details: { reason: 'idempotency_twin' } })
  finish.resolve()
  const done = { answer: { status: 200, body: 'done' } }
  expect(await first).toEqual({ ...done, replayed: false })
  expect(await twin()).toEqual({ ...done, replayed: true })
})

test('a key is 1 to 200 visible characters', async () => {
  const admin = await server.newPerson()
  for (const key of ['', 'k'.repeat(201), 'two words'])
    expect((await send(admin, createTag, key, { name: 'A' })).json()).toMatchObject({
      status: 422,
      field: 'Idempotency-Key',
    })
  expect((await send(admin, createTag, 'k'.repeat(200), { name: 'A' })).statusCode).toBe(201)
})

test('an answer that holds a secret is kept sealed and repeated whole', async () => {
  const admin = await server.newPerson()
  const body = { name: 'Shop', portfolio_id: '1', waba_id: '2', app_secret: 'a-secret' }
  const first = await send(admin, createWhatsAppAccount, 'connect', body)
  const { verify_token: token } = first.json() as { verify_token: string }
  expect(token.length).toBeGreaterThan(20)
  const [{ answer }] = (await keysOf(admin)) as [{ answer: Buffer }]
  for (const secret of [token, 'a-secret', 'Shop']) expect(answer.includes(secret)).toBe(false)
  expect((await send(admin, createWhatsAppAccount, 'connect', body)).json()).toEqual(first.json())
  expect((await admin.call(listWhatsAppAccounts)).accounts).toHaveLength(1)
})

test('a played message that is repeated is played once', async () => {
  const admin = await server.newPerson()
  for (let n = 0; n < 2; n++)
    expect((await send(admin, playMessage, 'play', { from: '+15550101111', text: 'Hello' })).statusCode).toBe(204)
  await server.interpret()
  const { rows } = await server.pool.query('select text from messages where org_id = $1', [admin.actor.org_id])
  expect(rows).toEqual([{ text: 'Hello' }])
})

test('keys are forgotten after 24 hours, not before', async () => {
  const admin = await server.newPerson()
  for (const [key, hours] of [
    ['old', 25],
    ['young', 23],
  ] as const) {
    await send(admin, createTag, key, { name: key })
    await server.pool.query(
      'update idempotency_keys set created_at = now() - make_interval(hours => $3) where org_id = $1 and key = $2',
      [admin.actor.org_id, key, hours],
    )
  }
  await forgetOldKeys(server.db)
  expect(await keysOf(admin)).toMatchObject([{ key: 'young' }])
})
