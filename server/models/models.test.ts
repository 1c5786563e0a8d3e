// Providers, the choice of who tags, the budget and the log, as administrators manage them.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eraseContact } from '../privacy/erasing.ts'
import { openOutgoing } from '../lib/outgoing.ts'
import { listAuditEntries } from '../audit/schema.ts'
import { addProvider, openScriptedModel, type ScriptedModel } from '../../test/help/models.ts'
import { openTestServer, Refused, type Person, type TestServer } from '../../test/help/server.ts'
import { openTalks } from '../../test/help/talk.ts'
import { checkAddress } from './addresses.ts'
import { askModel } from './calling.ts'
import { forgetOldCalls } from './log.ts'
import { findLostKeys } from './lost-keys.ts'
import { openProvider } from './providers.ts'
import * as schema from './schema.ts'
import { generateText } from 'ai'

let server: TestServer
const open: ScriptedModel[] = []
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(async () => {
  await Promise.all(open.map((each) => each.close()))
  await server.close()
})

const KEY = 'sk-proj-abcdefghij-WXYZ'
const body = (changes = {}) => ({
  kind: 'openai_compatible' as const,
  name: 'Groq',
  base_url: 'http://127.0.0.1:9/v1/',
  model: 'llama',
  api_key: KEY,
  ...changes,
})

const scripted = async () => {
  const model = await openScriptedModel('openai_compatible')
  open.push(model)
  return model
}

const refusalOf = async (work: Promise<unknown>): Promise<Refused['problem']> => {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(Refused)
  return (error as Refused).problem
}

const everything = async (person: Person): Promise<string> => {
  const tables = ['model_providers', 'model_calls', 'model_exchanges', 'audit_entries', 'events']
  const rows = []
  for (const table of tables)
    rows.push((await server.pool.query(`select t::text from ${table} t where org_id = $1`, [person.actor.org_id])).rows)
  return JSON.stringify(rows)
}

test('a key is kept sealed: neither answers, nor the audit log, nor any table have it, and only its end is shown', async () => {
  const admin = await server.newPerson('admin')
  const made = await admin.call(schema.createProvider, { body: body({ input_price: 0.5 }) })
  expect(made).toMatchObject({ base_url: 'http://127.0.0.1:9/v1', key_end: 'WXYZ', key_lost: false, input_price: 0.5 })
  const { providers } = await admin.call(schema.listProviders)
  expect(providers).toEqual([made])
  const { entries } = await admin.call(listAuditEntries, { query: {} })
  expect(entries.map(({ act }) => act)).toContain('model_provider.created')
  expect(JSON.stringify([made, providers, entries]) + (await everything(admin))).not.toContain('abcdefghij')
  expect((await openProvider(server.db, server.secretKey, admin.actor.org_id, made.id)).api_key).toBe(KEY)
})

test('a key stays when it is not entered again, can be replaced and removed, and is never sent to another address', async () => {
  const admin = await server.newPerson('admin')
  const { id } = await admin.call(schema.createProvider, { body: body() })
  const { kind: _kind, api_key: _key, ...rest } = body()
  const change = (changes: object) =>
    admin.call(schema.updateProvider, { params: { id }, body: { ...rest, ...changes } })
  expect(await change({ model: 'other', base_url: 'http://127.0.0.1:9/v2' })).toMatchObject({
    model: 'other',
    key_end: 'WXYZ',
  })
  expect(await refusalOf(change({ base_url: 'http://127.0.0.2:9/v1' }))).toMatchObject({
    reason: 'model_key_again',
    field: 'api_key',
  })
  expect(await change({ base_url: 'http://127.0.0.2:9/v1', api_key: 'sk-other-0123456789-ABCD' })).toMatchObject({
    key_end: 'ABCD',
  })
  expect(await change({ api_key: '' })).toMatchObject({ key_end: null })
})

test('after a restore without the secret key a provider says that its key is lost, and so does the restore', async () => {
  const admin = await server.newPerson('admin')
  const { id } = await admin.call(schema.createProvider, { body: body({ name: 'Lost one' }) })
  await server.pool.query('update model_providers set api_key = api_key || $2 where id = $1', [id, Buffer.of(1)])
  expect((await admin.call(schema.listProviders)).providers).toMatchObject([{ key_lost: true }])
  expect(await findLostKeys(server.db, server.secretKey)).toMatchObject([{ provider: 'Lost one' }])
  expect(await admin.call(schema.testProvider, { params: { id } })).toMatchObject({ reason: 'key_lost' })
})

test('agents may do nothing with models, and API keys neither', async () => {
  const admin = await server.newPerson('admin')
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const key = await server.newKey(admin)
  for (const caller of [agent, key]) {
    const outcomes = await Promise.allSettled([
      caller.call(schema.listProviders),
      caller.call(schema.getSettings),
      caller.call(schema.listCalls, { query: {} }),
      caller.call(schema.createProvider, { body: body() }),
    ])
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { status: 403 } })
  }
})

