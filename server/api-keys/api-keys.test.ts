// API keys: what they may do, from where, how long and how often; and that what is taken away counts at once, on every server.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { listAuditEntries } from '../audit/schema.ts'
import { getContact, listContacts } from '../contacts/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { changeContactTags, createTag, listTagChanges, listTags } from '../tags/schema.ts'
import { openRates } from './rates.ts'
import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey, updateApiKey } from './schema.ts'

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

interface Answer {
  status: number
  body: { reason?: string; detail?: string; data?: Record<string, unknown> }
  headers: Record<string, unknown>
}

async function ask(secret: string, { on = server, from = '127.0.0.1', url = '/v1/tags' } = {}): Promise<Answer> {
  const response = await on.app.inject({ url, remoteAddress: from, headers: { authorization: `Bearer ${secret}` } })
  return { status: response.statusCode, body: response.json(), headers: response.headers }
}

const refusal = (status: number, reason: string) => ({ status, body: { reason } })

test('a third party’s tag reads API and an AI agent’s reads AI tool, whoever made the key', async () => {
  const admin = await server.newPerson()
  const id = await sighted(server, admin)
  const tags = await Promise.all(['One', 'Two'].map((name) => admin.call(createTag, { body: { name } })))
  const crm = await server.newKey(admin, { name: 'CRM' })
  const agent = await server.newKey(admin, { name: 'Assistant', kind: 'ai_agent' })
  await crm.call(changeContactTags, { params: { id }, body: { add: [tags[0]!.id] } })
  await agent.call(changeContactTags, { params: { id }, body: { add: [tags[1]!.id] } })
  const { active_tags: carried } = await admin.call(getContact, { params: { id } })
  expect(carried.map(({ tag, source, actor }) => [tag.name, source, actor.kind, actor.name])).toEqual([
    ['One', 'api', 'api_key', 'CRM'],
    ['Two', 'ai_tool', 'api_key', 'Assistant'],
  ])
  const { changes } = await crm.call(listTagChanges, { params: { id } })
  expect(changes.map(({ source }) => source)).toEqual(['ai_tool', 'api'])
})

test('a key does what its scopes say, in its organization, and needs neither session nor the console’s headers', async () => {
  const admin = await server.newPerson()
  const other = await server.newPerson()
  await sighted(server, admin)
  await sighted(server, other)
  const key = await server.newKey(admin, { scopes: ['contacts:read'] })
  expect((await key.call(listContacts)).contacts).toHaveLength(1)
  expect(await ask(key.secret)).toMatchObject({
    status: 403,
    body: { reason: 'scope_missing', data: { scope: 'tags:read' } },
  })
  expect(await ask(key.secret, { url: '/v1/people' })).toMatchObject(refusal(403, 'not_for_keys'))
  expect(await ask(key.secret, { url: '/v1/api-keys' })).toMatchObject(refusal(403, 'not_for_keys'))
  await admin.call(updateApiKey, { params: { id: key.id }, body: { name: 'CRM', scopes: ['tags:read'] } })
  expect(await ask(key.secret)).toMatchObject({ status: 200 })
  expect(await ask(key.secret, { url: '/v1/contacts' })).toMatchObject(refusal(403, 'scope_missing'))
})

test('the key itself is answered once and kept nowhere; what is known again is its beginning', async () => {
  const admin = await server.newPerson()
  const { key, secret } = await admin.call(createApiKey, {
    body: { name: 'CRM', kind: 'third_party', scopes: ['tags:read'] },
  })
  expect(secret).toMatch(/^earmark_[\w-]{43}$/)
  expect(secret.startsWith(key.prefix)).toBe(true)
  const { keys } = await admin.call(listApiKeys)
  expect(keys).toEqual([key])
  expect(JSON.stringify([keys, await admin.call(listAuditEntries, {})])).not.toContain(secret.slice(key.prefix.length))
  const { rows } = await server.pool.query('select * from api_keys where id = $1', [key.id])
  expect(JSON.stringify(rows)).not.toContain(secret.slice(key.prefix.length))
})

