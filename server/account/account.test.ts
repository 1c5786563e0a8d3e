// What one's own account promises: sessions, the password, two-factor, and links to set a new password.
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { newId } from '../lib/ids.ts'
import { hashPassword } from '../lib/password.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { makeOperatorResetLink } from './reset-links.ts'
import {
  beginTwoFactor,
  changePassword,
  confirmTwoFactor,
  endAllSessions,
  endSession,
  endTwoFactor,
  getAccount,
  makeResetLink,
  renameAccount,
  renewRecoveryCodes,
} from './schema.ts'

const PASSWORD = 'a long password'
const STEP_MS = 30_000

let server: TestServer
let hash: string
beforeAll(async () => {
  server = await openTestServer()
  hash = await hashPassword(PASSWORD)
})
afterAll(() => server.close())

interface Someone extends Person {
  email: string
}

async function someone(role: 'admin' | 'agent' = 'admin', orgId?: string): Promise<Someone> {
  const person = await server.newPerson(role, orgId)
  const { email } = await server.db
    .updateTable('users')
    .set({ password_hash: hash })
    .where('id', '=', person.actor.id)
    .returning('email')
    .executeTakeFirstOrThrow()
  return { ...person, email }
}

/** A call without a session, or with the cookie of one. */
const post = (url: string, body: object, { cookie }: { cookie?: string } = {}) =>
  server.app.inject({
    method: 'POST',
    url,
    headers: { 'earmark-request': 'test', 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
    payload: JSON.stringify(body),
  })
const signIn = (email: string, password = PASSWORD, code?: string) =>
  post('/auth/session', { email, password, ...(code === undefined ? {} : { code }) })
const isIn = async (cookie: string) =>
  (await server.app.inject({ url: '/auth/session', headers: { cookie } })).statusCode === 200
const cookieOf = (response: { cookies: { name: string; value: string }[] }) =>
  `earmark-session=${response.cookies[0]!.value}`

const codeOf = (secret: string, stepsAhead = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + stepsAhead * STEP_MS })

/** Turns two-factor on; the next code is used up by it, so tests begin with the one after. */
async function turnOn(person: Person): Promise<{ secret: string; codes: string[] }> {
  const { secret } = await person.call(beginTwoFactor, { body: { password: PASSWORD } })
  const { recovery_codes: codes } = await person.call(confirmTwoFactor, { body: { code: codeOf(secret, -1) } })
  return { secret, codes }
}

/** What the audit log of the person's organization has of an act. */
const entries = async (person: Person, act: string) =>
  (
    await server.pool.query<{ actor_id: string; subject_id: string | null; details: unknown; address: string | null }>(
      'select actor_id, subject_id, details, address from audit_entries where org_id = $1 and act = $2 order by id',
      [person.actor.org_id, act],
    )
  ).rows

test('one sees one’s own sessions, this one first, and ends one of them; somebody else’s do not exist', async () => {
  const ana = await someone()
  const other = await someone('agent', ana.actor.org_id)
  const phone = cookieOf(await signIn(ana.email))
  const { sessions } = await ana.call(getAccount)
  expect(sessions.map(({ current }) => current)).toEqual([true, false])
  expect(sessions[1]).toMatchObject({ address: '127.0.0.1', user_agent: 'lightMyRequest' })
  expect((await other.call(getAccount)).sessions).toHaveLength(1)

  const params = { id: sessions[1]!.id }
  await expect(other.call(endSession, { params })).rejects.toMatchObject({ status: 404 })
  expect(await isIn(phone)).toBe(true)
  await ana.call(endSession, { params })
  expect(await isIn(phone)).toBe(false)
  await expect(ana.call(endSession, { params })).rejects.toMatchObject({ status: 404 })
  expect(await entries(ana, 'person.sessions_ended')).toEqual([
    expect.objectContaining({ actor_id: ana.actor.id, details: { sessions_ended: 1 } }),
  ])
})

