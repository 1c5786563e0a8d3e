// What signing in, the first set-up and the guard of every route promise.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listContacts } from '../contacts/schema.ts'
import { hashPassword } from '../lib/password.ts'
import { newId } from '../lib/ids.ts'
import { createTag } from '../tags/schema.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { prepareFirstSetup } from './setup.ts'
import { forgetOldSessions } from './sessions.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const console_ = { 'earmark-request': 'test', 'content-type': 'application/json' }
const post = (url: string, body: object, headers: Record<string, string> = console_) =>
  server.app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) })

test('the first set-up happens once, by a link that was printed, and signs in', async () => {
  const path = await prepareFirstSetup(server.db, undefined)
  const token = new URL(path!, 'http://x').searchParams.get('token')!
  const input = {
    token,
    organization: 'Café “Ñandú”',
    name: 'Ana',
    email: 'Ana@Example.com',
    password: 'correct horse battery',
  }
  expect((await post('/auth/setup', { ...input, token: 'guessed' })).statusCode).toBe(403)
  const short = await post('/auth/setup', { ...input, password: 'short' })
  expect(short.json()).toMatchObject({ status: 422, field: 'password' })

  const [one, two] = await Promise.all([
    post('/auth/setup', input),
    post('/auth/setup', { ...input, email: 'b@example.com' }),
  ])
  expect([one.statusCode, two.statusCode].toSorted((a, b) => a - b)).toEqual([201, 409])
  const done = one.statusCode === 201 ? one : two
  expect(done.json().organizations).toMatchObject([{ slug: 'cafe-nandu', role: 'admin' }])
  const [cookie] = done.cookies
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
  expect((await post('/auth/setup', input)).statusCode).toBe(403)
  expect(await prepareFirstSetup(server.db, undefined)).toBeNull()
})

test('signing in needs the right password, and says no in one way whatever was wrong', async () => {
  const email = 'sign-in@example.com'
  await server.db
    .insertInto('users')
    .values({ id: newId(), email, email_key: email, name: 'S', password_hash: await hashPassword('a long password') })
    .execute()
  const wrong = await post('/auth/session', { email, password: 'not it' })
  const unknown = await post('/auth/session', { email: 'nobody@example.com', password: 'not it' })
  expect([wrong.statusCode, unknown.statusCode]).toEqual([401, 401])
  expect(wrong.json().detail).toBe(unknown.json().detail)

  const right = await post('/auth/session', { email: ' Sign-In@example.COM ', password: 'a long password' })
  expect(right.statusCode).toBe(200)
  const cookie = `earmark-session=${right.cookies[0]!.value}`
  expect((await server.app.inject({ url: '/auth/session', headers: { cookie } })).statusCode).toBe(200)
  expect(
    (await server.app.inject({ method: 'DELETE', url: '/auth/session', headers: { cookie, 'earmark-request': '1' } }))
      .statusCode,
  ).toBe(204)
  expect((await server.app.inject({ url: '/auth/session', headers: { cookie } })).statusCode).toBe(401)
})

test('many wrong passwords at once are stopped, and a right one is not found among them', async () => {
  const email = 'victim@example.com'
  await server.db
    .insertInto('users')
    .values({ id: newId(), email, email_key: email, name: 'V', password_hash: await hashPassword('a long password') })
    .execute()
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, n) => post('/auth/session', { email, password: `guess ${n}` })),
  )
  const statuses = answers.map((answer) => answer.statusCode)
  expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10)
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(20)
  const late = await post('/auth/session', { email, password: 'a long password' })
  expect(late.statusCode).toBe(429)
  expect(Number(late.headers['retry-after'])).toBeGreaterThan(0)
})