test('a revoked key is refused at once on every server, and stays in the list', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin)
  for (const on of [server, second]) expect(await ask(key.secret, { on })).toMatchObject({ status: 200 })
  await admin.call(revokeApiKey, { params: { id: key.id } })
  for (const on of [server, second]) expect(await ask(key.secret, { on })).toMatchObject(refusal(401, 'key_revoked'))
  const again = await admin.call(revokeApiKey, { params: { id: key.id } })
  expect((await admin.call(listApiKeys)).keys).toEqual([again])
  await expect(
    admin.call(updateApiKey, { params: { id: key.id }, body: { name: 'Back', scopes: ['tags:read'] } }),
  ).rejects.toMatchObject({ problem: { reason: 'key_revoked' } })
  await expect(admin.call(rotateApiKey, { params: { id: key.id }, body: {} })).rejects.toMatchObject({
    problem: { reason: 'key_revoked' },
  })
})

test('of many calls at once each is answered for its own key and its own address', async () => {
  const admin = await server.newPerson()
  const stranger = await server.newPerson()
  await admin.call(createTag, { body: { name: 'Ours' } })
  await stranger.call(createTag, { body: { name: 'Theirs' } })
  const [ours, theirs, revoked] = [
    await server.newKey(admin),
    await server.newKey(stranger),
    await server.newKey(admin),
  ]
  const here = await server.newKey(admin, { allowed_ips: ['127.0.0.1'] })
  await admin.call(revokeApiKey, { params: { id: revoked.id } })
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => [
      ask(ours.secret),
      ask(theirs.secret),
      ask(revoked.secret),
      ask('earmark_nobody'),
      ask(here.secret),
      ask(here.secret, { from: '192.0.2.1' }),
      ask(here.secret, { from: 'fe80::1%eth0' }),
    ]).flat(),
  )
  const told = answers.map(({ status, body }) => [status, body.reason ?? (body as { tags?: object[] }).tags?.[0]])
  const each = [
    [200, expect.objectContaining({ name: 'Ours' })],
    [200, expect.objectContaining({ name: 'Theirs' })],
    [401, 'key_revoked'],
    [401, 'key_unknown'],
    [200, expect.objectContaining({ name: 'Ours' })],
    [403, 'address_not_allowed'],
    [403, 'address_not_allowed'],
  ]
  expect(told).toEqual(Array.from({ length: 8 }, () => each).flat())
})

test('after a rotation both keys are taken for the hours that were given, or only the new one', async () => {
  const admin = await server.newPerson()
  const first = await server.newKey(admin)
  const next = await admin.call(rotateApiKey, { params: { id: first.id }, body: { grace_hours: 24 } })
  expect(next.key).toMatchObject({ id: first.id, old_prefix: first.secret.slice(0, next.key.prefix.length) })
  for (const secret of [first.secret, next.secret]) expect(await ask(secret)).toMatchObject({ status: 200 })
  await server.pool.query(`update api_keys set old_until = now() - interval '1 second' where id = $1`, [first.id])
  expect(await ask(first.secret)).toMatchObject(refusal(401, 'key_replaced'))
  expect(await ask(next.secret)).toMatchObject({ status: 200 })
  expect((await admin.call(listApiKeys)).keys).toMatchObject([{ old_prefix: null, old_until: null }])
  const last = await admin.call(rotateApiKey, { params: { id: first.id }, body: { grace_hours: 0 } })
  expect(await ask(next.secret)).toMatchObject(refusal(401, 'key_unknown'))
  expect(await ask(last.secret)).toMatchObject({ status: 200 })
})