test('signing out everywhere ends every session of the person at once, and nobody else’s', async () => {
  const ana = await someone()
  const other = await someone('agent', ana.actor.org_id)
  const cookies = [ana.cookie, cookieOf(await signIn(ana.email)), cookieOf(await signIn(ana.email))]
  await ana.call(endAllSessions)
  expect(await Promise.all(cookies.map(isIn))).toEqual([false, false, false])
  expect(await isIn(other.cookie)).toBe(true)
})

test('a new name is what is done from then on bears', async () => {
  const ana = await someone()
  await ana.call(renameAccount, { body: { name: '  אנה 🌊 ' } })
  expect((await ana.call(getAccount)).name).toBe('אנה 🌊')
  expect(await entries(ana, 'person.renamed')).toHaveLength(1)
  await expect(ana.call(renameAccount, { body: { name: '  ' } })).rejects.toMatchObject({ problem: { field: 'name' } })
})

test('a name holds no control characters, and neither names nor searches with them break anything', async () => {
  const admin = await server.newPerson()
  for (const name of ['a\u0007b', 'a\0b'])
    await expect(admin.call(renameAccount, { body: { name } })).rejects.toMatchObject({
      status: 422,
      problem: { reason: 'control_characters' },
    })
})

test('the password is changed by whoever knows the old one; every other session ends and this one stays', async () => {
  const ana = await someone()
  const phone = cookieOf(await signIn(ana.email))
  const change = (password: string, new_password: string) =>
    ana.call(changePassword, { body: { password, new_password } })
  await expect(change('not it', 'a rare enough one')).rejects.toMatchObject({
    status: 422,
    problem: { field: 'password', reason: 'password_wrong' },
  })
  for (const [weak, reason] of [
    ['password123', 'password_common'],
    [ana.email.toUpperCase(), 'password_is_email'],
    ['short', 'too_short'],
    [PASSWORD, 'password_same'],
  ] as const) {
    await expect(change(PASSWORD, weak)).rejects.toMatchObject({ problem: { field: 'new_password', reason } })
  }
  await change(PASSWORD, 'a rare enough one')
  expect([await isIn(ana.cookie), await isIn(phone)]).toEqual([true, false])
  expect([(await signIn(ana.email)).statusCode, (await signIn(ana.email, 'a rare enough one')).statusCode]).toEqual([
    401, 200,
  ])
  expect(await entries(ana, 'person.password_changed')).toHaveLength(1)
})

test('who tries many old passwords from a session that was left open is stopped, also by the right one', async () => {
  const ana = await someone()
  const answers = await Promise.all(
    Array.from({ length: 15 }, (_, n) =>
      post('/auth/account/password', { password: `guess ${n}`, new_password: 'a rare enough one' }, ana),
    ),
  )
  expect(answers.filter(({ statusCode }) => statusCode === 422).length).toBeLessThanOrEqual(10)
  await expect(
    ana.call(changePassword, { body: { password: PASSWORD, new_password: 'a rare enough one' } }),
  ).rejects.toMatchObject({ status: 429 })
})

test('who signs in with the old password while it is changed is not in afterwards', async () => {
  const ana = await someone()
  const [signedIn] = await Promise.all([
    Promise.all(Array.from({ length: 4 }, () => signIn(ana.email))),
    ana.call(changePassword, { body: { password: PASSWORD, new_password: 'a rare enough one' } }),
  ])
  const cookies = signedIn.filter(({ statusCode }) => statusCode === 200).map(cookieOf)
  expect(await Promise.all(cookies.map(isIn))).toEqual(cookies.map(() => false))
})

