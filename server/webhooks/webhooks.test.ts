// Webhooks as administrators and keys manage them: who may, what is refused, and that nothing of an erased contact is left.
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { numberEvents } from '../events/sequencing.ts'
import { openOutgoing, OutgoingError } from '../lib/outgoing.ts'
import { eraseContact } from '../privacy/schema.ts'
import { changeContactTags, createTag } from '../tags/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openReceiver, type Receiver } from '../../test/help/receiver.ts'
import { openTestServer, type KeyHolder, type Person, type TestServer } from '../../test/help/server.ts'
import { checkAddress } from './endpoints.ts'
import { openDispatcher } from './dispatching.ts'
import { forgetOldDispatches } from './forgetting.ts'
import { putInLine } from './line.ts'
import { fateOf, RETRYING } from './outcomes.ts'
import { askedPatience } from './posting.ts'
import {
  createWebhook,
  deleteWebhook,
  getDispatch,
  getWebhook,
  listDispatches,
  listWebhooks,
  replayDispatch,
  replayWebhook,
  rotateWebhook,
  switchOffWebhook,
  switchOnWebhook,
  testWebhook,
  updateWebhook,
} from './schema.ts'

let server: TestServer
let admin: Person
beforeAll(async () => {
  server = await openTestServer()
  admin = await server.newPerson()
})
afterAll(() => server.close())

const receivers: Receiver[] = []
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close()
})
async function receive(): Promise<Receiver> {
  const receiver = await openReceiver()
  receivers.push(receiver)
  return receiver
}

const PATIENT = { timeout: 15_000 }
const refusal = (reason: string, field?: string) => ({ problem: { reason, ...(field && { field }) } })
const make = (by: Person | KeyHolder, url: string, more = {}) =>
  by.call(createWebhook, { body: { url, types: ['tag.created', 'contact.tag_added', 'contact.created'], ...more } })
const settle = async (by: Person, id: string) => {
  while (await numberEvents(server.db));
  while (await putInLine(server.db, { org_id: by.actor.org_id, id }));
}

test('a key with the scope manages webhooks as an administrator does; one without, and an agent, are refused', async () => {
  const receiver = await receive()
  const key = await server.newKey(admin, { scopes: ['webhooks:manage'] })
  const { webhook, secret } = await make(key, receiver.url, { description: 'CRM' })
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(webhook).toMatchObject({ url: receiver.url, description: 'CRM', created_by: 'CRM', off_at: null, waiting: 0 })
  const params = { id: webhook.id }
  expect(await key.call(listWebhooks)).toEqual({ webhooks: [webhook] })
  expect(JSON.stringify(await admin.call(getWebhook, { params }))).not.toContain(secret)
  await key.call(updateWebhook, { params, body: { url: receiver.url, types: ['tag.created'] } })
  expect(await key.call(switchOffWebhook, { params })).toMatchObject({ off_reason: 'person', off_by: 'CRM' })
  expect(await key.call(switchOnWebhook, { params, body: { from: 'now' } })).toMatchObject({ off_at: null })
  expect(await key.call(testWebhook, { params })).toMatchObject({
    status: 204,
    failure: null,
    answer: '',
    body: { type: 'test' },
  })
  expect(receiver.received).toHaveLength(1)
  await key.call(deleteWebhook, { params })
  await expect(key.call(getWebhook, { params })).rejects.toMatchObject(refusal('webhook_endpoint_missing'))

  const reader = await server.newKey(admin, { scopes: ['events:read'] })
  await expect(make(reader, receiver.url)).rejects.toMatchObject({ status: 403, problem: { reason: 'scope_missing' } })
  const agent = await server.newPerson('agent', admin.actor.org_id)
  await expect(agent.call(listWebhooks)).rejects.toMatchObject({ status: 403 })
})

test('the secret stands nowhere in the database but sealed, and a server with another key says so instead of signing wrongly', async () => {
  const receiver = await receive()
  const { webhook, secret } = await make(admin, receiver.url)
  const { rows } = await server.pool.query(`select w::text as row from webhook_endpoints w where id = $1`, [webhook.id])
  expect(rows[0].row).not.toContain(secret.slice(6))
  expect(rows[0].row).not.toContain(Buffer.from(secret).toString('hex'))
  await server.pool.query(`update webhook_endpoints set secret = '\\x0102' where id = $1`, [webhook.id])
  const params = { id: webhook.id }
  await expect(admin.call(testWebhook, { params })).rejects.toMatchObject(refusal('webhook_secret_lost'))
  await admin.call(createTag, { body: { name: 'Waits for a secret' } })
  const dispatcher = openDispatcher(server, { lookEveryMs: 20 })
  await expect.poll(() => admin.call(getWebhook, { params }), PATIENT).toMatchObject({ off_reason: 'secret_lost' })
  const on = { params, body: { from: 'waiting' as const } }
  await expect(admin.call(switchOnWebhook, on)).rejects.toMatchObject(refusal('webhook_secret_lost'))
  expect(await admin.call(rotateWebhook, { params })).toMatchObject({ webhook: { old_secret_until: null } })
  await admin.call(switchOnWebhook, on)
  await expect.poll(() => receiver.accepted().map(({ type }) => type), PATIENT).toEqual(['tag.created'])
  await dispatcher.stop()
  await admin.call(deleteWebhook, { params })
})

