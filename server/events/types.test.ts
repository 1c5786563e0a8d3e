// Every type of event that other systems are told of comes about in life, and says what was before and after.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mergeContacts, undoMerge } from '../contacts/merging.ts'
import { listContacts } from '../contacts/schema.ts'
import { closeConversation, listConversations, takeConversation } from '../conversations/schema.ts'
import { mergeTags, startOperation } from '../operations/schema.ts'
import { eraseContact } from '../privacy/schema.ts'
import { changeContactTags, createTag, deleteTags, restoreTag, updateTag } from '../tags/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { writes } from '../../test/isolation/world.ts'
import { EVENT_TYPES, listEvents, type EventType } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

/** Ends of operations that people or faults bring about; they are written by the same function as the other one. */
const OTHER_ENDS: readonly EventType[] = ['operation.cancelled', 'operation.failed']

test('every type comes about, with who, what was before and what is after', async () => {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  const ana = { from: '+34600123456', userId: 'ES.1' }
  await writes(server, account, { ...ana, name: 'Ana' }, 'hello')
  await writes(server, account, { ...ana, name: 'Ana María' }, 'hello again')
  const { contacts } = await admin.call(listContacts)
  const id = contacts[0]!.id
  const { conversations } = await admin.call(listConversations)
  const conversation = { params: { id: conversations[0]!.id } }
  await admin.call(takeConversation, conversation)
  await admin.call(closeConversation, { ...conversation, body: {} })
  const [vip, other] = [
    await admin.call(createTag, { body: { name: 'VIP' } }),
    await admin.call(createTag, { body: { name: 'Prospect' } }),
  ]
  await admin.call(updateTag, { params: { id: vip.id }, body: { name: 'Very important' } })
  await admin.call(changeContactTags, { params: { id }, body: { add: [vip.id] } })
  await admin.call(changeContactTags, { params: { id }, body: { remove: [vip.id] } })
  await admin.call(deleteTags, { body: { ids: [vip.id] } })
  await admin.call(restoreTag, { params: { id: vip.id }, body: {} })
  await admin.call(mergeTags, { params: { id: other.id }, body: { into: vip.id } })
  await admin.call(startOperation, { body: { ids: [id], add: [vip.id] } })
  await server.operate()
  const [second, third] = [
    await sighted(server, admin, { bsuid: 'ES.2', portfolio_id: 'other', name: 'By id' }),
    await sighted(server, admin),
  ]
  const also = await admin.call(createTag, { body: { name: 'Also' } })
  await admin.call(changeContactTags, { params: { id: second }, body: { add: [also.id] } })
  const inOne = server.db.transaction()
  const merge = await inOne.execute((tx) => mergeContacts(tx, admin.actor, id, second))
  await inOne.execute((tx) => undoMerge(tx, admin.actor, merge))
  await admin.call(eraseContact, { params: { id: third } })

  const { events } = await admin.call(listEvents, { query: { limit: 1000 } })
  const told = new Set(events.map(({ type }) => type))
  expect(EVENT_TYPES.filter((type) => !told.has(type))).toEqual(OTHER_ENDS)
  const first = (type: EventType) => events.find((event) => event.type === type)
  const byAna = { kind: 'user', id: admin.actor.id, name: admin.actor.name }
  const ids = { phone: '+34600123456', bsuids: [{ portfolio_id: '506914307656634', bsuid: 'ES.1' }] }
  expect(first('contact.created')).toMatchObject({
    contact_id: id,
    before: null,
    after: { ...ids, display_name: 'Ana' },
  })
  expect(first('contact.updated')).toMatchObject({
    before: { display_name: 'Ana' },
    after: { display_name: 'Ana María' },
  })
  expect(first('contact.tag_added')).toMatchObject({
    actor: byAna,
    source: 'manual_admin',
    contact_id: id,
    tag_id: vip.id,
    before: null,
    after: { tag_name: 'Very important' },
  })
  expect(first('contact.tag_removed')).toMatchObject({
    actor: byAna,
    source: 'manual_admin',
    before: { tag_name: 'Very important' },
    after: null,
  })
  const apart = { ...ids, display_name: 'Ana María', username: null, tags: ['Very important'] }
  const other_id = { portfolio_id: 'other', bsuid: 'ES.2' }
  const together = { ...apart, bsuids: [...ids.bsuids, other_id], tags: ['Also', 'Very important'] }
  expect(first('contact.merged')).toMatchObject({
    actor: byAna,
    contact_id: id,
    before: { merged_id: second, ...apart },
    after: { merge_id: merge, ...together },
  })
  expect(first('contact.unmerged')).toMatchObject({
    contact_id: id,
    before: together,
    after: {
      merge_id: merge,
      restored_id: second,
      restored: { phone: null, display_name: 'By id', username: null, bsuids: [other_id], tags: ['Also'] },
      ...apart,
    },
  })
  expect(first('contact.erased')).toMatchObject({ actor: byAna, contact_id: third, before: null, after: null })
  expect(first('tag.created')).toMatchObject({ actor: byAna, before: null, after: { name: 'VIP' } })
  expect(first('tag.updated')).toMatchObject({ before: { name: 'VIP' }, after: { name: 'Very important' } })
  expect(first('tag.deleted')).toMatchObject({ tag_id: vip.id, before: { name: 'Very important' } })
  expect(first('tag.restored')).toMatchObject({ tag_id: vip.id, after: { name: 'Very important' } })
  expect(first('tag.merged')).toMatchObject({ tag_id: other.id, after: { merged_into: vip.id } })
  const { channel_id } = conversations[0]!
  expect(first('conversation.opened')).toMatchObject({
    contact_id: id,
    after: { conversation_id: conversations[0]!.id, channel_id, status: 'pending' },
  })
  expect(first('conversation.closed')).toMatchObject({
    actor: byAna,
    before: { status: 'active' },
    after: { channel_id, status: 'closed_by_agent', agent_id: admin.actor.id, closed_at: expect.any(String) },
  })
  expect(events.findLast(({ type }) => type === 'operation.finished')).toMatchObject({
    actor: byAna,
    after: { kind: 'change_tags', status: 'done', matched: 1, changed: 1, unchanged: 0, failed: 0 },
  })
})