test('two-factor is on only after password and a right code; from then on the password alone lets nobody in', async () => {
  const ana = await someone()
  await expect(ana.call(beginTwoFactor, { body: { password: 'not it' } })).rejects.toMatchObject({ status: 422 })
  await expect(ana.call(confirmTwoFactor, { body: { code: '123456' } })).rejects.toMatchObject({ status: 409 })
  const { secret, uri } = await ana.call(beginTwoFactor, { body: { password: PASSWORD } })
  expect(uri).toContain(`secret=${secret}`)
  expect((await signIn(ana.email)).statusCode).toBe(200)
  const wrong = codeOf(secret) === '123456' ? '654321' : '123456'
  await expect(ana.call(confirmTwoFactor, { body: { code: wrong } })).rejects.toMatchObject({ status: 422 })
  const { recovery_codes } = await ana.call(confirmTwoFactor, { body: { code: codeOf(secret) } })
  expect(new Set(recovery_codes).size).toBe(10)
  await expect(ana.call(beginTwoFactor, { body: { password: PASSWORD } })).rejects.toMatchObject({ status: 409 })

  expect((await signIn(ana.email)).json()).toMatchObject({ status: 401, reason: 'code_needed' })
  expect((await signIn(ana.email, 'not it', codeOf(secret, 1))).json()).toMatchObject({ reason: 'wrong_credentials' })
  expect((await signIn(ana.email, PASSWORD, wrong)).json()).toMatchObject({ reason: 'code_wrong', field: 'code' })
  expect((await signIn(ana.email, PASSWORD, codeOf(secret, 1))).statusCode).toBe(200)
  expect((await ana.call(getAccount)).two_factor).toMatchObject({ recovery_codes_left: 10, unreadable: false })
  const { rows } = await server.pool.query('select secret from two_factors where user_id = $1', [ana.actor.id])
  expect(rows[0].secret.toString('utf8')).not.toContain(secret)
})

test('a code is accepted once, also by two sign-ins at the same moment, and none from before it', async () => {
  const ana = await someone()
  const { secret } = await turnOn(ana)
  const now = codeOf(secret, 1)
  const both = await Promise.all([signIn(ana.email, PASSWORD, now), signIn(ana.email, PASSWORD, now)])
  expect(both.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 401])
  expect((await signIn(ana.email, PASSWORD, now)).statusCode).toBe(401)
  expect((await signIn(ana.email, PASSWORD, codeOf(secret))).statusCode).toBe(401)
})

test('a recovery code lets in once, however it is written; made anew, the old ones are worthless', async () => {
  const ana = await someone()
  const { secret, codes } = await turnOn(ana)
  const [first, second, third] = codes as [string, string, string]
  const both = await Promise.all([signIn(ana.email, PASSWORD, first), signIn(ana.email, PASSWORD, first)])
  expect(both.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 401])
  const typed = ` ${second.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'L')} `
  expect((await signIn(ana.email, PASSWORD, typed)).statusCode).toBe(200)
  expect((await ana.call(getAccount)).two_factor.recovery_codes_left).toBe(8)

  const proof = { password: PASSWORD, code: codeOf(secret, 1) }
  const renewed = (await ana.call(renewRecoveryCodes, { body: proof })).recovery_codes
  await expect(ana.call(renewRecoveryCodes, { body: proof })).rejects.toMatchObject({ problem: { field: 'code' } })
  expect((await signIn(ana.email, PASSWORD, third)).statusCode).toBe(401)
  expect((await signIn(ana.email, PASSWORD, renewed[0])).statusCode).toBe(200)
  const stored = await server.pool.query<{ h: string }>(`select encode(code_hash, 'escape') h from recovery_codes`)
  expect(JSON.stringify(stored.rows)).not.toContain(renewed[1])
})

test('two-factor is turned off with password and code, not with one of them', async () => {
  const ana = await someone()
  const { secret, codes } = await turnOn(ana)
  const end = (password: string, code: string) => ana.call(endTwoFactor, { body: { password, code } })
  await expect(end('not it', codeOf(secret, 1))).rejects.toMatchObject({ problem: { field: 'password' } })
  await expect(end(PASSWORD, 'abcd-abcd-abcd-abcd')).rejects.toMatchObject({ problem: { field: 'code' } })
  await end(PASSWORD, codes[0]!)
  expect((await signIn(ana.email)).statusCode).toBe(200)
  expect((await entries(ana, 'person.two_factor_changed')).map(({ details }) => details)).toEqual([
    { on: true },
    { on: false },
  ])
})