test.each([
  ['nothing', 'nothing', 'webhook_url_incomplete'],
  ['an empty text', '', 'webhook_url_incomplete'],
  ['another protocol', 'ftp://example.com/', 'webhook_url_incomplete'],
  ['a script', 'javascript:alert(1)', 'webhook_url_incomplete'],
  ['a user name', 'https://user:secret@example.com/', 'webhook_url_credentials'],
  ['a password alone', 'https://:secret@example.com/', 'webhook_url_credentials'],
  ['a long one', `https://example.com/${'x'.repeat(2000)}`, 'too_long'],
  ['one that is long when it is written out', `https://example.com/${'ü'.repeat(900)}`, 'too_long'],
])('as an address %s is refused', async (_what, url, reason) => {
  await expect(make(admin, url)).rejects.toMatchObject({ status: 422, ...refusal(reason, 'url') })
})

test('line breaks in an address, a description or types put nothing into a request', async () => {
  const receiver = await receive()
  const { webhook } = await make(admin, `${receiver.url}?a=1\r\nwebhook-id: x`, { description: 'a\r\nb\0' })
  expect(webhook.url).toBe(`${receiver.url}?a=1webhook-id:%20x`)
  expect(webhook.description).toBe('a\r\nb')
  await admin.call(testWebhook, { params: { id: webhook.id } })
  expect(receiver.received[0]!.headers['webhook-id']).toMatch(/^test_/)
  await expect(make(admin, receiver.url, { types: [] })).rejects.toMatchObject(refusal('no_event_type', 'types'))
  await expect(make(admin, receiver.url, { types: ['contacts.active'] })).rejects.toMatchObject({ status: 422 })
  await admin.call(deleteWebhook, { params: { id: webhook.id } })
})

test.each([
  'https://127.0.0.1/',
  'https://localhost/',
  'https://[::1]/',
  'https://0x7f000001/',
  'https://127.1/',
  'https://10.1.2.3/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data',
  'https://[::ffff:10.0.0.1]/',
  'https://[fd00:ec2::254]/',
  'https://224.0.0.1/',
  'https://[ff02::1]/',
  'https://0.0.0.0/',
  'https://192.168.0.1:8443/',
])(
  'where the operator allows no private addresses, %s is refused when it is entered and when it is sent to',
  async (url) => {
    const outgoing = openOutgoing({ allowPrivate: false })
    const guarded = { config: { ...server.config, allowPrivateAddresses: false }, outgoing }
    try {
      await expect(checkAddress(guarded, url)).rejects.toMatchObject({
        details: { reason: 'webhook_url_private', field: 'url' },
      })
      await expect(checkAddress(guarded, url.replace('https', 'http'))).rejects.toMatchObject({
        details: { reason: 'webhook_url_plain' },
      })
      await expect(outgoing.stream(url, { method: 'POST', body: 'x' })).rejects.toMatchObject({
        reason: 'address_private',
      })
    } finally {
      await outgoing.close()
    }
  },
)

test('a name that leads to a public address when it is entered, and to this machine when it is sent to, is not sent to', async () => {
  const receiver = await receive()
  const answers = ['93.184.215.14', '127.0.0.1']
  const outgoing = openOutgoing({
    allowPrivate: false,
    resolve: (_name, _options, done) => done(null, [{ address: answers.shift() ?? '127.0.0.1', family: 4 }]),
  })
  const url = `https://rebinding.example:${new URL(receiver.url).port}/`
  await checkAddress({ config: { ...server.config, allowPrivateAddresses: false }, outgoing }, url)
  await expect(outgoing.stream(url, { method: 'POST', body: 'x' })).rejects.toMatchObject({ reason: 'address_private' })
  expect(receiver.received).toEqual([])
  await outgoing.close()
  const unknown = openOutgoing({
    allowPrivate: true,
    resolve: (_name, _options, done) => done(new Error('ENOTFOUND'), []),
  })
  await expect(checkAddress({ config: server.config, outgoing: unknown }, url)).rejects.toMatchObject({
    details: { reason: 'webhook_host_unknown', data: { host: 'rebinding.example' } },
  })
  await unknown.close()
})

