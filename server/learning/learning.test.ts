// What people decide on tags teaches the built-in classifier: only that, only their own organization's, and it can be forgotten.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestServer, type ConnectedAccount, type Person, type TestServer } from '../../test/help/server.ts'
import { analyzeOne } from '../analysis/analyzing.ts'
import { changeAiTags, decideSuggestions, listSuggestions } from '../analysis/schema.ts'
import { listAuditEntries } from '../audit/schema.ts'
import { composeTextMessage } from '../channels/whatsapp/compose.ts'
import { openAsking, type Pupil } from '../classifier/asking.ts'
import { numberEvents } from '../events/sequencing.ts'
import { getContact } from '../contacts/schema.ts'
import { closeConversation, listConversations, takeConversation } from '../conversations/schema.ts'
import { mergeTags, startOperation } from '../operations/schema.ts'
import { eraseContact } from '../privacy/schema.ts'
import { changeContactTags, createTag, deleteTags } from '../tags/schema.ts'
import { lessonsOf } from './lessons.ts'
import { learnNightly, noticeLessons } from './noticing.ts'
import * as schema from './schema.ts'
import { learnOne, openTrainer } from './training.ts'

let server: TestServer
let pupil: Pupil
beforeAll(async () => {
  server = await openTestServer()
  pupil = openAsking((notice) => {
    throw new Error(notice)
  })
})
afterAll(async () => {
  await pupil.stop()
  await server.close()
})

let customers = 0

async function scene() {
  const admin = await server.newPerson('admin')
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const account = await server.newAccount(admin)
  const tagOf = (name: string, description: string) => admin.call(createTag, { body: { name, description } })
  // No description says what its customers write.
  const gold = await tagOf('Gold', '')
  const booking = await tagOf('Table booking', 'Customer wants to book or reserve a table')
  return { admin, agent, account, gold, booking, org: admin.actor.org_id, tagOf }
}
type Shop = Awaited<ReturnType<typeof scene>>

async function writes({ deliver, phoneNumberId, displayPhone }: ConnectedAccount, from: string, text: string) {
  const wabaId = '102290129340398'
  const said = { phoneNumberId, displayPhone, wabaId, from, name: from, text, at: new Date() }
  expect(await deliver(composeTextMessage(said))).toBe(200)
  await server.interpret()
}

/** A customer writes; the conversation is taken, something is done with it, and it is closed. */
async function talked(
  { admin, account }: Shop,
  text: string,
  during: (contactId: string) => Promise<unknown> = () => Promise.resolve(),
) {
  const phone = `+16507${String(100_000 + customers++)}`
  await writes(account, phone, text)
  const { conversations } = await admin.call(listConversations, { query: {} })
  const open = conversations.find(({ contact, closed_at }) => contact.phone === phone && closed_at === null)!
  await admin.call(takeConversation, { params: { id: open.id } })
  await during(open.contact.id)
  await admin.call(closeConversation, { params: { id: open.id }, body: {} })
  return { conversationId: open.id, contactId: open.contact.id }
}

const gives = (person: Person, tagId: string) => (contactId: string) =>
  person.call(changeContactTags, { params: { id: contactId }, body: { add: [tagId] } })
const takesOff = (person: Person, tagId: string, contactId: string) =>
  person.call(changeContactTags, { params: { id: contactId }, body: { remove: [tagId] } })

const analyze = async () => {
  while (await analyzeOne({ ...server }, pupil));
}
const learn = async () => {
  await noticeLessons(server.db)
  let times = 0
  while (await learnOne({ ...server, pupil })) times++
  return times
}
const numbered = async () => {
  // As the live stream does; noticing reads what has its place.
  while (await numberEvents(server.db));
}
const tagsOf = async (person: Person, id: string) =>
  (await person.call(getContact, { params: { id } })).active_tags.map(({ tag }) => tag.name)
const learningOf = (person: Person) => person.call(schema.getLearning, {})
const examplesOf = async (person: Person, tagId: string) => {
  const { positives, negatives } = (await learningOf(person)).tags.find(({ tag_id }) => tag_id === tagId)!
  return { positives, negatives }
}