test('wrong codes are limited in a burst and over a day, whatever the address, and the password alone does not clear it', async () => {
  const ana = await someone()
  const { secret } = await turnOn(ana)
  const wrong = codeOf(secret, 5)
  const answers = await Promise.all(Array.from({ length: 10 }, () => signIn(ana.email, PASSWORD, wrong)))
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([401]))
  expect((await signIn(ana.email)).statusCode).toBe(429)
  // From elsewhere: what counts is the person.
  await server.pool.query(`delete from sign_in_failures where key not like 'code:%'`)
  expect((await signIn(ana.email)).json()).toMatchObject({ reason: 'code_needed' })
  expect((await signIn(ana.email, PASSWORD, codeOf(secret, 1))).json()).toMatchObject({ reason: 'too_many_attempts' })

  const key = `code:${ana.actor.id}`
  await server.pool.query(`update sign_in_failures set failed_at = now() - interval '20 hours' where key = $1`, [key])
  await server.pool.query(
    `insert into sign_in_failures (key, failed_at) select $1, now() - interval '1 hour' from generate_series(1, 45)`,
    [key],
  )
  expect((await signIn(ana.email, PASSWORD, codeOf(secret, 1))).json()).toMatchObject({ reason: 'too_many_codes' })
})

test('under another SECRET_KEY the app lets nobody in; a recovery code does, or a link that turns two-factor off', async () => {
  const ana = await someone()
  const { secret, codes } = await turnOn(ana)
  await server.pool.query(
    `update two_factors set secret = set_byte(secret, 20, 255 - get_byte(secret, 20)) where user_id = $1`,
    [ana.actor.id],
  )
  expect((await signIn(ana.email)).json()).toMatchObject({ reason: 'code_needed' })
  expect((await signIn(ana.email, PASSWORD, codeOf(secret, 1))).json()).toMatchObject({
    reason: 'two_factor_unreadable',
    field: 'code',
  })
  expect((await signIn(ana.email, PASSWORD, codes[0])).statusCode).toBe(200)
  expect((await ana.call(getAccount)).two_factor.unreadable).toBe(true)
  await ana.call(endTwoFactor, { body: { password: PASSWORD, code: codes[1]! } })
  await ana.call(beginTwoFactor, { body: { password: PASSWORD } })
})

