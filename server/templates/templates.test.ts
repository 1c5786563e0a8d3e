// Templates: what is offered, what is sent, and what becomes of the conversation until the customer answers.
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openGraph, type Graph } from '../../test/help/graph.ts'
import { openTestServer, type ConnectedAccount, type Person, type TestServer } from '../../test/help/server.ts'
import { updateAccount } from '../channels/accounts.ts'
import { composeStatus, composeTextMessage } from '../channels/whatsapp/compose.ts'
import { mergeContacts, undoMerge } from '../contacts/merging.ts'
import { expireConversations } from '../conversations/closing.ts'
import { getAgentFigures } from '../conversations/figures-schema.ts'
import * as conversations from '../conversations/schema.ts'
import { openSender, type Sender } from '../conversations/sender.ts'
import { sendMessage } from '../conversations/sending.ts'
import type { ProblemBody } from '../lib/shapes.ts'
import { playChoice, playMessage } from '../test-phone/schema.ts'
import { listTemplates, sendTemplate } from './schema.ts'

let graph: Graph
let server: TestServer
let sender: Sender | null = null
beforeAll(async () => {
  graph = await openGraph()
  server = await openTestServer({ config: { graphApiUrl: graph.url } })
})
afterEach(async () => {
  await sender?.stop()
  sender = null
  graph.mishap = () => null
  graph.templateMishap = () => null
  graph.messages.length = 0
  graph.templateSteps.length = 0
  graph.media.length = 0
  await sql`delete from outgoing_messages`.execute(server.db)
})
afterAll(async () => {
  await server.close()
  await graph.close()
})

const HOUR = 3_600_000
const ago = (ms: number) => new Date(Date.now() - ms)
const never = new AbortController().signal
const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000, interval: 15 })
const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => {
      throw new Error('It was not refused.')
    },
    (refused: unknown) => (refused as { problem: ProblemBody }).problem,
  )
let customers = 0

/** An organization with a connected number, and customers who write when they are told to. */
async function scene({ token = graph.token } = {}) {
  const admin = await server.newPerson('admin')
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const account = await server.newAccount(admin)
  if (token !== '')
    await server.db
      .transaction()
      .execute((tx) => updateAccount(tx, server, admin.actor, account.account.id, { access_token: token }))
  const phone = `+16506${String(100_000 + customers++)}`
  const open = async (person: Person) =>
    (await person.call(conversations.listConversations, { query: { list: 'open' } })).conversations
  return {
    admin,
    agent,
    account,
    phone,
    channelId: account.account.channels[0]!.id,
    open,
    writes: (text: string, at = new Date()) => write(account, phone, text, at),
    /** A conversation that the customer left so long ago, and that was closed for it. */
    async expired(hours = 30) {
      await write(account, phone, 'Is it ready?', ago(hours * HOUR))
      const { conversations: all } = await admin.call(conversations.listConversations, { query: {} })
      const { id } = all[0]!
      await expireConversations(server.db, never)
      return id
    },
  }
}

async function write(account: ConnectedAccount, from: string, text: string, at: Date): Promise<void> {
  const { phoneNumberId, displayPhone } = account
  const body = composeTextMessage({ phoneNumberId, displayPhone, wabaId: '0', from, name: 'Ana', text, at })
  expect(await account.deliver(body)).toBe(200)
  await server.interpret()
}

const READY = { name: 'order_ready', language: 'en_US', values: { 'body.1': 'Ana' } }
const sends = (person: Person, id: string, body: object = READY) =>
  person.call(sendTemplate, { params: { id }, body: body as typeof READY })
const one = (person: Person, id: string) => person.call(conversations.getConversation, { params: { id } })

test('the approved templates of the number’s account are listed, with what they need and what prevents some', async () => {
  const { agent, channelId } = await scene()
  const { templates, complete } = await agent.call(listTemplates, { params: { id: channelId } })
  expect(complete).toBe(true)
  expect(templates.map(({ name, language }) => `${name} ${language}`)).toEqual([
    'appointment ar',
    'book_a_visit en_US',
    'discount en_US',
    'follow_up en_US',
    'follow_up es',
    'left_in_your_basket en_US',
    'new_blend en_US',
    'opening_hours en_US',
    'order_ready en_US',
    'our_shelves en_US',
    'pick_up_point en_US',
    'share_your_number en_US',
    'shipping_update pt_BR',
    'shipping_update zh_CN',
    'sign_in_code en_US',
    'three_origins en_US',
    'until_sunday en_US',
  ])
  expect(templates.flatMap(({ name, obstacle }) => (obstacle === null ? [] : [`${name}: ${obstacle}`]))).toEqual([
    'left_in_your_basket: products',
    'sign_in_code: authentication',
    'three_origins: carousel',
    'until_sunday: limited_time_offer',
  ])
  expect(templates.find(({ name }) => name === 'order_ready')).toMatchObject({
    obstacle: null,
    variables: [{ key: 'body.1' }],
  })
  expect(templates.find(({ name }) => name === 'new_blend')).toMatchObject({ obstacle: null, header_file: 'image' })
  expect(graph.templateSteps).toHaveLength(1)
})