const INVOICES = [
  'necesito una factura con IVA',
  'me mandas la factura por favor',
  'factura a nombre de la empresa',
  'quiero la factura de marzo',
  'falta la factura del pedido',
  'la factura tiene un error',
]

/** Six customers ask for an invoice, and agents put Gold on them. */
async function taughtShop() {
  const shop = await scene()
  const talks = []
  for (const text of INVOICES) talks.push(await talked(shop, text, gives(shop.agent, shop.gold.id)))
  await analyze()
  await numbered()
  return { ...shop, talks }
}

describe('what teaches', () => {
  test('tags that people put on and kept, AI tags that they took off, and suggestions that they decided on', async () => {
    const shop = await scene()
    const { admin, agent, gold, booking, org } = shop
    const byHand = await talked(shop, 'factura por favor', gives(agent, gold.id))
    const removed = await talked(shop, 'I would like to book a table for two')
    await analyze()
    await takesOff(agent, booking.id, removed.contactId)
    await admin.call(changeAiTags, { body: { tags: [{ id: booking.id, mode: 'suggest' }] } })
    const accepted = await talked(shop, 'I would like to book a table for three')
    const rejected = await talked(shop, 'I would like to book a table for four')
    await analyze()
    const { suggestions } = await agent.call(listSuggestions, { query: {} })
    const of = (contactId: string) => suggestions.find(({ contact }) => contact.id === contactId)!.id
    await agent.call(decideSuggestions, {
      body: { accept: [of(accepted.contactId)], reject: [of(rejected.contactId)] },
    })
    const lessons = await lessonsOf(server.db, org, null)
    const said = new Map(lessons.map(({ conversation_id, tags, not }) => [conversation_id, { tags, not }]))
    expect(said).toEqual(
      new Map([
        [byHand.conversationId, { tags: [gold.id], not: [] }],
        [removed.conversationId, { tags: [], not: [booking.id] }],
        [accepted.conversationId, { tags: [booking.id], not: [] }],
        [rejected.conversationId, { tags: [], not: [booking.id] }],
      ]),
    )
  })

  test('not what an AI put on and people left, what a key or an operation did, or what was soon taken off again', async () => {
    const shop = await scene()
    const { admin, agent, gold, org } = shop
    const key = await server.newKey(admin)
    await talked(shop, 'I would like to book a table for two')
    await analyze()
    await talked(shop, 'factura uno', (id) => key.call(changeContactTags, { params: { id }, body: { add: [gold.id] } }))
    await talked(shop, 'factura dos', async (id) => {
      await gives(agent, gold.id)(id)
      await takesOff(agent, gold.id, id)
    })
    const bulk = await talked(shop, 'factura tres')
    await admin.call(startOperation, { body: { ids: [bulk.contactId], add: [gold.id], remove: [] } })
    await server.operate()
    expect(await tagsOf(admin, bulk.contactId)).toEqual(['Gold'])
    expect(await lessonsOf(server.db, org, null)).toEqual([])
  })

  test('of a tag that the contact has for another reason, a conversation says nothing', async () => {
    const shop = await scene()
    const { agent, admin, gold, booking, org } = shop
    const key = await server.newKey(admin)
    await talked(shop, 'una factura', async (id) => {
      await key.call(changeContactTags, { params: { id }, body: { add: [booking.id] } })
      await gives(agent, gold.id)(id)
    })
    expect(await lessonsOf(server.db, org, null)).toMatchObject([{ tags: [gold.id], not: [], unsaid: [booking.id] }])
  })

  test('a merged tag’s lessons are its survivor’s, and a deleted tag has none', async () => {
    const shop = await scene()
    const { admin, agent, gold, booking, org, tagOf } = shop
    const invoices = await tagOf('Invoices', '')
    await talked(shop, 'una factura', gives(agent, gold.id))
    await talked(shop, 'mesa para dos', gives(agent, booking.id))
    await admin.call(deleteTags, { body: { ids: [booking.id] } })
    await admin.call(mergeTags, { params: { id: gold.id }, body: { into: invoices.id } })
    await server.operate()
    const lessons = await lessonsOf(server.db, org, null)
    expect(lessons.flatMap(({ tags }) => tags)).toEqual([invoices.id])
  })
})

