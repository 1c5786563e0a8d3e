// Suggested tags over time: what people took off meanwhile, what customers wrote since, and what is read of it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { composeMessage, editOf, deletionOf } from '../channels/whatsapp/compose.ts'
import { getContact } from '../contacts/schema.ts'
import { changeContactTags } from '../tags/schema.ts'
import { newShop, newTag, talk, type Shop } from '../../test/help/closed-talks.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { analyzeOne } from './analyzing.ts'
import { changeAiTags, decideSuggestions, getAnalysis, listSuggestions } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const FOR_TWO = 'I would like to book a table for two'
const FOR_FOUR = 'I would like to book a table for four'

async function scene() {
  const shop = await newShop(server)
  const booking = await newTag(shop.admin, 'Table booking', 'Customer wants to book or reserve a table')
  await shop.admin.call(changeAiTags, { body: { tags: [{ id: booking, mode: 'suggest' }] } })
  return { shop, booking, ...(await closed(shop, FOR_TWO)) }
}

/** A customer writes, the conversation is closed, and read. */
async function closed(shop: Shop, text: string, from?: string) {
  const talked = await talk(server, shop, [text], from === undefined ? {} : { from })
  await analyze()
  return talked
}

const analyze = async () => {
  while (await analyzeOne(server, server.classifier));
}
const waiting = async ({ admin }: Shop, contact_id: string) =>
  (await admin.call(listSuggestions, { query: { contact_id } })).suggestions
const quotes = async (shop: Shop, contactId: string) =>
  (await waiting(shop, contactId)).map(({ evidence }) => evidence?.quote)
const change = ({ admin }: Shop, id: string, body: { add?: string[]; remove?: string[] }) =>
  admin.call(changeContactTags, { params: { id }, body })

/** Everything of a contact happened so much earlier. */
async function earlier(contactId: string, seconds: number) {
  const by = [contactId, `${seconds} seconds`]
  await server.pool.query('update messages set sent_at = sent_at - $2::interval where contact_id = $1', by)
  await server.pool.query(
    'update tag_assignments set added_at = added_at - $2::interval, removed_at = removed_at - $2::interval where contact_id = $1',
    by,
  )
}

test('a tag that a person put on and took off is not suggested again by what was written before, and is by what is newer', async () => {
  const { shop, booking, contactId, from } = await scene()
  expect(await quotes(shop, contactId)).toEqual([FOR_TWO])
  await earlier(contactId, 20)
  await change(shop, contactId, { add: [booking] })
  expect(await quotes(shop, contactId)).toEqual([])
  await change(shop, contactId, { remove: [booking] })
  expect(await shop.admin.call(listSuggestions, { query: {} })).toMatchObject({ suggestions: [], total: 0 })
  await earlier(contactId, 10)
  expect(await quotes(shop, contactId)).toEqual([])
  const { conversationId } = await closed(shop, FOR_FOUR, from)
  expect(await quotes(shop, contactId)).toEqual([FOR_FOUR])
  expect(await shop.admin.call(getAnalysis, { params: { id: conversationId } })).toMatchObject({
    analysis: { suggested: 1, held_back: 0 },
  })
})

test('one that waits goes by the newest that speaks for it, and stays the same to decide on', async () => {
  const { shop, contactId, conversationId, from } = await scene()
  const [first] = await waiting(shop, contactId)
  await earlier(contactId, 20)
  const second = await closed(shop, FOR_FOUR, from)
  const [now, ...others] = await waiting(shop, contactId)
  expect(others).toEqual([])
  expect(now).toMatchObject({
    id: first!.id,
    conversation_id: second.conversationId,
    evidence: { conversation_id: second.conversationId, quote: FOR_FOUR },
  })
  // The older conversation is read again: what it says is known to be older.
  await server.pool.query(
    `update analyses set state = 'waiting', attempts = 0, due_at = now() - interval '1 second' where conversation_id = $1`,
    [conversationId],
  )
  await analyze()
  expect(await quotes(shop, contactId)).toEqual([FOR_FOUR])
  expect(await shop.admin.call(getAnalysis, { params: { id: conversationId } })).toMatchObject({
    analysis: { suggested: 0, held_back: 1 },
  })
})

test('what it goes by is read as the customer left it: all that was read, after an edit, and nothing once it was taken back', async () => {
  const shop = await newShop(server)
  const booking = await newTag(shop.admin, 'Table booking', 'Customer wants to book or reserve a table')
  await shop.admin.call(changeAiTags, { body: { tags: [{ id: booking, mode: 'suggest' }] } })
  const words = `${FOR_TWO}. ${'We were always happy with you. '.repeat(20).trim()}`
  const { contactId, from } = await closed(shop, words)
  expect(await quotes(shop, contactId)).toEqual([words])

  const { rows } = await server.pool.query<{ wa_message_id: string }>(
    `select wa_message_id from messages where contact_id = $1 and direction = 'in'`,
    [contactId],
  )
  const target = rows[0]!.wa_message_id
  const say = async (message: ReturnType<typeof editOf> | ReturnType<typeof deletionOf>) => {
    const { phoneNumberId, displayPhone } = shop.account
    const number = { phoneNumberId, displayPhone, wabaId: '102290129340398' }
    await shop.account.deliver(composeMessage({ ...number, from, name: from, at: new Date(), message }))
    await server.interpret()
  }
  await say(editOf(target, FOR_FOUR))
  const [suggestion] = await waiting(shop, contactId)
  expect(suggestion!.evidence!.quote).toBe(FOR_FOUR)
  await shop.agent.call(decideSuggestions, { body: { accept: [suggestion!.id] } })
  const evidence = async () =>
    (await shop.admin.call(getContact, { params: { id: contactId } })).active_tags[0]!.evidence
  expect(await evidence()).toMatchObject({ quote: FOR_FOUR })
  await say(deletionOf(target))
  expect(await evidence()).toBeNull()
})

test('a contact with neither name nor phone is told with its username', async () => {
  const { shop, contactId } = await scene()
  await server.pool.query(
    `update contacts set display_name = null, name_origin = null, phone = null, username = 'realsheena' where id = $1`,
    [contactId],
  )
  const [suggestion] = await waiting(shop, contactId)
  expect(suggestion!.contact).toEqual({ id: contactId, name: null, phone: null, username: 'realsheena' })
})