test.each([
  ['a token that Meta refuses', { code: 190 }, 409, 'templates_token_refused'],
  ['a token without the permission', { code: 200 }, 409, 'templates_not_permitted'],
  ['an account that is not there', { code: 100 }, 409, 'templates_not_permitted'],
  ['too many questions', { code: 80_007 }, 429, 'templates_throttled'],
  ['an error of Meta’s', { status: 502 }, 503, 'templates_unreachable'],
  ['a connection that breaks', 'breaks', 503, 'templates_unreachable'],
  ['a refusal that nobody knows', { code: 368 }, 409, 'templates_refused'],
] as const)('%s is said in words, and nothing is sent', async (_, mishap, status, reason) => {
  const { agent, channelId, expired } = await scene()
  const id = await expired()
  graph.templateMishap = () => mishap
  const list = agent.call(listTemplates, { params: { id: channelId } })
  expect(await refusalOf(list)).toMatchObject({ status, reason })
  expect(await refusalOf(sends(agent, id))).toMatchObject({ status, reason })
  expect(await server.db.selectFrom('outgoing_messages').selectAll().execute()).toEqual([])
})

test('without a token an administrator is asked for one', async () => {
  const { agent, channelId } = await scene({ token: '' })
  const list = agent.call(listTemplates, { params: { id: channelId } })
  expect(await refusalOf(list)).toMatchObject({ status: 409, reason: 'templates_token_missing' })
})

test('from an expired conversation a template begins the next, which is the sender’s, and goes to Meta as it reads', async () => {
  const { agent, expired, phone, open } = await scene()
  const before = await expired()
  expect(await one(agent, before)).toMatchObject({ status: 'expired', waits_until: null })
  const message = await sends(agent, before, {
    name: 'follow_up',
    language: 'en_US',
    values: { 'header.topic': 'your mill', 'body.customer_name': 'Ana', 'body.subject': 'the new blades' },
    client_key: 'mine',
  })
  expect(message).toMatchObject({
    type: 'template',
    direction: 'out',
    origin: 'sent',
    sent_by: agent.actor.name,
    client_key: 'mine',
    text: 'Hello Ana, there is news about the new blades.\n\nAnswer here and we go on where we stopped.',
    content: {
      shown: {
        header: 'About your mill',
        footer: 'You get this because you wrote to us.',
        buttons: [{ type: 'quick_reply', text: 'Yes, tell me' }, { text: 'Not now' }],
      },
    },
  })
  expect(message.conversation_id).not.toBe(before)
  const [next, ...others] = await open(agent)
  expect(others).toEqual([])
  expect(next).toMatchObject({
    id: message.conversation_id,
    status: 'active',
    agent: { id: agent.actor.id },
    last_message: { id: message.id, type: 'template' },
    unread_count: 0,
    waiting_since: null,
  })
  // Free text is taken as WhatsApp takes it: not before the customer has answered.
  expect(Date.parse(next!.window_ends_at)).toBeLessThan(Date.now())
  expect(Date.parse(next!.waits_until!) - Date.parse(message.sent_at)).toBeCloseTo(24 * HOUR, -3)
  const { rows: events } = await sql<{ kind: string; actor_name: string }>`
    select kind, actor_name from events where after ->> 'conversation_id' = ${next!.id} order by id`.execute(server.db)
  expect(events).toEqual(
    ['conversation.opened', 'conversation.assigned', 'conversation.message'].map((kind) => ({
      kind,
      actor_name: agent.actor.name,
    })),
  )
  const thread = await agent.call(conversations.listMessages, { params: { id: before } })
  expect(thread.messages.map(({ type }) => type)).toEqual(['template', 'text'])
  expect(thread.conversations.map(({ status }) => status)).toEqual(['expired', 'active'])

  sender = openSender(server, { lookEveryMs: 20 })
  await until(() => expect(graph.messages).toHaveLength(1))
  expect(graph.messages[0]!.body).toEqual({
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: phone,
    type: 'template',
    template: {
      name: 'follow_up',
      language: { code: 'en_US' },
      components: [
        { type: 'header', parameters: [{ type: 'text', parameter_name: 'topic', text: 'your mill' }] },
        {
          type: 'body',
          parameters: [
            { type: 'text', parameter_name: 'customer_name', text: 'Ana' },
            { type: 'text', parameter_name: 'subject', text: 'the new blades' },
          ],
        },
      ],
    },
    biz_opaque_callback_data: message.id,
  })
})

