// The test phone: customers who are played, from the webhook to what they get back, with nothing in between left out.
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { stateOf } from '../../test/help/talk.ts'
import { openDeliveryStore } from '../channels/storing.ts'
import { findReceipt, noteWriting, tellRead } from '../conversations/receipts.ts'
import { openSender, type Sender } from '../conversations/sender.ts'
import { sendMessage } from '../conversations/sending.ts'
import { newId } from '../lib/ids.ts'
import { openFarEnd, type FarEnd } from './far-end.ts'
import { openMediaFetcher } from '../conversations/fetching-media.ts'
import { openMedia } from '../conversations/reading-media.ts'
import { eraseTestContacts } from '../contacts/erasing.ts'
import { findFile } from './files.ts'
import { playFile } from './playing.ts'
import {
  behave,
  getTestPhone,
  listTestMessages,
  playDeletion,
  playEdit,
  playMessage,
  playReaction,
  type Behaviour,
} from './schema.ts'

let server: TestServer
let admin: Person
let farEnd: FarEnd
let sender: Sender
const FAST = { firstWaitMs: 40, mostWaitMs: 400, pairWaitMs: 300, lookEveryMs: 20 }

beforeAll(async () => {
  server = await openTestServer()
})
beforeEach(async () => {
  admin = await server.newPerson()
  farEnd = openFarEnd({ ...server, deliveries: openDeliveryStore(server.pool, () => {}) }, { stepMs: 10 })
  sender = openSender({ ...server, testPhone: farEnd.graph }, FAST)
})
afterEach(async () => {
  await sender.stop()
  await farEnd.stop()
  await sql`delete from outgoing_messages`.execute(server.db)
})
afterAll(() => server.close())

const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 5000, interval: 15 })
const AS_PEOPLE_DO: Behaviour = { reads: true, silent: false, refuses_with: null, delay_seconds: 0 }

/** A customer who has written, and whose conversation the person has. */
async function played(as: { from: string } | { user_id: string } = { from: '+16505551234' }) {
  await admin.call(playMessage, { body: { ...as, name: 'Rosa', text: 'Hello?' } })
  await server.interpret()
  const { customers } = await admin.call(getTestPhone)
  const { id } = customers[0]!
  const { rows } = await sql<{ channel_id: string }>`select channel_id from messages where contact_id = ${id}`.execute(
    server.db,
  )
  const conversationId = newId()
  await sql`delete from conversations where contact_id = ${id}`.execute(server.db)
  await sql`
    insert into conversations (org_id, id, contact_id, channel_id, status, agent_id, agent_name, opened_at, last_message_at, window_ends_at)
    values (${admin.actor.org_id}, ${conversationId}, ${id}, ${rows[0]!.channel_id}, 'active', ${admin.actor.id}, ${admin.actor.name}, now(), now(), now() + interval '1 day')`.execute(
    server.db,
  )
  await sql`update messages set conversation_id = ${conversationId} where contact_id = ${id}`.execute(server.db)
  return {
    id,
    conversationId,
    as: (behaviour: Partial<Behaviour>) =>
      admin.call(behave, { params: { id }, body: { ...AS_PEOPLE_DO, ...behaviour } }),
    async write(text: string) {
      const messageId = await server.db
        .transaction()
        .execute((tx) => sendMessage(tx, admin.actor, conversationId, { text }))
      sender.wake()
      return messageId
    },
    /** How far the message came, by the statuses that came back. */
    async statuses(messageId: string) {
      await server.interpret()
      const { rows: found } = await sql<{ status: string; code: number | null }>`
        select s.status, (s.content #>> '{errors,0,code}')::int as code from message_statuses s
        join messages m on m.org_id = s.org_id and m.channel_id = s.channel_id and m.wa_message_id = s.wa_message_id
        where m.id = ${messageId} order by s.at, s.received_at, s.status`.execute(server.db)
      return found
    },
    messages: async () => (await admin.call(listTestMessages, { params: { id } })).messages,
  }
}

/** A customer sends a file. */
async function file(id: string, sent: Parameters<typeof playFile>[2]) {
  const stage = { db: server.db, vault: server, actor: admin.actor }
  const delivery = await playFile(stage, id, sent)
  const { statusCode } = await server.app.inject({
    method: 'POST',
    url: `/webhooks/whatsapp/${delivery.accountId}`,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': delivery.signature },
    payload: delivery.body,
  })
  expect(statusCode).toBe(200)
  return delivery
}

