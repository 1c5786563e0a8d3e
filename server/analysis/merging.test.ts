// Suggestions of two contacts that turn out to be one person are lost neither by the merge nor by undoing it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mergeContacts, undoMerge } from '../contacts/merging.ts'
import { changeContactTags } from '../tags/schema.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { newShop, newTag, talk, write } from '../../test/help/closed-talks.ts'
import { getTagQuality } from './quality-schema.ts'
import { changeAiTags, decideSuggestions, listSuggestions } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

async function scene() {
  const shop = await newShop(server)
  const { admin } = shop
  const [booking, refund] = [await newTag(admin, 'Table booking'), await newTag(admin, 'Refund')]
  await admin.call(changeAiTags, { body: { tags: [booking, refund].map((id) => ({ id, mode: 'suggest' as const })) } })
  const key = await server.newKey(admin, { name: 'Assistant', kind: 'ai_agent' })
  const suggest = (id: string, ...add: string[]) => key.call(changeContactTags, { params: { id }, body: { add } })
  const suggested = async (id: string) =>
    (await admin.call(listSuggestions, { query: { contact_id: id } })).suggestions.map(
      ({ id: suggestion, tag, conversation_id: where }) => ({ suggestion, tag: tag.id, where }),
    )
  const merge = async (into: string, from: string) => {
    const id = await server.db.transaction().execute((tx) => mergeContacts(tx, admin.actor, into, from))
    return () => server.db.transaction().execute((tx) => undoMerge(tx, admin.actor, id))
  }
  const reject = (suggestion: string) => admin.call(decideSuggestions, { body: { reject: [suggestion] } })
  return { shop, admin, booking, refund, suggest, suggested, merge, reject }
}

test('of two open conversations that become one, what waits for a decision and what was rejected stay', async () => {
  const { shop, admin, booking, refund, suggest, suggested, merge, reject } = await scene()
  const [into, from] = [await write(server, shop, ['Hi']), await write(server, shop, ['Hello'])]
  await suggest(from.contactId, booking, refund)
  const waiting = await suggested(from.contactId)
  await reject(waiting.find(({ tag }) => tag === refund)!.suggestion)
  const [open] = await suggested(from.contactId)
  const quality = async () => (await admin.call(getTagQuality)).tags
  const before = await quality()
  expect(before.map(({ suggested: n, rejected }) => [n, rejected])).toEqual([
    [1, 0],
    [1, 1],
  ])
  const undo = await merge(into.contactId, from.contactId)
  expect(await suggested(into.contactId)).toEqual([{ ...open!, where: into.conversationId }])
  expect(await quality()).toEqual(before)
  await undo()
  expect(await suggested(from.contactId)).toEqual([open])
  expect(await suggested(into.contactId)).toEqual([])
  expect(await quality()).toEqual(before)
})

test('a tag that is suggested for both waits once, by the newer, and for both again when that is undone', async () => {
  for (const say of [talk, write]) {
    const { shop, booking, suggest, suggested, merge } = await scene()
    const [into, from] = [await say(server, shop, ['Hi']), await say(server, shop, ['Hello'])]
    for (const newer of [from, into]) {
      const older = newer === into ? from : into
      for (const { contactId } of [older, newer]) {
        await suggest(contactId, booking)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      const [theirs, others] = [await suggested(newer.contactId), await suggested(older.contactId)]
      expect([theirs.length, others.length]).toEqual([1, 1])
      const undo = await merge(into.contactId, from.contactId)
      expect((await suggested(into.contactId)).map(({ suggestion }) => suggestion)).toEqual([theirs[0]!.suggestion])
      await undo()
      expect([await suggested(newer.contactId), await suggested(older.contactId)]).toEqual([theirs, others])
      await server.pool.query('delete from suggestions where tag_id = $1', [booking])
    }
  }
})