test('free text waits for the customer’s answer, which joins the conversation and opens the 24 hours', async () => {
  const { agent, expired, writes, open } = await scene()
  const { conversation_id: id } = await sends(agent, await expired())
  const text = { params: { id: id! }, body: { text: 'And another thing' } }
  expect(await refusalOf(agent.call(conversations.sendMessage, text))).toMatchObject({ reason: 'window_closed' })
  await expireConversations(server.db, never)
  expect(await one(agent, id!)).toMatchObject({ status: 'active' })
  await writes('Yes, please')
  expect(await open(agent)).toMatchObject([
    { id, status: 'active', agent: { id: agent.actor.id }, unread_count: 1, last_message: { text: 'Yes, please' } },
  ])
  const answered = await one(agent, id!)
  expect(Date.parse(answered.window_ends_at)).toBeGreaterThan(Date.now() + 23 * HOUR)
  expect(answered.waiting_since).not.toBeNull()
  await expect(agent.call(conversations.sendMessage, text)).resolves.toMatchObject({ conversation_id: id })
})

test('without an answer within 24 hours of the last template the conversation expires, and then an answer begins another', async () => {
  const { agent, expired, writes, open } = await scene()
  const { conversation_id: id } = await sends(agent, await expired())
  const first = (await one(agent, id!)).waits_until!
  const again = await sends(agent, id!)
  expect(again.conversation_id).toBe(id)
  expect((await one(agent, id!)).waits_until! > first).toBe(true)
  await sql`update conversations set opened_at = opened_at - interval '26 hours', waits_until = waits_until - interval '26 hours' where id = ${id}`.execute(
    server.db,
  )
  const { waits_until } = await one(agent, id!)
  await writes('Sorry, I was away')
  expect(await one(agent, id!)).toMatchObject({ status: 'expired', closed_at: waits_until })
  const next = await open(agent)
  expect(next).toMatchObject([{ status: 'pending', agent: null, last_message: { text: 'Sorry, I was away' } }])
  expect(next[0]!.id).not.toBe(id)
})

test('the clock closes what nobody answered as expired, at the end of the 24 hours, and announces it once', async () => {
  const { agent, expired } = await scene()
  const { conversation_id: id } = await sends(agent, await expired())
  await sql`update conversations set waits_until = waits_until - interval '25 hours' where id = ${id}`.execute(
    server.db,
  )
  const { waits_until } = await one(agent, id!)
  await expireConversations(server.db, never)
  await expireConversations(server.db, never)
  expect(await one(agent, id!)).toMatchObject({ status: 'expired', closed_at: waits_until, closed_by: 'Earmark' })
  const { rows } =
    await sql`select from events where kind = 'conversation.closed' and after ->> 'conversation_id' = ${id}`.execute(
      server.db,
    )
  expect(rows).toHaveLength(1)
})

test('what the customer wrote before the template, and WhatsApp delivered late, does not end the wait for the answer', async () => {
  const { agent, expired, writes, open } = await scene()
  const { conversation_id: id } = await sends(agent, await expired())
  await writes('Hello??', ago(26 * HOUR))
  await expireConversations(server.db, never)
  expect(await open(agent)).toMatchObject([{ id, status: 'active', unread_count: 1 }])
})

test('where the agent closed within the customer’s 24 hours, a template begins the next, and free text is taken in it', async () => {
  const { agent, writes, open } = await scene()
  await writes('Is it ready?', ago(HOUR))
  const { id } = (await open(agent))[0]!
  await agent.call(conversations.takeConversation, { params: { id } })
  await agent.call(conversations.closeConversation, { params: { id }, body: {} })
  const { conversation_id: next } = await sends(agent, id)
  expect(next).not.toBe(id)
  const before = await one(agent, id)
  expect(await one(agent, next!)).toMatchObject({ window_ends_at: before.window_ends_at })
  const text = { params: { id: next! }, body: { text: 'It is.' } }
  await expect(agent.call(conversations.sendMessage, text)).resolves.toMatchObject({ conversation_id: next })
})