test('a private address is refused with the setting that allows it, a plain one because others could read along', async () => {
  const outgoing = openOutgoing({ allowPrivate: false })
  const check = (url: string) =>
    checkAddress({ config: { ...server.config, allowPrivateAddresses: false }, outgoing }, url)
  for (const url of ['http://127.0.0.1:11434/v1', 'http://[::1]/v1', 'http://10.0.0.7/v1', 'http://169.254.169.254/v1'])
    await expect(check(url)).rejects.toThrow('ALLOW_PRIVATE_ADDRESSES')
  await expect(check('http://1.1.1.1/v1')).rejects.toThrow('https://')
  await check('https://1.1.1.1/v1')
  await outgoing.close()
})

test('what cannot be a provider is refused with what to do', async () => {
  const admin = await server.newPerson('admin')
  for (const [changes, reason] of [
    [{ base_url: 'api.openai.com' }, 'model_url_incomplete'],
    [{ base_url: 'ftp://example.com' }, 'model_url_incomplete'],
    [{ base_url: 'https://user:word@example.com/v1' }, 'model_url_extras'],
    [{ base_url: 'https://example.com/v1?key=1' }, 'model_url_extras'],
    [{ name: ' ' }, 'model_provider_nameless'],
    [{ model: '' }, 'model_nameless'],
    [{ api_key: 'sk-with a blank' }, 'model_key_characters'],
    [{ input_price: -1 }, 'model_price_range'],
  ] as const)
    expect((await refusalOf(admin.call(schema.createProvider, { body: body(changes) }))).reason).toBe(reason)
  for (let n = 0; n < 20; n++) await admin.call(schema.createProvider, { body: body({ name: `P${n}` }) })
  expect((await refusalOf(admin.call(schema.createProvider, { body: body() }))).reason).toBe('too_many_model_providers')
})

test('a test says what the model said, or why it said nothing, and costs nothing but itself', async () => {
  const admin = await server.newPerson('admin')
  const model = await scripted()
  const { id } = await addProvider(server, admin.actor, model)
  model.answer = () => ({ text: 'Hello there!', usage: { input: 21, output: 4 } })
  const probe = () => admin.call(schema.testProvider, { params: { id } })
  expect(await probe()).toMatchObject({ reason: null, answer: 'Hello there!', input_tokens: 21, output_tokens: 4 })
  model.answer = () => ({ status: 429, error: 'You exceeded your current quota' })
  expect(await probe()).toMatchObject({ reason: 'no_credit', status: 429, answer: 'You exceeded your current quota' })
  expect(model.requests).toHaveLength(2)
  expect((await refusalOf(admin.call(schema.setSettings, { body: {} }))).reason).toBe('no_model_change')
  await admin.call(schema.setSettings, { body: { monthly_tokens: 20 } })
  expect(await probe()).toMatchObject({ reason: 'budget_used_up' })
  expect(model.requests).toHaveLength(2)
  expect((await admin.call(schema.getSettings)).month).toMatchObject({
    calls: 2,
    input_tokens: 21,
    output_tokens: 4,
    used_up: true,
  })
})

test('a test says so when a model answers without a word, and when its thoughts used up its tokens', async () => {
  const admin = await server.newPerson('admin')
  const model = await scripted()
  const { id } = await addProvider(server, admin.actor, model)
  const probe = () => admin.call(schema.testProvider, { params: { id } })
  model.answer = () => ({ text: ' ' })
  expect(await probe()).toMatchObject({ reason: 'garbage', answer: 'It answered without a word.' })
  model.answer = () => ({ text: '<think>Who may have', cutShort: true })
  expect(await probe()).toMatchObject({
    reason: 'garbage',
    answer: 'It used up its tokens before its first word, as models do that think for long.',
  })
})

test('the built-in classifier is the default; a choice is audited, and goes with its provider', async () => {
  const admin = await server.newPerson('admin')
  expect(await admin.call(schema.getSettings)).toMatchObject({
    tagging_provider_id: null,
    monthly_tokens: null,
    keep_days: 30,
    month: { calls: 0, used_up: false },
  })
  const { id } = await admin.call(schema.createProvider, { body: body() })
  expect(await admin.call(schema.setSettings, { body: { tagging_provider_id: id } })).toMatchObject({
    tagging_provider_id: id,
    keep_days: 30,
  })
  const { entries } = await admin.call(listAuditEntries, { query: {} })
  expect(entries[0]).toMatchObject({
    act: 'settings.changed',
    details: { before: { tags_closed_conversations: 'built-in' }, after: { tags_closed_conversations: 'Groq' } },
  })
  await admin.call(schema.setSettings, { body: { tagging_provider_id: id } })
  expect((await admin.call(listAuditEntries, { query: {} })).entries).toHaveLength(entries.length)
  await admin.call(schema.deleteProvider, { params: { id } })
  expect((await admin.call(schema.getSettings)).tagging_provider_id).toBeNull()
  expect((await refusalOf(admin.call(schema.setSettings, { body: { tagging_provider_id: id } }))).reason).toBe(
    'model_provider_missing',
  )
})