test('a call that is repeated under its key is answered as it was, whatever names and receivers do meanwhile', async () => {
  const receiver = await receive()
  const { secret } = await server.newKey(admin, { scopes: ['webhooks:manage'] })
  const call = async (method: 'POST' | 'PUT', path: string, key: string, payload?: object) => {
    const headers = { authorization: `Bearer ${secret}`, 'idempotency-key': key }
    const answer = await server.app.inject({ method, url: `/v1/webhooks${path}`, headers, ...(payload && { payload }) })
    return {
      status: answer.statusCode,
      body: answer.json<{ webhook: { id: string }; secret: string; reason?: string }>(),
      replayed: answer.headers['idempotency-replayed'] === 'true',
    }
  }
  const body = { url: receiver.url, types: ['tag.created'] }
  const unknown = vi
    .spyOn(server.outgoing, 'check')
    .mockRejectedValue(new OutgoingError('name_unknown', 'No such host.'))
  const refused = { status: 422, body: { reason: 'webhook_host_unknown' } }
  expect(await call('POST', '', 'refused', body)).toMatchObject({ ...refused, replayed: false })
  unknown.mockRestore()
  expect(await call('POST', '', 'refused', body)).toMatchObject({ ...refused, replayed: true })

  const created = await call('POST', '', 'created', body)
  expect(created).toMatchObject({ status: 201, replayed: false })
  const path = `/${created.body.webhook.id}`
  const changed = await call('PUT', path, 'changed', { ...body, description: 'CRM' })
  const tested = await call('POST', `${path}/test`, 'tested')
  expect(receiver.received).toHaveLength(1)
  vi.spyOn(server.outgoing, 'check').mockRejectedValue(new OutgoingError('name_unknown', 'No such host.'))
  try {
    expect(await call('POST', '', 'created', body)).toEqual({ ...created, replayed: true })
    expect(await call('PUT', path, 'changed', { ...body, description: 'CRM' })).toEqual({ ...changed, replayed: true })
    expect(await call('PUT', path, 'anew', body)).toMatchObject({ ...refused, replayed: false })
  } finally {
    vi.restoreAllMocks()
  }
  expect(await call('POST', `${path}/test`, 'tested')).toEqual({ ...tested, replayed: true })
  expect(receiver.received).toHaveLength(1)
  await admin.call(deleteWebhook, { params: { id: created.body.webhook.id } })
})

test('a span of time that ends before it begins is refused, and replays nothing in silence', async () => {
  const { webhook } = await make(admin, 'http://127.0.0.1:9/')
  const replay = (from: string, before: string) =>
    Promise.all(
      (['given_up', 'all'] as const).map((which) =>
        admin.call(replayWebhook, { params: { id: webhook.id }, body: { which, from, before } }),
      ),
    )
  for (const before of ['2026-03-01T08:00:00Z', '2026-03-01T09:00:00Z'])
    await expect(replay('2026-03-01T09:00:00Z', before)).rejects.toMatchObject({
      status: 422,
      ...refusal('replay_span_crossed', 'before'),
    })
  // By the clock of each, not by the letter.
  expect(await replay('2026-03-01T09:00:00+02:00', '2026-03-01T08:00:00Z')).toEqual([{ count: 0 }, { count: 0 }])
  await admin.call(deleteWebhook, { params: { id: webhook.id } })
})

test('another organization can neither see nor do anything with a webhook, and the fifty-first is refused', async () => {
  const owner = await server.newPerson()
  const other = await server.newPerson()
  const { webhook } = await make(owner, 'http://127.0.0.1:9/')
  await owner.call(createTag, { body: { name: 'VIP' } })
  await settle(owner, webhook.id)
  const { dispatches } = await owner.call(listDispatches, { params: { id: webhook.id } })
  expect(dispatches).toHaveLength(1)
  const one = { params: { id: webhook.id, event_id: String(dispatches[0]!.event_id) } }
  for (const attempt of [
    () => other.call(getDispatch, one),
    () => other.call(replayDispatch, one),
    () => other.call(listDispatches, { params: { id: webhook.id } }),
    () => other.call(replayWebhook, { params: { id: webhook.id }, body: { which: 'given_up' } }),
  ])
    await expect(attempt()).rejects.toMatchObject({ status: 404 })
  const made = await Promise.allSettled(Array.from({ length: 52 }, () => make(owner, 'http://127.0.0.1:9/')))
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(49)
  expect(made.find(({ status }) => status === 'rejected')).toMatchObject({ reason: refusal('too_many_webhooks') })
})