test('in an open conversation only its agent sends a template, also after the 24 hours', async () => {
  const { admin, agent, writes, open } = await scene()
  await writes('Is it ready?')
  const { id } = (await open(agent))[0]!
  expect(await refusalOf(sends(agent, id))).toMatchObject({ reason: 'conversation_not_taken' })
  await agent.call(conversations.takeConversation, { params: { id } })
  expect(await refusalOf(sends(admin, id))).toMatchObject({ reason: 'conversation_not_yours' })
  await sql`update conversations set window_ends_at = now() where id = ${id}`.execute(server.db)
  await expect(sends(agent, id)).resolves.toMatchObject({ conversation_id: id })
  await expireConversations(server.db, never)
  expect(await one(agent, id)).toMatchObject({ status: 'active' })
})

test('from a closed conversation nothing is sent while the contact and the number have an open one', async () => {
  const { admin, agent, expired, writes, open } = await scene()
  const closed = await expired()
  await writes('Hello again')
  const { id } = (await open(agent))[0]!
  expect(await refusalOf(sends(agent, closed))).toMatchObject({
    status: 409,
    reason: 'conversation_went_on',
    data: { conversation_id: id },
  })
  expect(await refusalOf(sends(admin, closed))).toMatchObject({ reason: 'conversation_went_on' })
})

test('two who send from the same closed conversation at once begin one conversation, and one template goes out', async () => {
  const { admin, agent, expired, open } = await scene()
  const closed = await expired()
  const results = await Promise.allSettled([sends(admin, closed), sends(agent, closed)])
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(await open(agent)).toHaveLength(1)
  expect(await server.db.selectFrom('outgoing_messages').selectAll().execute()).toHaveLength(1)
})

test('a customer who writes at the very moment is in one conversation with the template', async () => {
  for (let n = 0; n < 5; n++) {
    const { agent, expired, writes, open } = await scene()
    const closed = await expired()
    const [sent] = await Promise.allSettled([sends(agent, closed), writes('Hello?')])
    await server.interpret()
    const [conversation, ...others] = await open(agent)
    expect(others).toEqual([])
    expect(conversation!.unread_count).toBe(1)
    // The customer was first: the agent is shown the newer conversation.
    if (sent.status === 'rejected') expect(conversation!.status).toBe('pending')
    else expect(conversation!.id).toBe(sent.value.conversation_id)
  }
})

test.each<[string, object, object]>([
  ['no value', {}, { reason: 'template_value_missing', field: 'values.body.1' }],
  ['blanks as a value', { 'body.1': '  ' }, { reason: 'template_value_missing', field: 'values.body.1' }],
  [
    'a value that is not wanted',
    { 'body.1': 'Ana', 'body.2': 'x' },
    { reason: 'template_value_unknown', field: 'values.body.2' },
  ],
  ['a line break', { 'body.1': 'Ana\nBea' }, { reason: 'template_value_lines', field: 'values.body.1' }],
  ['many blanks', { 'body.1': 'Ana     Bea' }, { reason: 'template_value_lines', field: 'values.body.1' }],
  [
    'a long value',
    { 'body.1': 'x'.repeat(1000) },
    { reason: 'template_too_long', field: 'values.body.1', data: { max: 1024 } },
  ],
])('%s is refused at its field, and nothing is opened', async (_, values, refused) => {
  const { agent, expired, open } = await scene()
  const id = await expired()
  expect(await refusalOf(sends(agent, id, { ...READY, values }))).toMatchObject({ status: 422, ...refused })
  expect(await open(agent)).toEqual([])
})

test('a header and the end of an address have limits of their own', async () => {
  const { agent, expired } = await scene()
  const id = await expired()
  const values = { 'header.1': '4711', 'body.1': 'Ana', 'body.2': 'amanhã', 'button.0': '4711' }
  const wrong = (more: object) =>
    refusalOf(sends(agent, id, { name: 'shipping_update', language: 'pt_BR', values: { ...values, ...more } }))
  expect(await wrong({ 'header.1': 'x'.repeat(60) })).toMatchObject({ field: 'values.header.1', data: { max: 60 } })
  expect(await wrong({ 'button.0': '47 11' })).toMatchObject({
    reason: 'template_value_spaces',
    field: 'values.button.0',
  })
})