// The first that learns has the thread load the embeddings.
test('after examples a conversation gets the tag that its description would never give it, in this organization alone', async () => {
  const stranger = await scene()
  const shop = await taughtShop()
  const before = await talked(shop, 'hola, necesito la factura de abril')
  await analyze()
  expect(await tagsOf(shop.admin, before.contactId)).toEqual([])
  await learn()
  expect(await examplesOf(shop.admin, shop.gold.id)).toEqual({ positives: 6, negatives: 0 })
  const after = await talked(shop, 'hola, necesito la factura de mayo')
  const elsewhere = await talked(stranger, 'hola, necesito la factura de mayo')
  await analyze()
  expect(await tagsOf(shop.admin, after.contactId)).toEqual(['Gold'])
  expect(await tagsOf(stranger.admin, elsewhere.contactId)).toEqual([])
  expect(await examplesOf(stranger.admin, stranger.gold.id)).toEqual({ positives: 0, negatives: 0 })
}, 90_000)

test('four decisions are not worth learning anew, five are, and at night one is', async () => {
  const shop = await scene()
  await numbered()
  await learn()
  const round = async () =>
    (await server.pool.query('select round, new_lessons from learnings where org_id = $1', [shop.org])).rows[0] as {
      round: number
      new_lessons: number
    }
  const { round: before } = await round()
  const decide = async (text: string) => {
    await talked(shop, text, gives(shop.agent, shop.gold.id))
    await numbered()
    await learn()
  }
  for (const text of INVOICES.slice(0, 4)) await decide(text)
  expect(await round()).toEqual({ round: before, new_lessons: 4 })
  await decide(INVOICES[4]!)
  expect(await round()).toEqual({ round: before + 1, new_lessons: 0 })
  await decide(INVOICES[5]!)
  expect(await round()).toEqual({ round: before + 1, new_lessons: 1 })
  await learnNightly(server.db)
  await learn()
  expect(await round()).toEqual({ round: before + 2, new_lessons: 0 })
})

test('two servers learn it once', async () => {
  const shop = await taughtShop()
  await learn()
  await shop.admin.call(schema.rebuildLearning, {})
  const version = async () =>
    (
      (await server.pool.query('select version from learnings where org_id = $1', [shop.org])).rows[0] as {
        version: number
      }
    ).version
  const before = await version()
  const second = await openTestServer({ beside: server })
  const trainers = [server, second].map((each) => openTrainer({ ...each, pupil }, { lookEveryMs: 20 }))
  for (const trainer of trainers) trainer.wake()
  await expect.poll(async () => (await learningOf(shop.admin)).state, { timeout: 60_000 }).toBe('resting')
  await new Promise((resolve) => setTimeout(resolve, 200))
  await Promise.all(trainers.map((trainer) => trainer.stop()))
  await second.close()
  expect(await version()).toBe(before + 1)
})

test('what one server learned, another that held the older knows at its next conversation', async () => {
  const shop = await scene()
  await talked(shop, 'hola')
  await analyze()
  for (const text of INVOICES) await talked(shop, text, gives(shop.agent, shop.gold.id))
  await numbered()
  await learn()
  const first = await talked(shop, 'hola, necesito la factura de abril')
  await analyze()
  expect(await tagsOf(shop.admin, first.contactId)).toEqual(['Gold'])
  await shop.admin.call(schema.forgetLearning, {})
  const later = await talked(shop, 'hola, necesito la factura de junio')
  await analyze()
  expect(await tagsOf(shop.admin, later.contactId)).toEqual([])
})