/** The token of a link that an administrator makes for a person. */
async function linkOf(maker: Person, person: Person, turn_off_two_factor = false): Promise<string> {
  const { url } = await maker.call(makeResetLink, { params: { id: person.actor.id }, body: { turn_off_two_factor } })
  expect(url).toMatch(/^http:\/\/localhost:3000\/reset-password#/)
  return url.split('#')[1]!
}
const useLink = (token: string, password = 'a rare enough one') =>
  post('/auth/reset-link/password', { token, password })

test('a reset link sets a new password once, ends every session, and leaves two-factor on unless it was to go', async () => {
  const admin = await someone()
  const agent = await someone('agent', admin.actor.org_id)
  const { secret, codes } = await turnOn(agent)
  const token = await linkOf(admin, agent)
  const stored = await server.pool.query<{ h: string }>(`select encode(token_hash, 'escape') h from reset_links`)
  expect(JSON.stringify(stored.rows)).not.toContain(token)
  expect((await post('/auth/reset-link', { token })).json()).toEqual({ email: agent.email, ends_two_factor: false })
  expect((await useLink(token, 'password123')).json()).toMatchObject({ field: 'password', reason: 'password_common' })

  const both = await Promise.all([useLink(token), useLink(token, 'another rare one')])
  expect(both.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([204, 403])
  const password = both[0].statusCode === 204 ? 'a rare enough one' : 'another rare one'
  expect((await useLink(token)).statusCode).toBe(403)
  expect((await post('/auth/reset-link', { token })).statusCode).toBe(403)
  expect(await isIn(agent.cookie)).toBe(false)
  expect((await signIn(agent.email, password)).json()).toMatchObject({ reason: 'code_needed' })
  expect((await signIn(agent.email, password, codeOf(secret, 1))).statusCode).toBe(200)

  expect((await useLink(await linkOf(admin, agent, true))).statusCode).toBe(204)
  expect((await signIn(agent.email, 'a rare enough one')).statusCode).toBe(200)
  const { rowCount } = await server.pool.query('select 1 from recovery_codes where user_id = $1', [agent.actor.id])
  expect([rowCount, codes.length]).toEqual([0, 10])
  expect(await entries(admin, 'person.reset_link_made')).toEqual([
    expect.objectContaining({ subject_id: agent.actor.id, details: { turns_off_two_factor: false } }),
    expect.objectContaining({ subject_id: agent.actor.id, details: { turns_off_two_factor: true } }),
  ])
})

test('a reset link is over after a day, with the next one, and with a password that its person changes themselves', async () => {
  const admin = await someone()
  const agent = await someone('agent', admin.actor.org_id)
  const first = await linkOf(admin, agent)
  const second = await linkOf(admin, agent)
  expect((await useLink(first)).json()).toMatchObject({ status: 403, reason: 'reset_link_invalid' })
  await server.pool.query(`update reset_links set expires_at = now() - interval '1 second' where user_id = $1`, [
    agent.actor.id,
  ])
  expect((await useLink(second)).statusCode).toBe(403)
  const third = await linkOf(admin, agent)
  await agent.call(changePassword, { body: { password: PASSWORD, new_password: 'chosen by the agent' } })
  expect((await useLink(third)).statusCode).toBe(403)
  expect((await useLink('guessed')).statusCode).toBe(403)
})

test('nobody resets who belongs to an organization that they do not administer, nor themselves, nor a stranger', async () => {
  const admin = await someone()
  const stranger = await someone()
  const agent = await someone('agent', admin.actor.org_id)
  const join = (orgId: string, person: Person, role: 'admin' | 'agent') =>
    server.db.insertInto('memberships').values({ org_id: orgId, user_id: person.actor.id, role }).execute()
  await expect(linkOf(admin, admin)).rejects.toMatchObject({ problem: { reason: 'reset_of_oneself' } })
  await expect(linkOf(admin, stranger)).rejects.toMatchObject({ status: 404 })
  await expect(linkOf(agent, admin)).rejects.toMatchObject({ status: 403, problem: { reason: 'role_not_allowed' } })

  // Already with a link in hand, they join another organization: the link does not open that one.
  const early = await linkOf(admin, agent)
  await join(stranger.actor.org_id, agent, 'agent')
  expect((await useLink(early)).statusCode).toBe(403)
  await expect(linkOf(admin, agent)).rejects.toMatchObject({ problem: { reason: 'reset_beyond_organization' } })
  await expect(linkOf(stranger, agent)).rejects.toMatchObject({ problem: { reason: 'reset_beyond_organization' } })
  await join(stranger.actor.org_id, admin, 'admin')
  expect((await useLink(await linkOf(admin, agent))).statusCode).toBe(204)
})

test('the operator’s link serves for anybody, and every organization of the person has it in its log', async () => {
  const admin = await someone()
  const make = (email: string) =>
    server.db.transaction().execute((tx) => makeOperatorResetLink(tx, email, { endsTwoFactor: true }))
  expect(await make('nobody@example.com')).toBeNull()
  const link = await make(` ${admin.email.toUpperCase()} `)
  expect((await useLink(link!.path.split('#')[1]!)).statusCode).toBe(204)
  expect(await entries(admin, 'person.reset_link_made')).toEqual([
    expect.objectContaining({
      actor_id: 'system',
      subject_id: admin.actor.id,
      details: { turns_off_two_factor: true, by_operator: true },
    }),
  ])
})

test('failed sign-ins of existing people are noted, once in a quarter of an hour for each address', async () => {
  const ana = await someone()
  await Promise.all([signIn(ana.email, 'not it'), signIn(ana.email, 'not it'), signIn('nobody@example.com', 'x')])
  await vi.waitFor(async () => expect(await entries(ana, 'person.sign_in_failed')).toHaveLength(1))
  await signIn(ana.email, 'not it')
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await entries(ana, 'person.sign_in_failed')).toEqual([
    expect.objectContaining({ actor_id: ana.actor.id, address: '127.0.0.1', details: { step: 'password' } }),
  ])
})

test('without a session there is no account', async () => {
  expect((await server.app.inject({ url: '/auth/account' })).statusCode).toBe(401)
  const answer = await server.app.inject({
    method: 'DELETE',
    url: `/auth/account/sessions/${newId()}`,
    headers: { 'earmark-request': 'test' },
  })
  expect(answer.statusCode).toBe(401)
})