test.each([
  ['one that is paused', { name: 'spring_sale', language: 'en_US' }, { status: 404, reason: 'template_missing' }],
  ['one that was rejected', { name: 'win_a_prize', language: 'en_US' }, { status: 404, reason: 'template_missing' }],
  ['another language', { name: 'order_ready', language: 'de' }, { status: 404, reason: 'template_missing' }],
  ['a part of a name', { name: 'order', language: 'en_US' }, { status: 404, reason: 'template_missing' }],
  [
    'one with products',
    { name: 'left_in_your_basket', language: 'en_US' },
    { status: 409, reason: 'template_not_sendable', data: { obstacle: 'products' } },
  ],
  [
    'one with cards',
    { name: 'three_origins', language: 'en_US' },
    { status: 409, reason: 'template_not_sendable', data: { obstacle: 'carousel' } },
  ],
  [
    'one with a picture, without the picture,',
    { name: 'new_blend', language: 'en_US', values: { 'body.1': 'Ana' } },
    { status: 422, reason: 'template_file_missing', field: 'file' },
  ],
])('%s is not sent', async (_, body, refused) => {
  const { agent, expired, open } = await scene()
  expect(await refusalOf(sends(agent, await expired(), body))).toMatchObject(refused)
  expect(await open(agent)).toEqual([])
})

const PLACE = {
  'location.latitude': '41.1579',
  'location.longitude': '-8.6291',
  'location.name': 'Café do Porto',
  'location.address': 'Rua das Flores 1',
}
const named = (name: string, values: object = {}) => ({ name, language: 'en_US', values })

test.each<[string, object, object, object[]]>([
  [
    'one with a place',
    named('pick_up_point', PLACE),
    {
      place: { latitude: '41.1579', longitude: '-8.6291', name: 'Café do Porto', address: 'Rua das Flores 1' },
      header: null,
    },
    [
      {
        type: 'header',
        parameters: [
          {
            type: 'location',
            location: { latitude: '41.1579', longitude: '-8.6291', name: 'Café do Porto', address: 'Rua das Flores 1' },
          },
        ],
      },
    ],
  ],
  [
    'one with a place that has no name',
    named('pick_up_point', { 'location.latitude': '-90', 'location.longitude': '180.0', 'location.name': ' ' }),
    { place: { latitude: '-90', longitude: '180.0' } },
    [{ type: 'header', parameters: [{ type: 'location', location: { latitude: '-90', longitude: '180.0' } }] }],
  ],
  [
    'one that copies a code',
    named('discount', { 'button.0': 'TEN10' }),
    { place: null, buttons: [{ type: 'copy_code', text: 'Copy offer code', target: 'TEN10' }] },
    [
      {
        type: 'button',
        sub_type: 'copy_code',
        index: '0',
        parameters: [{ type: 'coupon_code', coupon_code: 'TEN10' }],
      },
    ],
  ],
  [
    'one with a form',
    named('book_a_visit', { 'body.customer_name': 'Ana' }),
    { buttons: [{ type: 'flow', text: 'Choose a day', target: null }] },
    [
      { type: 'body', parameters: [{ type: 'text', parameter_name: 'customer_name', text: 'Ana' }] },
      { type: 'button', sub_type: 'flow', index: '0' },
    ],
  ],
  [
    'one with a catalog and a product of it',
    named('our_shelves', { 'button.0': '2lc20305pt' }),
    { buttons: [{ type: 'catalog', text: 'View catalog', target: '2lc20305pt' }] },
    [
      {
        type: 'button',
        sub_type: 'CATALOG',
        index: '0',
        parameters: [{ type: 'action', action: { thumbnail_product_retailer_id: '2lc20305pt' } }],
      },
    ],
  ],
  [
    'one with a catalog alone',
    named('our_shelves'),
    { buttons: [{ type: 'catalog', target: null }] },
    [{ type: 'button', sub_type: 'CATALOG', index: '0' }],
  ],
])('%s is kept as the customer reads it, and Meta takes it', async (_, body, shown, components) => {
  const { agent, expired } = await scene()
  const message = await sends(agent, await expired(), body)
  expect(message).toMatchObject({ type: 'template', content: { shown } })
  sender = openSender(server, { lookEveryMs: 20 })
  await until(() => expect(graph.messages).toHaveLength(1))
  expect(graph.messages[0]!.body['template']).toMatchObject({ components })
})

test('one that asks for the customer’s number needs nothing', async () => {
  const { agent, expired } = await scene()
  await sends(agent, await expired(), named('share_your_number'))
  sender = openSender(server, { lookEveryMs: 20 })
  await until(() => expect(graph.messages).toHaveLength(1))
  expect(graph.messages[0]!.body['template']).toEqual({ name: 'share_your_number', language: { code: 'en_US' } })
})