test('what an agent writes arrives on the test phone, is delivered, and read; the customer answers and reacts to it', async () => {
  const customer = await played()
  const id = await customer.write('Good morning!')
  await until(async () =>
    expect((await customer.statuses(id)).map(({ status }) => status).toSorted()).toEqual(['delivered', 'read', 'sent']),
  )
  expect((await customer.messages()).map(({ text, arrived }) => [text, arrived])).toEqual([
    ['Hello?', true],
    ['Good morning!', true],
  ])
  await admin.call(playMessage, { body: { from: '+16505551234', text: 'Thanks', reply_to: id } })
  await admin.call(playReaction, { params: { id: customer.id }, body: { message_id: id, emoji: '👍' } })
  await server.interpret()
  const { wa_message_id } = await stateOf(server, id)
  const { rows } =
    await sql`select type, text, reply_to, target from messages where contact_id = ${customer.id} and direction = 'in' order by id offset 1`.execute(
      server.db,
    )
  expect(rows).toEqual([
    { type: 'text', text: 'Thanks', reply_to: wa_message_id, target: null },
    { type: 'reaction', text: '👍', reply_to: null, target: wa_message_id },
  ])
})

test('a reaction is taken back, a text is changed and deleted: the thread shows each', async () => {
  const customer = await played()
  const id = await customer.write('Good morning!')
  await until(async () => expect((await customer.statuses(id)).map(({ status }) => status)).toContain('delivered'))
  const play = (emoji: string | null) =>
    admin.call(playReaction, { params: { id: customer.id }, body: { message_id: id, emoji } })
  const shown = async () => {
    await server.interpret()
    return (await customer.messages()).map(({ text, edited_at, revoked_at, reactions }) => ({
      text,
      changed: [edited_at !== null && 'edited', revoked_at !== null && 'deleted'].filter(Boolean),
      reactions: reactions.map(({ emoji }) => emoji),
    }))
  }
  await play('👍')
  await play('❤️')
  expect((await shown()).at(-1)).toEqual({ text: 'Good morning!', changed: [], reactions: ['❤️'] })
  await play(null)
  expect((await shown()).at(-1)).toEqual({ text: 'Good morning!', changed: [], reactions: [] })
  const own = { params: { id: customer.id }, body: { message_id: (await customer.messages())[0]!.id } }
  await admin.call(playEdit, { ...own, body: { ...own.body, text: 'Hello!' } })
  expect((await shown())[0]).toEqual({ text: 'Hello!', changed: ['edited'], reactions: [] })
  await admin.call(playDeletion, own)
  expect((await shown())[0]).toMatchObject({ changed: ['edited', 'deleted'] })
  expect(await customer.messages()).toHaveLength(2)

  // Nobody deletes or changes what others wrote, nor writes about a thread that is not theirs.
  await expect(admin.call(playDeletion, { ...own, body: { message_id: id } })).rejects.toMatchObject({
    problem: { reason: 'test_message_not_theirs' },
  })
  const other = await played({ from: '+16505550000' })
  await expect(admin.call(playDeletion, { ...own, params: { id: other.id } })).rejects.toMatchObject({
    problem: { reason: 'test_message_missing' },
  })
})

test('a file that a customer sends is fetched as from Meta, byte for byte, and goes when the customer is erased', async () => {
  const customer = await played()
  const fetcher = openMediaFetcher({ ...server, testPhone: farEnd.graph }, { lookEveryMs: 20 })
  try {
    const bytes = Buffer.alloc(600_000, 'a photo of a red bicycle ')
    const { body } = await file(customer.id, { bytes, mime_type: 'image/jpeg', caption: 'This one' })
    await server.interpret()
    const media = await until(async () => {
      const message = (await customer.messages()).find(({ type }) => type === 'image')
      expect(message).toMatchObject({ text: 'This one', media: { state: 'stored', size: 600_000 } })
      return message!.media!
    })
    const pieces: Buffer[] = []
    const stored = await openMedia(server.db, admin.actor, media.id)
    for await (const piece of stored.read(0, stored.size)) pieces.push(piece)
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true)

    // What nothing here can show is a document, as on a phone, with its name.
    await file(customer.id, { bytes: Buffer.from('PK'), mime_type: 'application/x-odd', file_name: 'odd.bin' })
    await server.interpret()
    await until(async () =>
      expect((await customer.messages()).at(-1)).toMatchObject({
        type: 'document',
        media: { state: 'stored', file_name: 'odd.bin' },
      }),
    )

    const id = /"image":\{"id":"(\d+)"/.exec(body)![1]!
    const stranger = await server.newPerson()
    expect(await findFile(server.db, admin.actor.org_id, id)).toMatchObject({ mime_type: 'image/jpeg' })
    expect(await findFile(server.db, stranger.actor.org_id, id)).toBeNull()
    await server.db.transaction().execute((tx) => eraseTestContacts(tx, admin.actor.org_id))
    expect(await findFile(server.db, admin.actor.org_id, id)).toBeNull()
  } finally {
    await fetcher.stop()
  }
})

