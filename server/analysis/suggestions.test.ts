// Suggested tags over time: what people took off meanwhile, what customers wrote since, and what is read of it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composeMessage, editOf, deletionOf } from '../channels/whatsapp/compose.ts'
import { getContact } from '../contacts/schema.ts'
import { mergeTags } from '../operations/schema.ts'
import { changeContactTags, deleteTags } from '../tags/schema.ts'
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
    `update suggestions s set decided_at = decided_at - $2::interval, made_at = made_at - $2::interval
     from conversations v where v.id = s.conversation_id and v.contact_id = $1`,
    by,
  )
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

describe('a tag that was merged into another', () => {
  const suggests = async (shop: Shop, contactId: string) =>
    (await waiting(shop, contactId)).map(({ tag, evidence }) => [tag.id, tag.name, evidence?.quote])
  const merge = ({ admin }: Shop, from: string, into: string) =>
    admin.call(mergeTags, { params: { id: from }, body: { into } })
  const carried = async ({ admin }: Shop, id: string) =>
    (await admin.call(getContact, { params: { id } })).active_tags.map(({ tag }) => tag.name)
  const states = async (contactId: string) => {
    const { rows } = await server.pool.query<{ state: string }>(
      `select s.state from suggestions s join conversations v on v.id = s.conversation_id where v.contact_id = $1`,
      [contactId],
    )
    return rows.map(({ state }) => state)
  }

  /** The same with a second tag that means the same, which AIs may only suggest. */
  async function twoTags() {
    const { shop, ...rest } = await scene()
    const into = await newTag(shop.admin, 'Table reservations', 'Customer wants to book or reserve a table')
    await shop.admin.call(changeAiTags, { body: { tags: [{ id: into, mode: 'suggest' }] } })
    const key = await server.newKey(shop.admin, { kind: 'ai_agent' })
    const ask = (id: string, add: string) => key.call(changeContactTags, { params: { id }, body: { add: [add] } })
    return { shop, into, key, ask, ...rest }
  }

  test('is still suggested, as its survivor, from the moment of the merge; accepting it puts the survivor on', async () => {
    const { shop, booking, into, contactId } = await twoTags()
    await merge(shop, booking, into)
    const expected = [[into, 'Table reservations', FOR_TWO]]
    expect(await suggests(shop, contactId)).toEqual(expected)
    await server.operate()
    expect(await suggests(shop, contactId)).toEqual(expected)
    const [one] = await waiting(shop, contactId)
    expect(await shop.agent.call(decideSuggestions, { body: { accept: [one!.id] } })).toMatchObject({
      accepted: [one!.id],
      passed_over: [],
    })
    expect(await carried(shop, contactId)).toEqual(['Table reservations'])
    expect(await suggests(shop, contactId)).toEqual([])
  })

  test('once the survivor is deleted, nothing of it waits, and accepting it is passed over', async () => {
    const { shop, booking, into, contactId } = await twoTags()
    const [one] = await waiting(shop, contactId)
    await merge(shop, booking, into)
    await shop.admin.call(deleteTags, { body: { ids: [into] } })
    expect(await suggests(shop, contactId)).toEqual([])
    expect(await shop.agent.call(decideSuggestions, { body: { accept: [one!.id] } })).toMatchObject({
      accepted: [],
      passed_over: [one!.id],
    })
  })

  test.each(['accept', 'reject'] as const)(
    'that waited beside its survivor is shown once, by the newest that speaks for it; to %s one decides both',
    async (decide) => {
      const { shop, booking, into, contactId, ask } = await twoTags()
      await earlier(contactId, 20)
      await ask(contactId, 'Table reservations')
      expect(await waiting(shop, contactId)).toHaveLength(2)
      await merge(shop, booking, into)
      expect(await shop.admin.call(listSuggestions, { query: {} })).toMatchObject({
        suggestions: [{ tag: { id: into }, evidence: null }],
        total: 1,
      })
      const [one] = await waiting(shop, contactId)
      await shop.agent.call(decideSuggestions, { body: { [decide]: [one!.id] } })
      expect(await states(contactId)).toEqual([`${decide}ed`, `${decide}ed`])
      expect(await carried(shop, contactId)).toEqual(decide === 'accept' ? ['Table reservations'] : [])
    },
  )

  test('and that a person rejected is not found again as its survivor by what was written before, by any AI', async () => {
    const { shop, booking, into, contactId, conversationId, ask, from } = await twoTags()
    const [one] = await waiting(shop, contactId)
    await shop.agent.call(decideSuggestions, { body: { reject: [one!.id] } })
    await merge(shop, booking, into)
    await shop.admin.call(changeAiTags, { body: { tags: [{ id: into, mode: 'apply', threshold: 0.3 }] } })
    await server.pool.query(
      `update analyses set state = 'waiting', attempts = 0, due_at = now() - interval '1 second' where conversation_id = $1`,
      [conversationId],
    )
    await analyze()
    expect(await shop.admin.call(getAnalysis, { params: { id: conversationId } })).toMatchObject({
      analysis: { applied: 0, suggested: 0, held_back: 1 },
    })
    await shop.admin.call(changeAiTags, { body: { tags: [{ id: into, mode: 'suggest' }] } })
    await expect(ask(contactId, 'Table reservations')).rejects.toMatchObject({
      status: 403,
      problem: { reason: 'suggestion_rejected' },
    })
    await earlier(contactId, 20)
    await closed(shop, FOR_FOUR, from)
    expect(await suggests(shop, contactId)).toEqual([[into, 'Table reservations', FOR_FOUR]])
  })

  test('and waits as its survivor is not suggested a second time, and goes by the newest that speaks for it', async () => {
    const { shop, booking, into, contactId, ask, from } = await twoTags()
    await merge(shop, booking, into)
    expect(await ask(contactId, 'Table reservations')).toMatchObject({ suggested: [], unchanged: [{ id: into }] })
    await earlier(contactId, 20)
    await closed(shop, FOR_FOUR, from)
    expect(await suggests(shop, contactId)).toEqual([[into, 'Table reservations', FOR_FOUR]])
    expect(await states(contactId)).toEqual(['open'])
  })

  test('and that a person took off since is not suggested as its survivor, while its assignments move and after', async () => {
    const { shop, booking, into, contactId } = await twoTags()
    await change(shop, contactId, { add: [booking] })
    await change(shop, contactId, { remove: [booking] })
    await merge(shop, booking, into)
    expect(await suggests(shop, contactId)).toEqual([])
    await server.operate()
    expect(await suggests(shop, contactId)).toEqual([])
  })

  test('and that a person took off stays off as its survivor, also while its assignments move', async () => {
    const { shop, booking, into, contactId, conversationId } = await twoTags()
    await change(shop, contactId, { add: [booking] })
    await change(shop, contactId, { remove: [booking] })
    await merge(shop, booking, into)
    await shop.admin.call(changeAiTags, { body: { tags: [{ id: into, mode: 'apply', threshold: 0.3 }] } })
    await server.pool.query(
      `update analyses set state = 'waiting', attempts = 0, due_at = now() - interval '1 second' where conversation_id = $1`,
      [conversationId],
    )
    await analyze()
    expect(await shop.admin.call(getAnalysis, { params: { id: conversationId } })).toMatchObject({
      analysis: { state: 'done', applied: 0, held_back: 1 },
    })
  })

  test('was not taken off by whoever merged it: what its survivor is suggested for waits on, and an AI may put it on', async () => {
    const { shop, booking, into, contactId, key } = await twoTags()
    await shop.admin.call(changeAiTags, {
      body: {
        tags: [
          { id: booking, mode: 'apply' },
          { id: into, mode: 'apply' },
        ],
      },
    })
    const byKey = (body: { add?: string[]; remove?: string[] }) =>
      key.call(changeContactTags, { params: { id: contactId }, body })
    await byKey({ add: [booking] })
    await byKey({ add: [into] })
    await merge(shop, booking, into)
    await server.operate()
    await byKey({ remove: [into] })
    expect(await suggests(shop, contactId)).toEqual([[into, 'Table reservations', FOR_TWO]])
    expect(await byKey({ add: [into] })).toMatchObject({ added: [{ id: into }] })
  })
})