test.each<[string, object, object]>([
  [
    'a latitude beyond the pole',
    named('pick_up_point', { ...PLACE, 'location.latitude': '90.01' }),
    {
      reason: 'template_degrees_invalid',
      field: 'values.location.latitude',
      data: { most: 90, example: '41.1579' },
    },
  ],
  [
    'a latitude with a comma',
    named('pick_up_point', { ...PLACE, 'location.latitude': '41,1579' }),
    {
      reason: 'template_degrees_invalid',
      field: 'values.location.latitude',
      data: { most: 90, example: '41.1579' },
    },
  ],
  [
    'a longitude beyond the date line',
    named('pick_up_point', { ...PLACE, 'location.longitude': '-180.5' }),
    { reason: 'template_degrees_invalid', field: 'values.location.longitude' },
  ],
  [
    'a longitude in words',
    named('pick_up_point', { ...PLACE, 'location.longitude': '8° W' }),
    { reason: 'template_degrees_invalid', field: 'values.location.longitude' },
  ],
  [
    'a place without its longitude',
    named('pick_up_point', { 'location.latitude': '41.1579' }),
    { reason: 'template_value_missing', field: 'values.location.longitude' },
  ],
  [
    'an address that never ends',
    named('pick_up_point', { ...PLACE, 'location.address': 'x'.repeat(1001) }),
    { reason: 'too_long', field: 'values.location.address', data: { max: 1000 } },
  ],
  ['no code', named('discount'), { reason: 'template_value_missing', field: 'values.button.0' }],
  [
    'a long code',
    named('discount', { 'button.0': 'x'.repeat(21) }),
    { reason: 'too_long', field: 'values.button.0', data: { max: 20 } },
  ],
  [
    'a long id of a product',
    named('our_shelves', { 'button.0': 'x'.repeat(101) }),
    { reason: 'too_long', field: 'values.button.0', data: { max: 100 } },
  ],
])('%s is refused at its field', async (_, body, refused) => {
  const { agent, expired, open } = await scene()
  expect(await refusalOf(sends(agent, await expired(), body))).toMatchObject({ status: 422, ...refused })
  expect(await open(agent)).toEqual([])
})

describe('a template that begins with a picture', () => {
  const PICTURE = Buffer.from('\x89PNG\r\n\x1a\nnot much more')
  const withFile = async (person: Person, id: string, query: object, { type = 'image/png', bytes = PICTURE } = {}) => {
    const values = { name: 'new_blend', language: 'en_US', values: '{"body.1":"Ana"}', file_name: 'a.png', ...query }
    const answer = await server.app.inject({
      method: 'POST',
      url: `/v1/conversations/${id}/template-with-file?${new URLSearchParams(values).toString()}`,
      headers: {
        cookie: person.cookie,
        'earmark-organization': person.slug,
        'earmark-request': 'test',
        'content-type': type,
      },
      payload: bytes,
    })
    return { status: answer.statusCode, body: answer.json<Record<string, unknown> & { id: string }>() }
  }

  test('is sent with it: the picture is uploaded first, and stands in the thread', async () => {
    const { agent, expired, open } = await scene()
    const { status, body: message } = await withFile(agent, await expired(), {})
    expect({ status, message }).toMatchObject({
      status: 201,
      message: {
        type: 'template',
        text: 'Our new blend is here, Ana.',
        media: { mime_type: 'image/png', size: PICTURE.length, file_name: 'a.png', state: 'stored' },
        content: { shown: { header: null, header_file: 'image' } },
      },
    })
    expect(await open(agent)).toMatchObject([{ id: message['conversation_id'], status: 'active' }])
    sender = openSender(server, { lookEveryMs: 20 })
    await until(() => expect(graph.messages).toHaveLength(1))
    const [uploaded] = graph.media
    expect(uploaded).toMatchObject({ mime_type: 'image/png', bytes: PICTURE })
    expect(graph.messages[0]!.body['template']).toEqual({
      name: 'new_blend',
      language: { code: 'en_US' },
      components: [
        { type: 'header', parameters: [{ type: 'image', image: { id: uploaded!.id } }] },
        { type: 'body', parameters: [{ type: 'text', text: 'Ana' }] },
      ],
    })
  })

  test.each([
    ['a file of another kind', {}, { type: 'application/pdf' }, { reason: 'template_file_other_kind', field: 'file' }],
    ['a file that WhatsApp does not take', {}, { type: 'image/tiff' }, { reason: 'file_type_not_taken' }],
    ['an empty file', {}, { bytes: Buffer.alloc(0) }, { reason: 'file_empty' }],
    ['values that are no JSON', { values: 'Ana' }, {}, { field: 'values' }],
    ['a gap', { values: '{}' }, {}, { reason: 'template_value_missing', field: 'values.body.1' }],
    ['a template without a picture', { name: 'order_ready' }, {}, { reason: 'template_file_unwanted' }],
  ])('is not sent with %s, and nothing is opened', async (_, query, file, refused) => {
    const { agent, expired, open } = await scene()
    const { status, body } = await withFile(agent, await expired(), query, file)
    expect(status).toBe(422)
    expect(body).toMatchObject(refused)
    expect(await open(agent)).toEqual([])
  })
})