test('an expired key is refused, one is extended, and none is made for a time that is past', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { expires_at: new Date(Date.now() + 3_600_000).toISOString() })
  expect(await ask(key.secret)).toMatchObject({ status: 200 })
  await server.pool.query(`update api_keys set expires_at = now() - interval '1 second' where id = $1`, [key.id])
  expect(await ask(key.secret)).toMatchObject(refusal(401, 'key_expired'))
  await admin.call(updateApiKey, { params: { id: key.id }, body: { name: 'CRM', scopes: ['tags:read'] } })
  expect(await ask(key.secret)).toMatchObject({ status: 200 })
  await expect(server.newKey(admin, { expires_at: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
    problem: { reason: 'time_past', field: 'expires_at' },
  })
})

test('a key is taken from the networks that it may be used from, whatever version of addresses tells them', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { allowed_ips: ['203.0.113.7', '198.51.100.99/24', '2001:db8::/48'] })
  const from = async (address: string) => (await ask(key.secret, { from: address })).status
  expect(await from('203.0.113.7')).toBe(200)
  expect(await from('::ffff:203.0.113.7')).toBe(200)
  expect(await from('198.51.100.1')).toBe(200)
  expect(await from('2001:db8:0:5::1')).toBe(200)
  expect(await from('203.0.113.8')).toBe(403)
  expect(await from('2001:db8:1::1')).toBe(403)
  expect(await ask(key.secret)).toMatchObject({
    ...refusal(403, 'address_not_allowed'),
    body: { data: { address: '127.0.0.1' } },
  })
  const { keys } = await admin.call(listApiKeys)
  expect(keys[0]).toMatchObject({ allowed_ips: ['203.0.113.7', '198.51.100.0/24', '2001:db8::/48'] })
  await expect(server.newKey(admin, { allowed_ips: ['everywhere'] })).rejects.toMatchObject({
    problem: { reason: 'network_invalid', field: 'allowed_ips.0' },
  })
})

test('when and from where a key was last used is seen, to within a minute', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin)
  const seen = async () => (await admin.call(listApiKeys)).keys[0]!
  expect(await seen()).toMatchObject({ last_used_at: null, last_used_from: null })
  await ask(key.secret, { from: '192.0.2.1' })
  const first = await seen()
  expect(first).toMatchObject({ last_used_at: expect.any(String), last_used_from: '192.0.2.1' })
  await ask(key.secret, { from: '192.0.2.2' })
  expect(await seen()).toEqual(first)
  await server.pool.query(`update api_keys set last_used_at = now() - interval '2 minutes' where id = $1`, [key.id])
  await ask(key.secret, { from: '192.0.2.2' })
  expect(await seen()).toMatchObject({ last_used_from: '192.0.2.2' })
})

test('over all servers a key makes as many calls a minute as it may, and is told how many are left and until when', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { per_minute: 7 })
  // Not across the turn of a minute.
  await vi.waitFor(() => expect(new Date().getSeconds()).toBeLessThan(50), { timeout: 15_000, interval: 200 })
  const answers: Answer[] = []
  for (let n = 0; n < 10; n++) answers.push(await ask(key.secret, { on: n % 2 === 0 ? server : second }))
  expect(answers.map(({ status }) => status)).toEqual([...Array(7).fill(200), ...Array(3).fill(429)])
  expect(answers[0]!.headers).toMatchObject({
    'ratelimit-policy': '"key";q=7;w=60',
    ratelimit: expect.stringMatching(/^"key";r=6;t=\d+$/),
  })
  expect(answers[6]!.headers['ratelimit']).toMatch(/^"key";r=0;t=\d+$/)
  const refused = answers[9]!
  expect(refused).toMatchObject({ body: { reason: 'key_too_fast' } })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
  // The next minute.
  await server.pool.query(`update api_key_minutes set minute = minute - interval '1 minute' where key_id = $1`, [
    key.id,
  ])
  const third = openRates(server.db)
  const limit = await third.take({ orgId: admin.actor.org_id, keyId: key.id, perMinute: 7 })
  expect(limit).toMatchObject({ allowed: true, left: 6 })
})