test('an empty file, words with a recording, and a file of nobody who is played are refused', async () => {
  const customer = await played()
  const recording = { bytes: Buffer.from('x'), mime_type: 'audio/ogg' }
  const refusalOf = (id: string, given: object) => file(id, { ...recording, ...given }).catch((error: unknown) => error)
  expect(await refusalOf(customer.id, { bytes: Buffer.alloc(0) })).toMatchObject({ details: { reason: 'file_empty' } })
  expect(await refusalOf(customer.id, { caption: 'Listen' })).toMatchObject({
    details: { reason: 'caption_not_taken' },
  })
  expect(await refusalOf(newId(), {})).toMatchObject({ details: { reason: 'customer_missing' } })
})

test('while the agent writes the customer sees it, for 25 seconds or until a message comes', async () => {
  const { id, conversationId } = await played()
  const writing = async () => (await admin.call(listTestMessages, { params: { id } })).writing_until
  const note = async () => {
    const receipt = await server.db.transaction().execute((tx) => noteWriting(tx, admin.actor, conversationId))
    await tellRead({ ...server, testPhone: farEnd.graph }, receipt!)
    await until(async () => expect(await writing()).not.toBeNull())
  }
  expect(await writing()).toBeNull()
  await note()
  expect(Date.parse((await writing())!) - Date.now()).toBeLessThanOrEqual(25_000)
  await server.db.transaction().execute((tx) => sendMessage(tx, admin.actor, conversationId, { text: 'Good morning' }))
  expect(await writing()).toBeNull()

  await sql`update conversations set writing_told_at = null where id = ${conversationId}`.execute(server.db)
  await sql`update messages set sent_at = now() - interval '5 seconds' where conversation_id = ${conversationId}`.execute(
    server.db,
  )
  await sql`update test_phone_customers set writing_since = null where contact_id = ${id}`.execute(server.db)
  await note()
  await sql`update test_phone_customers set writing_since = now() - interval '25 seconds' where contact_id = ${id}`.execute(
    server.db,
  )
  expect(await writing()).toBeNull()
})

test('what the agent reads is read on the phone of the customer, and what comes after it is not yet', async () => {
  const customer = await played()
  const written = async () =>
    (await customer.messages())
      .filter(({ direction }) => direction === 'in')
      .map(({ text, was_read }) => [text, was_read])
  const say = async (text: string) => {
    await admin.call(playMessage, { body: { from: '+16505551234', text } })
    await server.interpret()
  }
  const read = async () => {
    const newest = (await customer.messages()).findLast(({ direction }) => direction === 'in')!
    const receipt = await findReceipt(server.db, admin.actor, customer.conversationId, newest.id)
    await tellRead({ ...server, testPhone: farEnd.graph }, receipt!)
    return receipt!
  }
  await say('Are you there?')
  expect(await written()).toEqual([
    ['Hello?', false],
    ['Are you there?', false],
  ])
  const first = await read()
  await until(async () =>
    expect(await written()).toEqual([
      ['Hello?', true],
      ['Are you there?', true],
    ]),
  )
  expect((await admin.call(listTestMessages, { params: { id: customer.id } })).writing_until).toBeNull()

  await say('It is urgent')
  expect((await written()).at(-1)).toEqual(['It is urgent', false])
  await read()
  await until(async () => expect((await written()).at(-1)).toEqual(['It is urgent', true]))
  // What is told late takes nothing back, and what is known already is not told to open screens again.
  const events = async () =>
    (
      await sql`select from events where contact_id = ${customer.id} and kind = 'conversation.delivery'`.execute(
        server.db,
      )
    ).rows.length
  const before = await events()
  await tellRead({ ...server, testPhone: farEnd.graph }, first)
  await farEnd.stop()
  expect((await written()).at(-1)).toEqual(['It is urgent', true])
  expect(await events()).toBe(before)

  await customer.write('Yes')
  expect((await customer.messages()).at(-1)).toMatchObject({ text: 'Yes', was_read: false })
})

test('a customer without a phone gets it by their user id', async () => {
  const customer = await played({ user_id: 'US.12345' })
  const id = await customer.write('To your id')
  await until(async () => expect((await customer.statuses(id)).map(({ status }) => status)).toContain('delivered'))
})

test('a customer who does not read, or whose phone is off, is told of no further than that', async () => {
  const customer = await played()
  await customer.as({ reads: false })
  const unread = await customer.write('One')
  await until(async () => expect((await customer.statuses(unread)).map(({ status }) => status)).toContain('delivered'))
  await customer.as({ silent: true })
  const off = await customer.write('Two')
  await until(async () => expect((await customer.statuses(off)).map(({ status }) => status)).toEqual(['sent']))
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect((await customer.statuses(off)).map(({ status }) => status)).toEqual(['sent'])
  expect((await customer.statuses(unread)).map(({ status }) => status)).not.toContain('read')
  expect((await customer.messages()).map(({ text, arrived }) => [text, arrived])).toEqual([
    ['Hello?', true],
    ['One', true],
    ['Two', false],
  ])
})