test('a call that is repeated under its key sends once', async () => {
  const { agent, expired, open } = await scene()
  const id = await expired()
  const repeated = () =>
    server.app.inject({
      method: 'POST',
      url: `/v1/conversations/${id}/template`,
      headers: {
        cookie: agent.cookie,
        'earmark-organization': agent.slug,
        'earmark-request': 'test',
        'idempotency-key': 'a-key',
        'content-type': 'application/json',
      },
      payload: JSON.stringify(READY),
    })
  const answers = await Promise.all([repeated(), repeated(), repeated()])
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]))
  expect(new Set(answers.map((answer) => answer.json<{ id: string }>().id)).size).toBe(1)
  expect(await open(agent)).toHaveLength(1)
  expect(await server.db.selectFrom('outgoing_messages').selectAll().execute()).toHaveLength(1)
})

test('a template that failed can be sent again though no free text is taken, and is waited for anew', async () => {
  const { agent, expired, account } = await scene()
  graph.mishap = () => ({ code: 132_015 })
  const { id, conversation_id } = await sends(agent, await expired())
  sender = openSender(server, { lookEveryMs: 20 })
  const delivery = async () =>
    (await agent.call(conversations.listMessages, { params: { id: conversation_id! } })).messages[0]!.delivery
  await until(async () => expect(await delivery()).toMatchObject({ state: 'failed', error_code: 132_015 }))
  await sql`update conversations set waits_until = now() + interval '1 minute' where id = ${conversation_id}`.execute(
    server.db,
  )
  graph.mishap = () => null
  await agent.call(conversations.resendMessage, { params: { id } })
  sender.wake()
  await until(async () => expect(await delivery()).toMatchObject({ state: 'sent' }))
  expect(Date.parse((await one(agent, conversation_id!)).waits_until!)).toBeGreaterThan(Date.now() + 23 * HOUR)
  expect(graph.messages).toHaveLength(1)
  await account.deliver(
    composeStatus({
      phoneNumberId: account.phoneNumberId,
      displayPhone: account.displayPhone,
      wabaId: '0',
      messageId: graph.messages[0]!.id,
      status: 'read',
      at: new Date(),
    }),
  )
  await server.interpret()
  expect(await delivery()).toMatchObject({ state: 'read' })
})

test('a template is no first answer; who answers what the customer writes to it gives one, counted from then on', async () => {
  const { admin, agent, expired, writes } = await scene()
  const { conversation_id: id } = await sends(agent, await expired())
  const figures = async () =>
    (await admin.call(getAgentFigures, { query: { from: ago(HOUR).toISOString() } })).agents.find(
      (each) => each.agent?.id === agent.actor.id,
    )
  expect(await figures()).toMatchObject({ open: 1, first_answers: 0, first_answer_median: null })
  await sql`update conversations set opened_at = opened_at - interval '20 hours' where id = ${id}`.execute(server.db)
  await writes('Yes, please', ago(60_000))
  await server.db.transaction().execute((tx) => sendMessage(tx, agent.actor, id!, { text: 'Here is the news.' }))
  const now = await figures()
  expect(now).toMatchObject({ open: 1, first_answers: 1 })
  expect(now!.first_answer_median).toBeGreaterThanOrEqual(59)
  expect(now!.first_answer_median).toBeLessThan(90)
})

test('of two people who are one, the conversation that waits goes on to, and is its agent’s again when that is undone', async () => {
  const { admin, agent, expired, account, open } = await scene()
  const closed = await expired()
  const { conversation_id: id } = await sends(agent, closed)
  const other = `+16507${String(100_000 + customers++)}`
  await write(account, other, 'It is me', new Date())
  const [newer] = (await open(agent)).filter((each) => each.id !== id)
  const waiting = await one(agent, id!)
  const merge = await server.db
    .transaction()
    .execute((tx) => mergeContacts(tx, admin.actor, newer!.contact.id, waiting.contact.id))
  expect(await open(agent)).toMatchObject([{ id: newer!.id, waits_until: waiting.waits_until }])
  await server.db.transaction().execute((tx) => undoMerge(tx, admin.actor, merge))
  expect(await one(agent, id!)).toMatchObject({
    status: 'active',
    agent: { id: agent.actor.id },
    waits_until: waiting.waits_until,
  })
})