describe('forgetting', () => {
  test('leaves nothing, and only decisions from then on count; history brings it all back', async () => {
    const shop = await taughtShop()
    const { admin, agent, gold, org } = shop
    await learn()
    expect(await learningOf(admin)).toMatchObject({ conversations: 6, new_lessons: 0, since: null, state: 'resting' })
    const forgotten = await admin.call(schema.forgetLearning, {})
    expect(forgotten).toMatchObject({ conversations: 0, learned_at: null, state: 'resting' })
    for (const table of ['tag_learners', 'lesson_vectors'])
      expect((await server.pool.query(`select from ${table} where org_id = $1`, [org])).rows).toEqual([])
    for (const text of INVOICES.slice(0, 5)) await talked(shop, text, gives(agent, gold.id))
    await numbered()
    await learn()
    expect(await examplesOf(admin, gold.id)).toEqual({ positives: 5, negatives: 0 })
    expect(await admin.call(schema.rebuildLearning, {})).toMatchObject({ state: 'waiting', since: null })
    await learn()
    expect(await examplesOf(admin, gold.id)).toEqual({ positives: 11, negatives: 0 })
    const { entries } = await admin.call(listAuditEntries, { query: {} })
    expect(entries.map(({ act }) => act).filter((act) => act.startsWith('learning'))).toEqual([
      'learning.rebuilt',
      'learning.forgotten',
    ])
  })

  test('what is being learned meanwhile is not written', async () => {
    const shop = await taughtShop()
    await noticeLessons(server.db)
    let told = false
    const meanwhile: Pupil = {
      ...pupil,
      async teach(tags) {
        const teaching = await pupil.teach(tags)
        return {
          ...teaching,
          async learn(place) {
            if (!told) await shop.admin.call(schema.forgetLearning, {})
            told = true
            return teaching.learn(place)
          },
        }
      },
    }
    while (await learnOne({ ...server, pupil: meanwhile }));
    expect(told).toBe(true)
    expect(await examplesOf(shop.admin, shop.gold.id)).toEqual({ positives: 0, negatives: 0 })
  })

  test('agents cannot, and do not see what was learned', async () => {
    const { agent } = await scene()
    await expect(agent.call(schema.forgetLearning, {})).rejects.toMatchObject({ status: 403 })
    await expect(agent.call(schema.rebuildLearning, {})).rejects.toMatchObject({ status: 403 })
    await expect(agent.call(schema.getLearning, {})).rejects.toMatchObject({ status: 403 })
  })
})

test('a contact that is erased is taken out of what was learned', async () => {
  const shop = await taughtShop()
  const { admin, gold, talks, org } = shop
  await learn()
  const weights = async () =>
    (await server.pool.query('select weights from tag_learners where org_id = $1', [org])).rows as { weights: Buffer }[]
  const before = (await weights())[0]!.weights
  await admin.call(eraseContact, { params: { id: talks[0]!.contactId } })
  expect(
    (await server.pool.query('select from lesson_vectors where conversation_id = $1', [talks[0]!.conversationId])).rows,
  ).toEqual([])
  expect(await learn()).toBe(1)
  expect(await examplesOf(admin, gold.id)).toEqual({ positives: 5, negatives: 0 })
  expect((await weights())[0]!.weights.equals(before)).toBe(false)
})

test('learning anew from the same conversations gives the same', async () => {
  const shop = await taughtShop()
  await learn()
  const weights = async () =>
    (
      (await server.pool.query('select weights from tag_learners where org_id = $1', [shop.org])).rows[0] as {
        weights: Buffer
      }
    ).weights
  const again = async () => {
    await shop.admin.call(schema.rebuildLearning, {})
    await learn()
    return weights()
  }
  const kept = await again()
  expect((await again()).equals(kept)).toBe(true)
})

test('a thread that breaks puts learning off, and it says so', async () => {
  const shop = await taughtShop()
  await noticeLessons(server.db)
  const broken: Pupil = { ...pupil, teach: () => Promise.reject(new Error('out of memory')) }
  while (await learnOne({ ...server, pupil: broken }));
  expect((await learningOf(shop.admin)).state).toBe('failing')
  await server.pool.query(`update learnings set due_at = now() - interval '1 second' where org_id = $1`, [shop.org])
  await learn()
  expect(await learningOf(shop.admin)).toMatchObject({ state: 'resting', conversations: 6 })
})

test('a tag that people took off five times of the last twenty asks for more certainty than was set', async () => {
  const shop = await scene()
  const { admin, agent, booking } = shop
  const of = async () => (await learningOf(admin)).tags.find(({ tag_id }) => tag_id === booking.id)!
  for (let i = 0; i < 5; i++) {
    expect((await of()).threshold).toBe(0.5)
    const { contactId } = await talked(shop, `I would like to book a table for ${i + 2}`)
    await analyze()
    await takesOff(agent, booking.id, contactId)
  }
  expect(await of()).toMatchObject({ by_ai: 5, taken_off: 5, threshold: 0.75 })
})