test('a write that does not come from the console is refused, cookie or not', async () => {
  const admin = await server.newPerson()
  const headers = { cookie: admin.cookie, 'earmark-organization': admin.slug, 'content-type': 'application/json' }
  const attempts: Record<string, string>[] = [
    {},
    { 'earmark-request': '1', origin: 'https://evil.example' },
    { 'earmark-request': '1', 'sec-fetch-site': 'cross-site' },
    { 'earmark-request': '1', 'sec-fetch-site': 'same-site' },
  ]
  for (const attempt of attempts) {
    const answer = await post('/v1/tags', { name: 'x' }, { ...headers, ...attempt })
    expect(answer.json()).toMatchObject({ status: 403, reason: 'cross_site' })
  }
  expect(
    (
      await post(
        '/v1/tags',
        { name: 'x' },
        { ...headers, 'earmark-request': '1', origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' },
      )
    ).statusCode,
  ).toBe(201)
})

test('without a session 401, with an organization one does not belong to 404, without the permission 403', async () => {
  const admin = await server.newPerson()
  const stranger = await server.newPerson()
  const agent = await server.newPerson('agent')
  const get = (headers: Record<string, string>) => server.app.inject({ url: '/v1/contacts', headers })
  expect((await get({ 'earmark-organization': admin.slug })).statusCode).toBe(401)
  expect((await get({ cookie: 'earmark-session=forged', 'earmark-organization': admin.slug })).statusCode).toBe(401)
  expect((await get({ cookie: stranger.cookie, 'earmark-organization': admin.slug })).statusCode).toBe(404)
  expect((await get({ cookie: stranger.cookie, 'earmark-organization': 'no-such' })).json().detail).toBe(
    (await get({ cookie: stranger.cookie, 'earmark-organization': admin.slug })).json().detail,
  )
  expect((await get({ cookie: admin.cookie })).statusCode).toBe(422)
  await admin.call(listContacts, {})
  await expect(agent.call(createTag, { body: { name: 'x' } })).rejects.toMatchObject({ status: 403 })
})

test('an expired session is over and is forgotten', async () => {
  const admin = await server.newPerson()
  await server.pool.query(`update sessions set expires_at = now() - interval '1 second' where user_id = $1`, [
    admin.actor.id,
  ])
  await expect(admin.call(listContacts, {})).rejects.toMatchObject({ status: 401 })
  await forgetOldSessions(server.db)
  expect((await server.pool.query('select 1 from sessions where user_id = $1', [admin.actor.id])).rowCount).toBe(0)
})

test('malformed requests get a problem that says what is wrong, never a 500', async () => {
  const admin = await server.newPerson()
  const headers = { ...console_, cookie: admin.cookie, 'earmark-organization': admin.slug }
  const bodies = [
    '{',
    '[]',
    '"x"',
    'null',
    '{"name":5}',
    '{"name":""}',
    '{"name":"x","color":"mauve"}',
    `{"name":"${'x'.repeat(51)}"}`,
    '{"name":"\\u0000"}',
    '{"name":"\\u200b"}',
  ]
  for (const payload of bodies) {
    const answer = await server.app.inject({ method: 'POST', url: '/v1/tags', headers, payload })
    expect(answer.statusCode, payload).toBeGreaterThanOrEqual(400)
    expect(answer.statusCode, payload).toBeLessThan(500)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json().detail.length).toBeGreaterThan(3)
  }
  for (const url of [
    '/v1/contacts/not-an-id',
    '/v1/nothing',
    '/v1/contacts?limit=0',
    '/v1/contacts?any_tags=x',
    '/v1/contacts?search=%00',
  ]) {
    const answer = await server.app.inject({ url, headers })
    expect([200, 404, 422], url).toContain(answer.statusCode)
  }
})

test('a tag’s name counts characters as people see them and is unique ignoring case, composition and spaces', async () => {
  const admin = await server.newPerson()
  const family = '👨‍👩‍👧‍👦'
  await admin.call(createTag, { body: { name: family.repeat(50) } })
  await expect(admin.call(createTag, { body: { name: family.repeat(51) } })).rejects.toMatchObject({
    status: 422,
    problem: { field: 'name' },
  })
  await admin.call(createTag, { body: { name: 'Café  au lait' } })
  for (const name of ['café au lait', 'CAFE\u0301 AU LAIT', '  Café au\u00a0lait ']) {
    await expect(admin.call(createTag, { body: { name } })).rejects.toMatchObject({
      status: 409,
      problem: { reason: 'name_taken', field: 'name' },
    })
  }
  await admin.call(createTag, { body: { name: 'Cafe au lait' } })
  const stranger = await server.newPerson()
  await stranger.call(createTag, { body: { name: 'Café au lait' } })
})