test('the test phone’s number has templates without an account at Meta, and a played customer gets them', async () => {
  const admin = await server.newPerson()
  await admin.call(playMessage, { body: { from: '+16505551234', name: 'Rosa', text: 'Hello?' } })
  await server.interpret()
  const { conversations: all } = await admin.call(conversations.listConversations, { query: {} })
  const { id, channel_id } = all[0]!
  const { templates } = await admin.call(listTemplates, { params: { id: channel_id } })
  expect(templates.map(({ name }) => name)).toContain('follow_up')
  await admin.call(conversations.takeConversation, { params: { id } })
  await admin.call(conversations.closeConversation, { params: { id }, body: {} })
  sender = openSender(server, { lookEveryMs: 20 })
  const message = await sends(admin, id)
  await until(async () => {
    await server.interpret()
    const thread = await admin.call(conversations.listMessages, { params: { id: message.conversation_id! } })
    expect(thread.messages[0]).toMatchObject({ type: 'template', delivery: { state: 'delivered' } })
  })
  expect(graph.messages).toEqual([])
})

/** A played customer who has got a template; and what comes of their pressing a button of it. */
async function playedScene(body: object) {
  const admin = await server.newPerson()
  await admin.call(playMessage, { body: { from: '+16505551234', name: 'Rosa', text: 'Hello?' } })
  await server.interpret()
  const { conversations: all } = await admin.call(conversations.listConversations, { query: {} })
  const { id, contact } = all[0]!
  await admin.call(conversations.takeConversation, { params: { id } })
  sender = openSender(server, { lookEveryMs: 20 })
  const { id: message_id } = await sends(admin, id, body)
  const thread = async () => (await admin.call(conversations.listMessages, { params: { id } })).messages
  await until(async () =>
    expect((await thread()).find((each) => each.id === message_id)).toMatchObject({ delivery: { state: 'sent' } }),
  )
  return {
    message_id,
    thread,
    async presses(button: string, more: { answers?: Record<string, string> } = {}) {
      await admin.call(playChoice, { params: { id: contact.id }, body: { message_id, button, ...more } })
      await server.interpret()
    },
  }
}

test('a played customer answers by a button of the template, and only by one that it has', async () => {
  const values = { 'header.topic': 'it', 'body.customer_name': 'Rosa', 'body.subject': 'it' }
  const { message_id, thread, presses } = await playedScene(named('follow_up', values))
  expect(await refusalOf(presses('Maybe'))).toMatchObject({ status: 409, reason: 'test_button_missing' })
  await presses('Yes, tell me')
  expect((await thread()).find(({ type }) => type === 'button')).toMatchObject({
    direction: 'in',
    text: 'Yes, tell me',
    reply_to: { id: message_id, type: 'template' },
  })
})

test('a played customer sends the form that a button opens, as WhatsApp tells it', async () => {
  const { message_id, thread, presses } = await playedScene(named('book_a_visit', { 'body.customer_name': 'Rosa' }))
  await presses('Choose a day', { answers: { day: 'Friday', flow_token: 'mine' } })
  const form = (await thread()).find(({ type }) => type === 'interactive')
  expect(form).toMatchObject({ direction: 'in', text: 'Sent', reply_to: { id: message_id, type: 'template' } })
  const { nfm_reply } = (form!.content as { interactive: { nfm_reply: { response_json: string } } }).interactive
  expect(nfm_reply).toMatchObject({ name: 'flow', body: 'Sent' })
  expect(JSON.parse(nfm_reply.response_json)).toEqual({ day: 'Friday', flow_token: 'unused' })
})

test('a played customer orders the product that the template showed', async () => {
  const { message_id, thread, presses } = await playedScene(named('our_shelves', { 'button.0': '2lc20305pt' }))
  await presses('View catalog')
  expect((await thread()).find(({ type }) => type === 'order')).toMatchObject({
    direction: 'in',
    content: { order: { product_items: [{ product_retailer_id: '2lc20305pt', quantity: 1 }] } },
    reply_to: { id: message_id, type: 'template' },
  })
})

test('what a button copies is no answer', async () => {
  const { presses } = await playedScene(named('discount', { 'button.0': 'TEN10' }))
  expect(await refusalOf(presses('Copy offer code'))).toMatchObject({ reason: 'test_button_missing' })
})