test('of an erased contact nothing stays in the log, and nothing that waits is sent', async () => {
  const receiver = await receive()
  const owner = await server.newPerson()
  const { webhook } = await make(owner, receiver.url)
  const params = { id: webhook.id }
  receiver.answer = ({ type }) => ({
    status: type === 'contact.tag_added' ? 500 : 200,
    body: 'thanks for +34600123456, Ana',
  })
  const tag = await owner.call(createTag, { body: { name: 'VIP' } })
  const ana = await sighted(server, owner, { wa_id: '34600123456', name: 'Ana Unmistakable' })
  const ben = await sighted(server, owner, { name: 'Ben' })
  const dispatcher = openDispatcher(server, { lookEveryMs: 20, gapsMs: [100] })
  await owner.call(changeContactTags, { params: { id: ana }, body: { add: [tag.id] } })
  await expect
    .poll(
      async () =>
        (await owner.call(listDispatches, { params })).dispatches.map(({ type, state }) => `${type} ${state}`),
      PATIENT,
    )
    .toEqual([
      'contact.tag_added waiting',
      'contact.created accepted',
      'contact.created accepted',
      'tag.created accepted',
    ])
  await expect.poll(() => receiver.received.some(({ status }) => status === 500), PATIENT).toBe(true)
  await owner.call(eraseContact, { params: { id: ana } })
  receiver.answer = () => null
  const count = receiver.received.length
  await owner.call(changeContactTags, { params: { id: ben }, body: { add: [tag.id] } })
  await expect
    .poll(() => receiver.received.at(-1)!.event, PATIENT)
    .toMatchObject({ type: 'contact.tag_added', contact_id: ben })
  await dispatcher.stop()
  expect(
    receiver.received.slice(count).filter(({ event }) => event.contact_id === ana && event.type !== 'contact.erased'),
  ).toEqual([])
  const { rows } = await server.pool.query(`select d::text as row from webhook_dispatches d where org_id = $1`, [
    owner.actor.org_id,
  ])
  expect(rows.length).toBe(3)
  expect(JSON.stringify(rows.filter(({ row }) => row.includes(ana)))).toBe('[]')
})

test('the log lets go of what was accepted a week ago and given up a month ago, and keeps what waits', async () => {
  const owner = await server.newPerson()
  const { webhook } = await make(owner, 'http://127.0.0.1:9/')
  for (let n = 0; n < 5; n++) await owner.call(createTag, { body: { name: `Tag ${n}` } })
  await settle(owner, webhook.id)
  const { rows } = await server.pool.query<{ event_seq: number }>(
    'select event_seq from webhook_dispatches where endpoint_id = $1 order by 1',
    [webhook.id],
  )
  const settled = (n: number, state: string, days: number) =>
    server.pool.query(
      `update webhook_dispatches set state = $1, settled_at = now() - make_interval(days => $2) where endpoint_id = $3 and event_seq = $4`,
      [state, days, webhook.id, rows[n]!.event_seq],
    )
  await settled(0, 'accepted', 8)
  await settled(1, 'accepted', 6)
  await settled(2, 'given_up', 29)
  await settled(3, 'given_up', 31)
  await forgetOldDispatches(server.db, new AbortController().signal)
  const { dispatches } = await owner.call(listDispatches, { params: { id: webhook.id } })
  expect(dispatches.map(({ event_id }) => event_id)).toEqual([4, 2, 1].map((n) => rows[n]!.event_seq))
})

test('attempts come after growing gaps for three days, and the last when they are over', () => {
  const failed = (at: number, attempts: number) => ({
    taken: { event_seq: 1, attempts, first_tried_at: attempts === 0 ? null : new Date(0).toISOString(), event: null },
    posted: { at: new Date(at).toISOString(), status: 500, failure: null, answer: '', took_ms: 1, retryAfterMs: null },
  })
  let at = 0
  const gaps: number[] = []
  for (let attempts = 0; ; attempts++) {
    const fate = fateOf(failed(at, attempts), RETRYING)
    if (!('waitMs' in fate)) {
      expect(fate).toEqual({ state: 'given_up' })
      break
    }
    gaps.push(fate.waitMs)
    at += fate.waitMs
  }
  expect(at).toBe(72 * 3_600_000)
  expect(gaps.length).toBeGreaterThanOrEqual(13)
  expect(gaps.length).toBeLessThanOrEqual(17)
  for (const [n, gap] of gaps.slice(0, 9).entries()) {
    expect(gap).toBeGreaterThanOrEqual(RETRYING.gapsMs[n]! * 0.8)
    expect(gap).toBeLessThanOrEqual(RETRYING.gapsMs[n]! * 1.2)
  }
})

test.each([
  [null, null],
  ['7', 7000],
  ['999999999', 3_600_000],
  ['-1', 0],
  ['soon', null],
  ['Wed, 01 Jan 2025 00:00:30 GMT', 30_000],
  ['Wed, 01 Jan 2020 00:00:00 GMT', 0],
])('Retry-After of %s is a wait of %s ms', (text, milliseconds) => {
  expect(askedPatience(text, new Date('2025-01-01T00:00:00Z'))).toBe(milliseconds)
})