async function logged(admin: Person, conversation_id?: string) {
  const model = await scripted()
  const { id } = await addProvider(server, admin.actor, model)
  const ask = { org_id: admin.actor.org_id, provider_id: id, purpose: 'auto_close' as const }
  await askModel(server, conversation_id === undefined ? ask : { ...ask, conversation_id }, (asked, settings) =>
    generateText({ model: asked, ...settings, prompt: 'a secret of Eve' }),
  )
}

test('the log is read page by page, by purpose and outcome, and opens to the whole exchange', async () => {
  const admin = await server.newPerson('admin')
  for (let n = 0; n < 3; n++) await logged(admin)
  const { id } = await admin.call(schema.createProvider, { body: body() })
  await admin.call(schema.testProvider, { params: { id } })
  const ids = []
  for (let cursor: string | undefined; ;) {
    const page = await admin.call(schema.listCalls, { query: { limit: 2, ...(cursor && { cursor }) } })
    ids.push(...page.calls.map((call) => call.id))
    if (page.next_cursor === null) break
    cursor = page.next_cursor
  }
  expect(ids).toHaveLength(4)
  expect(ids).toEqual(ids.toSorted().toReversed())
  const failed = (await admin.call(schema.listCalls, { query: { outcome: 'failed' } })).calls
  expect(failed).toMatchObject([{ outcome: 'unreachable', purpose: 'test', input_tokens: 0 }])
  const [call] = (await admin.call(schema.listCalls, { query: { purpose: 'auto_close', outcome: 'answered' } })).calls
  const { exchange } = await admin.call(schema.getCall, { params: { id: call!.id } })
  expect(exchange!.request).toContain('a secret of Eve')
  expect(exchange!.response).toContain('All right.')
})

test('erasing a contact erases the exchanges of its conversations, and the log still counts the calls', async () => {
  const admin = await server.newPerson('admin')
  const { talk } = await openTalks(server, admin)
  const eve = await talk()
  await logged(admin, eve.conversationId)
  expect(await everything(admin)).toContain('a secret of Eve')
  await server.db.transaction().execute((tx) => eraseContact(tx, admin.actor, eve.contactId))
  expect(await everything(admin)).not.toContain('a secret of Eve')
  const { calls } = await admin.call(schema.listCalls, { query: {} })
  expect(calls).toMatchObject([{ outcome: 'answered', conversation_id: null, input_tokens: 100 }])
  expect((await admin.call(schema.getCall, { params: { id: calls[0]!.id } })).exchange).toBeNull()
})

test('calls are kept for the days that were set, exchanges no longer than messages, and what was used up stays counted', async () => {
  const [admin, other] = [await server.newPerson('admin'), await server.newPerson('admin')]
  const { talk } = await openTalks(server, admin)
  const { conversationId } = await talk()
  for (const age of [1, 40, 50, 70]) {
    await logged(admin, conversationId)
    await server.pool.query(
      `update model_calls set at = now() - make_interval(days => $2) where org_id = $1 and at > now() - interval '1 hour'`,
      [admin.actor.org_id, age],
    )
  }
  await logged(other)
  await server.pool.query(`update model_calls set at = now() - interval '29 days' where org_id = $1`, [
    other.actor.org_id,
  ])
  await admin.call(schema.setSettings, { body: { keep_days: 60 } })
  await server.pool.query('insert into retention (org_id, message_days, delivery_days) values ($1, 30, 8)', [
    admin.actor.org_id,
  ])
  await forgetOldCalls(server.db, new AbortController().signal)
  const { calls } = await admin.call(schema.listCalls, { query: {} })
  expect(calls).toHaveLength(3)
  const exchanges = await Promise.all(calls.map(({ id }) => admin.call(schema.getCall, { params: { id } })))
  expect(exchanges.filter(({ exchange }) => exchange === null)).toHaveLength(2)
  expect((await admin.call(schema.listCalls, { query: {} })).calls.length).toBe(3)
  expect((await other.call(schema.listCalls, { query: {} })).calls).toHaveLength(1)
  expect((await admin.call(schema.getSettings)).month.calls).toBe(4)
})

test('a call that a stopped server left under way is ended', async () => {
  const admin = await server.newPerson('admin')
  await logged(admin)
  await sql`update model_calls set outcome = null, at = now() - interval '1 hour' where org_id = ${admin.actor.org_id}`.execute(
    server.db,
  )
  expect((await admin.call(schema.listCalls, { query: { outcome: 'under_way' } })).calls).toHaveLength(1)
  await forgetOldCalls(server.db, new AbortController().signal)
  expect((await admin.call(schema.listCalls, { query: {} })).calls).toMatchObject([{ outcome: 'cancelled' }])
})