test('a phone that is on again gets what was sent meanwhile, and who reads again reads what had arrived', async () => {
  const customer = await played()
  const statuses = async (id: string) => (await customer.statuses(id)).map(({ status }) => status).toSorted()
  await customer.as({ reads: false })
  const unread = await customer.write('One')
  await until(async () => expect(await statuses(unread)).toEqual(['delivered', 'sent']))
  await customer.as({ reads: false, silent: true })
  const [first, second] = [await customer.write('Two'), await customer.write('Three')]
  await until(async () => {
    for (const id of [first, second]) expect(await statuses(id)).toEqual(['sent'])
  })
  // Off, nobody reads.
  await customer.as({ reads: true, silent: true })
  expect(await statuses(unread)).toEqual(['delivered', 'sent'])
  await customer.as({ reads: false, silent: true })
  await customer.as({ reads: false })
  for (const id of [first, second]) expect(await statuses(id)).toEqual(['delivered', 'sent'])
  expect((await customer.messages()).every(({ arrived }) => arrived)).toBe(true)
  await customer.as({ reads: true })
  for (const id of [unread, first, second]) expect(await statuses(id)).toEqual(['delivered', 'read', 'sent'])
})

test('what is on its way when the phone goes off does not arrive before it is on again', async () => {
  const customer = await played()
  await customer.as({ delay_seconds: 1 })
  const id = await customer.write('Slowly')
  await until(async () => expect((await customer.statuses(id)).map(({ status }) => status)).toEqual(['sent']))
  await customer.as({ silent: true })
  await new Promise((resolve) => setTimeout(resolve, 1300))
  expect((await customer.statuses(id)).map(({ status }) => status)).toEqual(['sent'])
  await customer.as({ reads: false })
  expect((await customer.statuses(id)).map(({ status }) => status).toSorted()).toEqual(['delivered', 'sent'])
})

test('every error of Meta’s can be played: refused at once, or told later', async () => {
  const customer = await played()
  for (const code of [3, 10, 200, 130_497, 131_005, 131_021, 131_031, 131_037, 131_042, 131_045, 131_050, 131_053])
    expect(await customer.as({ refuses_with: code })).toMatchObject({ refuses_with: code })
  await expect(customer.as({ refuses_with: 131_999 })).rejects.toMatchObject({
    problem: { reason: 'error_code_unknown' },
  })
})

test('what is sent arrives after the delay', async () => {
  const customer = await played()
  await customer.as({ delay_seconds: 1 })
  const began = performance.now()
  const id = await customer.write('Slowly')
  await until(async () => expect((await customer.statuses(id)).map(({ status }) => status)).toContain('delivered'))
  expect(performance.now() - began).toBeGreaterThan(1000)
})

test.each([131_026, 131_047, 131_050])('%d is told later, as Meta does: taken, then failed', async (code) => {
  const customer = await played()
  await customer.as({ refuses_with: code })
  const id = await customer.write('Hi')
  await until(async () => expect(await customer.statuses(id)).toEqual([{ status: 'failed', code }]))
  expect((await stateOf(server, id)).state).toBe('accepted')
})

test.each([100, 368, 131_037])('%d is refused at once', async (code) => {
  const customer = await played()
  await customer.as({ refuses_with: code })
  const id = await customer.write('Hi')
  await until(async () => expect(await stateOf(server, id)).toMatchObject({ state: 'failed', error_code: code }))
})

test.each([131_056, 130_429, 190, 131_000])(
  '%d makes it wait; once the customer takes it again, it goes',
  async (code) => {
    const customer = await played()
    await customer.as({ refuses_with: code })
    const id = await customer.write('Hi')
    await until(async () => expect(await stateOf(server, id)).toMatchObject({ state: 'waiting', error_code: code }))
    await customer.as({})
    sender.wake()
    await until(async () => expect(await stateOf(server, id)).toMatchObject({ state: 'accepted', error_code: null }))
  },
)

test('only played customers have a behaviour, and only those of the organization', async () => {
  const customer = await played()
  const stranger = await server.newPerson()
  await expect(stranger.call(behave, { params: { id: customer.id }, body: AS_PEOPLE_DO })).rejects.toMatchObject({
    status: 404,
  })
  await expect(customer.as({ refuses_with: 7 })).rejects.toMatchObject({ status: 422 })
  await customer.as({ reads: false, delay_seconds: 5 })
  expect((await admin.call(getTestPhone)).customers[0]!.behaviour).toEqual({
    ...AS_PEOPLE_DO,
    reads: false,
    delay_seconds: 5,
  })
})