test('another limit counts at once, not only when the minute turns', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { per_minute: 3 })
  const limit = (per_minute: number) =>
    admin.call(updateApiKey, { params: { id: key.id }, body: { name: 'CRM', scopes: ['tags:read'], per_minute } })
  const calls = async (n: number) => {
    const statuses = []
    while (statuses.length < n) statuses.push((await ask(key.secret)).status)
    return statuses
  }
  await vi.waitFor(() => expect(new Date().getSeconds()).toBeLessThan(50), { timeout: 15_000, interval: 200 })
  expect(await calls(4)).toEqual([200, 200, 200, 429])
  await limit(600)
  expect(await calls(2)).toEqual([200, 200])
  expect((await ask(key.secret)).headers).toMatchObject({
    'ratelimit-policy': '"key";q=600;w=60',
    ratelimit: expect.stringMatching(/^"key";r=59\d;/),
  })
  await limit(4)
  expect((await ask(key.secret)).status).toBe(429)
})

test('a thousand calls at once on two servers are let in as often as they may, to within what each server holds', async () => {
  const admin = await server.newPerson()
  const key = await server.newKey(admin, { per_minute: 500 })
  await vi.waitFor(() => expect(new Date().getSeconds()).toBeLessThan(50), { timeout: 15_000, interval: 200 })
  const rates = [openRates(server.db), openRates(second.db)]
  const limits = await Promise.all(
    Array.from({ length: 1000 }, (_, n) =>
      rates[n % 2]!.take({ orgId: admin.actor.org_id, keyId: key.id, perMinute: 500 }),
    ),
  )
  const letIn = limits.filter(({ allowed }) => allowed).length
  expect(letIn).toBeLessThanOrEqual(500)
  expect(letIn).toBeGreaterThanOrEqual(495)
})

test('administrators alone see and make keys, and the log says what they did', async () => {
  const admin = await server.newPerson()
  const agent = await server.newPerson('agent', admin.actor.org_id)
  await expect(agent.call(listApiKeys)).rejects.toMatchObject({ status: 403 })
  await expect(server.newKey(agent)).rejects.toMatchObject({ status: 403 })
  const key = await server.newKey(admin, { name: 'CRM', scopes: ['tags:read'] })
  const body = { name: 'New CRM', scopes: ['tags:read' as const], per_minute: 60 }
  await admin.call(updateApiKey, { params: { id: key.id }, body })
  await admin.call(updateApiKey, { params: { id: key.id }, body })
  await admin.call(rotateApiKey, { params: { id: key.id }, body: {} })
  await admin.call(revokeApiKey, { params: { id: key.id } })
  await admin.call(revokeApiKey, { params: { id: key.id } })
  const { entries } = await admin.call(listAuditEntries, {})
  expect(entries.map(({ act, subject }) => [act, subject?.name])).toEqual([
    ['key.revoked', 'New CRM'],
    ['key.rotated', 'New CRM'],
    ['key.changed', 'New CRM'],
    ['key.created', 'CRM'],
  ])
})

test('a name without letters, no scope, or a limit out of range is refused at its field', async () => {
  const admin = await server.newPerson()
  const problem = (settings: Parameters<TestServer['newKey']>[1]) =>
    server.newKey(admin, settings).catch((error: { problem: unknown }) => error.problem)
  expect(await problem({ name: ' ' })).toMatchObject({ reason: 'key_name_missing', field: 'name' })
  expect(await problem({ scopes: [] })).toMatchObject({ reason: 'no_scope', field: 'scopes' })
  expect(await problem({ per_minute: 0 })).toMatchObject({ reason: 'per_minute_out_of_range', field: 'per_minute' })
  expect(await problem({ allowed_ips: [] })).toMatchObject({ reason: 'no_network', field: 'allowed_ips' })
  expect((await admin.call(listTags, { query: {} })).tags).toEqual([])
})
