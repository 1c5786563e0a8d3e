// What Settings → WhatsApp, the webhook and the test phone promise.
import { getSession } from '../access/schema.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countContacts, listContacts } from '../contacts/schema.ts'
import { createTag, changeContactTags } from '../tags/schema.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { prepareDeliveryPartitions } from './deliveries.ts'
import {
  addChannel,
  createWhatsAppAccount,
  getDelivery,
  listChannels,
  listDeliveries,
  listWhatsAppAccounts,
  retryDeliveries,
  updateWhatsAppAccount,
} from './schema.ts'
import { clearTestPhone, getTestPhone, listTestMessages, playMessage } from '../test-phone/schema.ts'
import { composeTextMessage } from './whatsapp/compose.ts'
import { signBody } from './whatsapp/signature.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const input = {
  name: 'Shop',
  portfolio_id: '1',
  waba_id: '2',
  app_secret: 'first secret',
  channels: [{ name: 'Main', phone_number_id: '106540352242922', phone: '+1 (555) 078-3881' }],
}
const hello = (phoneNumberId: string, from = '+16505551234') =>
  composeTextMessage({ phoneNumberId, displayPhone: '15550783881', wabaId: '2', from, text: 'hello', at: new Date() })

const post = (id: string, body: string, headers: Record<string, string>) =>
  server.app.inject({
    method: 'POST',
    url: `/webhooks/whatsapp/${id}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: body,
  })
const signed = (id: string, body: string, secret: string) =>
  post(id, body, { 'x-hub-signature-256': signBody(body, secret) })

test('secrets are never answered, and are not in the database as they are', async () => {
  const admin = await server.newPerson()
  const account = await admin.call(createWhatsAppAccount, { body: { ...input, access_token: 'EAAG-very-secret' } })
  expect(account).toMatchObject({ has_access_token: true, channels: [{ phone: '+15550783881' }] })
  expect(JSON.stringify(account)).not.toMatch(/first secret|EAAG/)
  const { rows } = await server.pool.query('select * from whatsapp_accounts where id = $1', [account.id])
  const kept = Buffer.concat(
    Object.values(rows[0] as Record<string, unknown>).filter((value): value is Buffer => Buffer.isBuffer(value)),
  )
  expect(kept.includes('first secret')).toBe(false)
  expect(kept.includes(account.verify_token)).toBe(false)
})

test('names of accounts and numbers hold no control characters', async () => {
  const admin = await server.newPerson()
  const numbers = [{ name: 'Main\0number', phone_number_id: '106540352242988', phone: '+15550783888' }]
  for (const wrong of [{ name: 'Sh\0op' }, { channels: numbers }])
    await expect(admin.call(createWhatsAppAccount, { body: { ...input, ...wrong } })).rejects.toMatchObject({
      status: 422,
      problem: { reason: 'control_characters' },
    })
})

test('a wrong signature is 401, nothing of the body is kept, and the page says when and why', async () => {
  const admin = await server.newPerson()
  const account = await admin.call(createWhatsAppAccount, { body: input })
  const body = hello('106540352242922')
  for (const headers of [
    {},
    { 'x-hub-signature-256': 'sha256=00' },
    { 'x-hub-signature-256': signBody(body, 'wrong') },
    { 'x-hub-signature-256': signBody(`${body} `, input.app_secret) },
  ]) {
    expect((await post(account.id, body, headers as Record<string, string>)).statusCode).toBe(401)
  }
  expect((await server.pool.query('select 1 from deliveries where account_id = $1', [account.id])).rowCount).toBe(0)
  await expect
    .poll(async () => (await admin.call(listWhatsAppAccounts)).accounts[0]!.refused_count, { timeout: 5000 })
    .toBe(4)
  const [shown] = (await admin.call(listWhatsAppAccounts)).accounts
  expect(shown).toMatchObject({ last_refused_reason: 'signature_wrong', last_delivery_at: null })
  expect((await post('01900000-0000-7000-8000-000000000000', body, {})).statusCode).toBe(404)
  expect((await post('nonsense', body, {})).statusCode).toBe(404)
})

test('while an app secret is rotated both are accepted', async () => {
  const admin = await server.newPerson()
  const account = await admin.call(createWhatsAppAccount, { body: input })
  await admin.call(updateWhatsAppAccount, { params: { id: account.id }, body: { app_secret: 'second secret' } })
  expect((await signed(account.id, hello('106540352242922'), 'second secret')).statusCode).toBe(200)
  expect((await signed(account.id, hello('106540352242922'), 'first secret')).statusCode).toBe(200)
  await admin.call(updateWhatsAppAccount, { params: { id: account.id }, body: { app_secret: 'third secret' } })
  expect((await signed(account.id, hello('106540352242922'), 'third secret')).statusCode).toBe(200)
})

test('the same app secret again, and other changes, keep the one before accepted', async () => {
  const admin = await server.newPerson()
  const { id } = await admin.call(createWhatsAppAccount, { body: input })
  const change = (body: object) => admin.call(updateWhatsAppAccount, { params: { id }, body })
  await change({ app_secret: 'second secret' })
  await change({ app_secret: 'second secret' })
  await change({ name: 'Renamed' })
  expect((await signed(id, hello('106540352242922'), 'first secret')).statusCode).toBe(200)
})

test('under another SECRET_KEY the page says so, deliveries are asked for again, and new secrets put it right', async () => {
  const admin = await server.newPerson()
  const { id, verify_token } = await admin.call(createWhatsAppAccount, { body: input })
  await server.pool.query(
    `update whatsapp_accounts set app_secret = '\\x01', verify_token = '\\x01', access_token = '\\x01' where id = $1`,
    [id],
  )
  expect((await admin.call(listWhatsAppAccounts)).accounts).toMatchObject([
    { id, secrets_lost: true, verify_token: '' },
  ])
  expect((await signed(id, hello('106540352242922'), input.app_secret)).statusCode).toBe(503)
  expect(await admin.call(getSession)).toMatchObject({ lost_secrets: [admin.actor.org_id] })
  const again = await admin.call(updateWhatsAppAccount, { params: { id }, body: { app_secret: input.app_secret } })
  expect(again).toMatchObject({ secrets_lost: true })
  expect(await admin.call(updateWhatsAppAccount, { params: { id }, body: { access_token: 'EAAG-new' } })).toMatchObject(
    { secrets_lost: false },
  )
  expect(await admin.call(getSession)).toMatchObject({ lost_secrets: [] })
  expect(again.verify_token).toMatch(/^.{43}$/)
  expect(again.verify_token).not.toBe(verify_token)
  expect((await signed(id, hello('106540352242922'), input.app_secret)).statusCode).toBe(200)
})

test('a corrected portfolio takes along the ids that were read under the wrong one', async () => {
  const admin = await server.newPerson()
  const { id } = await admin.call(createWhatsAppAccount, { body: input })
  const byId = (text: string) =>
    composeTextMessage({
      phoneNumberId: '106540352242922',
      displayPhone: '1',
      wabaId: '2',
      userId: 'US.12345',
      text,
      at: new Date(),
    })
  await signed(id, byId('before'), input.app_secret)
  await server.interpret()
  await admin.call(updateWhatsAppAccount, { params: { id }, body: { portfolio_id: '777' } })
  await signed(id, byId('after'), input.app_secret)
  await server.interpret()
  expect((await admin.call(listContacts, {})).contacts).toMatchObject([
    { identities: [{ scope: '777', value: 'US.12345' }] },
  ])
})

test('deliveries are dropped after 30 days by whole days, but not those that could not be interpreted', async () => {
  const admin = await server.newPerson()
  const { id } = await admin.call(createWhatsAppAccount, { body: input })
  await server.pool.query(
    `create table deliveries_20200101 partition of deliveries for values from ('2020-01-01T00:00:00Z') to ('2020-01-02T00:00:00Z')`,
  )
  await server.pool.query(
    `insert into deliveries (org_id, account_id, body, received_at, interpreted_at, problem) values ($1, $2, 'fine', '2020-01-01T10:00:00Z', now(), null), ($1, $2, 'odd', '2020-01-01T11:00:00Z', now(), 'The body is not JSON.')`,
    [admin.actor.org_id, id],
  )
  await prepareDeliveryPartitions(server.db)
  await prepareDeliveryPartitions(server.db)
  const { deliveries } = await admin.call(listDeliveries, { params: { id } })
  expect(deliveries).toMatchObject([{ state: 'problem', received_at: '2020-01-01T11:00:00.000Z' }])
  expect((await server.pool.query(`select to_regclass('deliveries_20200101') as gone`)).rows[0].gone).toBeNull()
})

test('a number that is not connected is said, and what came for it is taken in when it is connected', async () => {
  const admin = await server.newPerson()
  const account = await admin.call(createWhatsAppAccount, { body: input })
  for (let n = 0; n < 3; n++)
    expect((await signed(account.id, hello('999', `+1650555000${n}`), input.app_secret)).statusCode).toBe(200)
  await server.interpret()
  expect(await admin.call(countContacts)).toEqual({ count: 0 })
  const [shown] = (await admin.call(listWhatsAppAccounts)).accounts
  expect(shown!.other_numbers).toEqual([{ phone_number_id: '999', deliveries: 3 }])
  const { deliveries } = await admin.call(listDeliveries, {
    params: { id: account.id },
    query: { show: 'other_numbers' },
  })
  expect(deliveries[0]).toMatchObject({ left_for: ['999'], held: { 'message: text': 1 }, state: 'interpreted' })
  const connected = await admin.call(addChannel, {
    params: { id: account.id },
    body: { name: 'Other', phone_number_id: '999', phone: '+15550000000' },
  })
  expect(connected.other_numbers).toEqual([])
  await server.interpret()
  expect(await admin.call(countContacts)).toEqual({ count: 3 })
})

test('a delivery to one account is interpreted for any number of the organization, but a played one never for a real number', async () => {
  const admin = await server.newPerson()
  const one = await admin.call(createWhatsAppAccount, { body: input })
  const two = await admin.call(createWhatsAppAccount, {
    body: { ...input, channels: [{ name: 'Two', phone_number_id: '222', phone: '+15550000002' }] },
  })
  await signed(two.id, hello('106540352242922'), input.app_secret)
  await server.interpret()
  expect(await admin.call(countContacts)).toEqual({ count: 1 })
  const played = await server.newAccount(admin, { kind: 'test' })
  await played.deliver(hello('106540352242922', '+16505559999'))
  await signed(one.id, hello(played.phoneNumberId, '+16505559998'), input.app_secret)
  await server.interpret()
  expect(await admin.call(countContacts)).toEqual({ count: 1 })
})

test('what could not be interpreted is listed with its reason and body, and can be tried again', async () => {
  const admin = await server.newPerson()
  const account = await admin.call(createWhatsAppAccount, { body: input })
  await signed(account.id, 'not json ☃', input.app_secret)
  for (let n = 0; n < 4; n++) await signed(account.id, hello('106540352242922'), input.app_secret)
  await server.interpret()
  const { deliveries } = await admin.call(listDeliveries, { params: { id: account.id }, query: { show: 'problems' } })
  expect(deliveries).toMatchObject([
    {
      state: 'problem',
      problem: 'The body is not JSON.',
      misread: { reason: 'not_json', path: 'body', more: 0 },
    },
  ])
  expect(await admin.call(getDelivery, { params: { id: account.id, delivery_id: deliveries[0]!.id } })).toMatchObject({
    body: 'not json ☃',
  })
  expect(await admin.call(retryDeliveries, { params: { id: account.id } })).toEqual({ count: 1 })
  await server.interpret()
  expect((await admin.call(listWhatsAppAccounts)).accounts[0]!.problem_count).toBe(1)
  const first = await admin.call(listDeliveries, { params: { id: account.id }, query: { limit: 3 } })
  const second = await admin.call(listDeliveries, {
    params: { id: account.id },
    query: { limit: 3, cursor: first.next_cursor! },
  })
  expect([...first.deliveries, ...second.deliveries]).toHaveLength(5)
  expect(second.next_cursor).toBeNull()
})

test('a delivery that cannot be taken in does not hold up the others, and is kept with its reason', async () => {
  const admin = await server.newPerson()
  const account = await admin.call(createWhatsAppAccount, { body: input })
  await server.pool.query(`alter table contacts add constraint test_poison check (phone <> '+16505550666')`)
  try {
    for (const from of ['+16505550001', '+16505550666', '+16505550002'])
      await signed(account.id, hello('106540352242922', from), input.app_secret)
    await server.interpret()
    expect((await admin.call(listContacts, {})).contacts.map((contact) => String(contact.phone)).toSorted()).toEqual([
      '+16505550001',
      '+16505550002',
    ])
    const { deliveries } = await admin.call(listDeliveries, { params: { id: account.id }, query: { show: 'problems' } })
    expect(deliveries).toMatchObject([{ problem: expect.stringContaining('test_poison') }])
  } finally {
    await server.pool.query('alter table contacts drop constraint test_poison')
  }
  expect(await admin.call(retryDeliveries, { params: { id: account.id } })).toEqual({ count: 1 })
  await server.interpret()
  expect(await admin.call(countContacts)).toEqual({ count: 3 })
})

test('an agent is told the names of the numbers, of no other organization, and nothing of their accounts', async () => {
  const admin = await server.newPerson()
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const stranger = await server.newPerson()
  await stranger.call(createWhatsAppAccount, { body: input })
  const { channels } = await admin.call(createWhatsAppAccount, {
    body: {
      ...input,
      channels: [...input.channels, { name: 'Second', phone_number_id: '106540352242923', phone: '+15550783882' }],
    },
  })
  const played = await server.newAccount(admin, { kind: 'test' })
  await expect(agent.call(listWhatsAppAccounts)).rejects.toMatchObject({ status: 403 })
  expect(await agent.call(listChannels)).toEqual({
    channels: [
      { id: channels[0]!.id, name: 'Main', phone: '+15550783881', account_name: 'Shop', test: false, paused: null },
      { id: channels[1]!.id, name: 'Second', phone: '+15550783882', account_name: 'Shop', test: false, paused: null },
      {
        id: played.account.channels[0]!.id,
        name: 'Main number',
        phone: '+15550783881',
        account_name: 'Shop',
        test: true,
        paused: null,
      },
    ],
  })
})

test('another organization’s account is not there, for any of its routes', async () => {
  const admin = await server.newPerson()
  const stranger = await server.newPerson()
  const { id } = await admin.call(createWhatsAppAccount, { body: input })
  await signed(id, 'x', input.app_secret)
  await server.interpret()
  const [delivery] = (await admin.call(listDeliveries, { params: { id } })).deliveries
  const refused = { status: 404 }
  await expect(stranger.call(updateWhatsAppAccount, { params: { id }, body: { name: 'Mine' } })).rejects.toMatchObject(
    refused,
  )
  await expect(stranger.call(addChannel, { params: { id }, body: input.channels[0]! })).rejects.toMatchObject(refused)
  await expect(stranger.call(listDeliveries, { params: { id } })).rejects.toMatchObject(refused)
  await expect(stranger.call(getDelivery, { params: { id, delivery_id: delivery!.id } })).rejects.toMatchObject(refused)
  await expect(stranger.call(retryDeliveries, { params: { id } })).rejects.toMatchObject(refused)
  expect((await stranger.call(listWhatsAppAccounts)).accounts).toEqual([])
  await stranger.call(createWhatsAppAccount, { body: input })
  await expect(admin.call(createWhatsAppAccount, { body: input })).rejects.toMatchObject({
    status: 409,
    problem: { field: 'channels.0.phone_number_id' },
  })
})

test('the test phone plays customers through the very door, and its contacts are cleared at once, nobody else’s', async () => {
  const admin = await server.newPerson()
  const account = await admin.call(createWhatsAppAccount, { body: input })
  await signed(account.id, hello('106540352242922'), input.app_secret)
  await admin.call(playMessage, { body: { from: '+16505551234', name: 'Played', text: 'one' } })
  await admin.call(playMessage, { body: { user_id: 'US.12345', username: '@nophone', text: 'two' } })
  await admin.call(playMessage, { body: { user_id: 'US.12345', text: 'three' } })
  await server.interpret()
  const { phone, customers } = await admin.call(getTestPhone)
  expect(phone).toBe('+15550100000')
  const [hidden, played] = ['US.12345', null].map((id) => customers.find((customer) => customer.user_id === id)!)
  expect(hidden).toMatchObject({ phone: null, user_id: 'US.12345', username: 'nophone' })
  expect(played).toMatchObject({ phone: '+16505551234', display_name: 'Played' })
  const { messages } = await admin.call(listTestMessages, { params: { id: hidden!.id } })
  expect(messages.map((message) => String(message.text)).toSorted()).toEqual(['three', 'two'])
  const tag = await admin.call(createTag, { body: { name: 'VIP' } })
  await admin.call(changeContactTags, { params: { id: hidden!.id }, body: { add: [tag.id] } })
  expect(await admin.call(countContacts)).toEqual({ count: 3 })
  const real = (await admin.call(listContacts, {})).contacts.find((contact) => !contact.test)!
  await expect(admin.call(listTestMessages, { params: { id: real.id } })).rejects.toMatchObject({ status: 404 })
  expect(await admin.call(clearTestPhone)).toEqual({ count: 2 })
  expect((await admin.call(listContacts, {})).contacts).toMatchObject([{ id: real.id }])
  const left = await server.pool.query(
    'select 1 from messages m where org_id = $1 and contact_id <> $2 union all select 1 from events where org_id = $1 and contact_id = any($3::uuid[])',
    [admin.actor.org_id, real.id, customers.map((customer) => customer.id)],
  )
  expect(left.rowCount).toBe(0)
  const told = await server.pool.query(`select contact_id from events where org_id = $1 and kind = 'contacts.erased'`, [
    admin.actor.org_id,
  ])
  expect(told.rows).toEqual([{ contact_id: null }])
})
