// Conflicts are decided by people: merged without loss, kept apart for good, and every decision can be taken back.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { composeIdentityChange, composeTextMessage } from '../channels/whatsapp/compose.ts'
import { findOutboxes, takeMessages } from '../conversations/outbox.ts'
import { listConversations, sendMessage, takeConversation } from '../conversations/schema.ts'
import { changeContactTags, createTag, listTagChanges } from '../tags/schema.ts'
import { listEvents } from '../events/schema.ts'
import { openTestServer, type ConnectedAccount, type Person, type TestServer } from '../../test/help/server.ts'
import { decideConflict, listConflicts, undoConflictDecision } from './conflicts-schema.ts'
import { mergeContacts, undoMerge } from './merging-schema.ts'
import { getContact, listContacts } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const ALICE = 'US.13491208655302741918'

async function writes(
  account: ConnectedAccount,
  who: { from?: string; userId?: string; name?: string; username?: string },
  text: string,
  at: string,
) {
  const body = composeTextMessage({
    phoneNumberId: account.phoneNumberId,
    displayPhone: account.displayPhone,
    wabaId: '1',
    ...who,
    text,
    at: new Date(at),
  })
  expect(await account.deliver(body)).toBe(200)
  await server.interpret()
}

async function twoContacts() {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  await writes(account, { from: '+16505551234', name: 'By phone' }, 'one', '2026-01-01T10:00:00Z')
  await writes(account, { userId: ALICE, username: 'alice', name: 'By id' }, 'two', '2026-01-02T10:00:00Z')
  const before = (await admin.call(listContacts, {})).contacts
  const byPhone = before.find((contact) => contact.phone)!
  const byId = before.find((contact) => !contact.phone)!
  const [both, phones, ids] = await Promise.all(
    ['both', 'phone only', 'id only'].map((name) => admin.call(createTag, { body: { name } })),
  )
  const put = (id: string, tag: { id: string }) =>
    admin.call(changeContactTags, { params: { id }, body: { add: [tag.id] } })
  await put(byId.id, both!)
  await put(byPhone.id, both!)
  await put(byPhone.id, phones!)
  await put(byId.id, ids!)
  await writes(account, { from: '+16505551234', userId: ALICE, name: 'By phone' }, 'three', '2026-01-03T10:00:00Z')
  const { conflicts, open_count } = await admin.call(listConflicts, {})
  expect(open_count).toBe(1)
  return { admin, account, byPhone, byId, conflict: conflicts[0]! }
}

const messagesOf = async (person: Person, contactId: string) =>
  (
    await server.pool.query('select text from messages where org_id = $1 and contact_id = $2 order by sent_at', [
      person.actor.org_id,
      contactId,
    ])
  ).rows.map((row) => row.text)

const whole = async (admin: Person, id: string) => {
  const contact = await admin.call(getContact, { params: { id } })
  const history = await admin.call(listTagChanges, { params: { id } })
  return {
    contact: { ...contact, identities: contact.identities.toSorted((a, b) => (a.value < b.value ? -1 : 1)) },
    history,
    messages: await messagesOf(admin, id),
  }
}

test('a conflict shows both contacts and the reason', async () => {
  const { conflict, byPhone, byId } = await twoContacts()
  expect(conflict).toMatchObject({
    reason: 'two_contacts',
    contact: { id: byPhone.id },
    other_contact: { id: byId.id },
    identity: { kind: 'bsuid', value: ALICE },
    resolution: null,
  })
})

test('merging joins identities, messages and tags, the older assignment staying; undoing makes two contacts again as they were', async () => {
  const { admin, account, byPhone, byId, conflict } = await twoContacts()
  const before = [await whole(admin, byPhone.id), await whole(admin, byId.id)]
  await admin.call(decideConflict, { params: { id: conflict.id }, body: { decision: 'merged' } })

  const { contacts } = await admin.call(listContacts, {})
  expect(contacts).toHaveLength(1)
  expect(contacts[0]).toMatchObject({
    id: byPhone.id,
    phone: '+16505551234',
    username: 'alice',
    display_name: 'By phone',
    first_seen_at: '2026-01-01T10:00:00.000Z',
  })
  const merged = await admin.call(getContact, { params: { id: byPhone.id } })
  expect(merged.active_tags.map((each) => each.tag.name)).toEqual(['both', 'id only', 'phone only'])
  const older = before[1]!.contact.active_tags.find((each) => each.tag.name === 'both')!
  expect(merged.active_tags.find((each) => each.tag.name === 'both')!.added_at).toBe(older.added_at)
  expect(await messagesOf(admin, byPhone.id)).toEqual(['one', 'two', 'three'])
  await expect(admin.call(getContact, { params: { id: byId.id } })).rejects.toMatchObject({
    status: 404,
    problem: { reason: 'merged', data: { merged_into: byPhone.id } },
  })
  await writes(account, { userId: ALICE }, 'four', '2026-01-04T10:00:00Z')
  expect((await admin.call(listContacts, {})).contacts).toHaveLength(1)
  expect((await admin.call(listConflicts, {})).open_count).toBe(0)
  await expect(
    admin.call(decideConflict, { params: { id: conflict.id }, body: { decision: 'kept_apart' } }),
  ).rejects.toMatchObject({ status: 409 })

  const decided = (await admin.call(listConflicts, { query: { status: 'decided' } })).conflicts
  expect(decided).toMatchObject([{ resolution: 'merged', resolved_by_name: admin.actor.name }])
  await admin.call(undoConflictDecision, { params: { id: conflict.id } })
  const after = [await whole(admin, byPhone.id), await whole(admin, byId.id)]
  // What came after the merge stays with the contact that was kept.
  expect(after[0]!.messages).toEqual(['one', 'three', 'four'])
  expect(after[0]!.contact).toEqual({ ...before[0]!.contact, last_seen_at: '2026-01-04T10:00:00.000Z' })
  expect(after[1]).toEqual(before[1])
  expect(after[0]!.history).toEqual(before[0]!.history)
  expect((await admin.call(listConflicts, {})).conflicts).toMatchObject([
    { contact: { id: byPhone.id }, other_contact: { id: byId.id } },
  ])
  await expect(admin.call(undoConflictDecision, { params: { id: conflict.id } })).rejects.toMatchObject({ status: 409 })
  expect(
    (await admin.call(listContacts, { query: { search: 'alice' } })).contacts.map((contact) => contact.id),
  ).toEqual([byId.id])
})

test('kept apart stays apart: the same conflict does not come back', async () => {
  const { admin, account, conflict } = await twoContacts()
  await admin.call(decideConflict, { params: { id: conflict.id }, body: { decision: 'kept_apart' } })
  await writes(account, { from: '+16505551234', userId: ALICE }, 'again', '2026-01-05T10:00:00Z')
  expect((await admin.call(listConflicts, {})).open_count).toBe(0)
  expect((await admin.call(listContacts, {})).contacts).toHaveLength(2)
})

test('a possible new owner: the same person gets the id, and it can be taken back', async () => {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  await writes(account, { from: '+16505551234', userId: ALICE }, 'one', '2026-01-01T10:00:00Z')
  await writes(account, { from: '+16505551234', userId: 'US.999' }, 'two', '2026-01-02T10:00:00Z')
  const [conflict] = (await admin.call(listConflicts, {})).conflicts
  expect(conflict).toMatchObject({ reason: 'possible_new_owner', other_contact: null })
  await expect(
    admin.call(decideConflict, { params: { id: conflict!.id }, body: { decision: 'merged' } }),
  ).rejects.toMatchObject({ status: 422 })
  await admin.call(decideConflict, { params: { id: conflict!.id }, body: { decision: 'same_person' } })
  const current = async () =>
    (await admin.call(listContacts, {})).contacts[0]!.identities.filter(
      (i) => i.kind === 'bsuid' && i.retired_at === null,
    ).map((i) => i.value)
  expect(await current()).toEqual(['US.999'])
  await writes(account, { userId: 'US.999' }, 'three', '2026-01-03T10:00:00Z')
  expect((await admin.call(listContacts, {})).contacts).toHaveLength(1)
  await admin.call(undoConflictDecision, { params: { id: conflict!.id } })
  expect(await current()).toEqual([ALICE])
  const { events } = await admin.call(listEvents, { query: { types: 'contact.updated' } })
  const id = (value: string) => ({ bsuids: [{ portfolio_id: '506914307656634', bsuid: value }] })
  expect(events).toMatchObject([
    { before: id(ALICE), after: id('US.999') },
    { before: id('US.999'), after: id(ALICE) },
  ])
})

test('a decision and its undoing are recorded, whatever it was, so that other screens hear of it', async () => {
  const { admin, conflict, byPhone } = await twoContacts()
  const kinds = async () =>
    (
      await server.pool.query(
        `select kind, contact_id from events where org_id = $1 and kind ~ '^conflict|merged$' order by id`,
        [admin.actor.org_id],
      )
    ).rows
  for (const decision of ['kept_apart', 'merged'] as const) {
    await admin.call(decideConflict, { params: { id: conflict.id }, body: { decision } })
    await admin.call(undoConflictDecision, { params: { id: conflict.id } })
  }
  expect(await kinds()).toEqual(
    ['conflict.decided', 'conflict.reopened', 'contact.merged', 'contact.unmerged'].map((kind) => ({
      kind,
      contact_id: byPhone.id,
    })),
  )
})

test('two people who decide at once: one decision counts', async () => {
  const { admin, conflict } = await twoContacts()
  const done = await Promise.allSettled(
    ['merged', 'kept_apart'].map((decision) =>
      admin.call(decideConflict, { params: { id: conflict.id }, body: { decision: decision as 'merged' } }),
    ),
  )
  expect(done.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('another organization’s conflict is not there, and agents do not merge', async () => {
  const { admin, conflict } = await twoContacts()
  const stranger = await server.newPerson()
  await expect(
    stranger.call(decideConflict, { params: { id: conflict.id }, body: { decision: 'merged' } }),
  ).rejects.toMatchObject({ status: 404 })
  expect((await stranger.call(listConflicts, {})).open_count).toBe(0)
  const agent = await server.newPerson('agent', admin.actor.org_id)
  await expect(agent.call(listConflicts, {})).rejects.toMatchObject({ status: 403 })
})

test('a change of ids that came before anybody was known joins whoever comes, under the old id or the new', async () => {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  const change = {
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '1',
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: account.displayPhone, phone_number_id: account.phoneNumberId },
              messages: [
                {
                  from: '16505551234',
                  id: 'wamid.change',
                  timestamp: '1767348000',
                  type: 'system',
                  system: {
                    body: 'User changed from 16505551234 to 12195555358',
                    wa_id: '12195555358',
                    type: 'user_changed_number',
                  },
                },
              ],
            },
          },
        ],
      },
    ],
  }
  await account.deliver(change)
  await account.deliver(change)
  await server.interpret()
  expect((await admin.call(listContacts, {})).contacts).toEqual([])
  await writes(account, { from: '+12195555358' }, 'new number', '2026-01-03T10:00:00Z')
  await writes(account, { from: '+16505551234' }, 'a late one', '2026-01-01T10:00:00Z')
  expect((await admin.call(listContacts, {})).contacts).toMatchObject([
    { phone: '+12195555358', first_seen_at: '2026-01-01T10:00:00.000Z' },
  ])
})

/** Two contacts with a phone each, of which the second wrote last. */
async function twoPhones() {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  const hours = (ago: number) => new Date(Date.now() - ago * 3_600_000).toISOString()
  await writes(account, { from: OLD, name: 'Sheena' }, 'from the old', hours(3))
  await writes(account, { from: NEW, name: 'Sheena' }, 'from the new', hours(2))
  const { contacts } = await admin.call(listContacts, {})
  const of = (phone: string) => contacts.find((contact) => contact.phone === phone)!.id
  return { admin, account, hours, old: of(OLD), now: of(NEW) }
}

const OLD = '+16505551234'
const NEW = '+12195555358'

/** To whom an answer goes that is written now. */
async function answersGoTo(admin: Person): Promise<string> {
  const { conversations } = await admin.call(listConversations, { query: { list: 'open' } })
  const { id } = conversations[0]!
  await admin.call(takeConversation, { params: { id } })
  await admin.call(sendMessage, { params: { id }, body: { text: 'Hello' } })
  const outbox = (await findOutboxes(server.db)).find(({ org_id }) => org_id === admin.actor.org_id)!
  const [taken] = await takeMessages(server.db, outbox, 1)
  await server.pool.query(
    `update outgoing_messages set state = 'accepted', settled_at = now(), sending_at = null where message_id = $1`,
    [taken!.message_id],
  )
  return `+${(taken!.recipient as { phone: string }).phone}`
}

const phonesOf = async (admin: Person, id: string) => {
  const { phone, identities } = await admin.call(getContact, { params: { id } })
  const current = identities.filter(({ kind, retired_at }) => kind === 'phone' && retired_at === null)
  return { phone, current: current.map(({ value }) => `+${value}`) }
}
const only = (phone: string) => ({ phone, current: [phone] })

test.each([
  ['changed to', OLD],
  ['wrote from last', null],
] as const)(
  'of two phones that become one contact’s, answers go to the one that the customer %s',
  async (_, changed) => {
    const { admin, account, old, now, hours } = await twoPhones()
    if (changed) {
      await account.deliver(
        composeIdentityChange({
          phoneNumberId: account.phoneNumberId,
          displayPhone: account.displayPhone,
          wabaId: '1',
          change: 'user_changed_number',
          from: OLD,
          newPhone: NEW,
          at: new Date(hours(1)),
        } as never),
      )
      await server.interpret()
      const [conflict] = (await admin.call(listConflicts, {})).conflicts
      expect(conflict).toMatchObject({ reason: 'number_taken', contact: { id: old } })
      // From the old number later than from the new one, but before the change.
      await writes(account, { from: OLD }, 'late', hours(1.5))
      await admin.call(decideConflict, { params: { id: conflict!.id }, body: { decision: 'merged' } })
    } else await admin.call(mergeContacts, { params: { id: old }, body: { merged_id: now } })
    expect(await phonesOf(admin, old)).toEqual(only(NEW))
    expect(await answersGoTo(admin)).toBe(NEW)
  },
)

test('a phone that the customer writes from again is theirs again, and none that comes late', async () => {
  const { admin, account, old, now, hours } = await twoPhones()
  await admin.call(mergeContacts, { params: { id: old }, body: { merged_id: now } })
  await writes(account, { from: OLD }, 'sent before, came late', hours(1))
  expect(await phonesOf(admin, old)).toEqual(only(NEW))
  await writes(account, { from: OLD }, 'from the old again', hours(-0.01))
  expect(await phonesOf(admin, old)).toEqual(only(OLD))
  expect(await answersGoTo(admin)).toBe(OLD)
  await writes(account, { from: NEW }, 'and from the new', hours(-0.02))
  expect(await phonesOf(admin, old)).toEqual(only(NEW))
  expect(await answersGoTo(admin)).toBe(NEW)
})

test('taken apart, each of two contacts has its phone again, whichever the customer wrote from meanwhile', async () => {
  for (const meanwhile of [null, OLD, NEW]) {
    const { admin, account, old, now, hours } = await twoPhones()
    const { merge_id: id } = await admin.call(mergeContacts, { params: { id: old }, body: { merged_id: now } })
    if (meanwhile) await writes(account, { from: meanwhile }, 'meanwhile', hours(-0.01))
    await admin.call(undoMerge, { params: { id } })
    expect(await phonesOf(admin, old)).toEqual(only(OLD))
    expect(await phonesOf(admin, now)).toEqual(only(NEW))
  }
})

test('of two user ids that become one contact’s, the one that wrote last is current, and so is one that writes again', async () => {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  const hours = (ago: number) => new Date(Date.now() - ago * 3_600_000).toISOString()
  await writes(account, { userId: ALICE, name: 'First' }, 'one', hours(3))
  await writes(account, { userId: 'US.999', name: 'Second' }, 'two', hours(2))
  const { contacts } = await admin.call(listContacts, {})
  const of = (name: string) => contacts.find((contact) => contact.display_name === name)!.id
  await admin.call(mergeContacts, { params: { id: of('First') }, body: { merged_id: of('Second') } })
  const current = async () =>
    (await admin.call(listContacts, {})).contacts[0]!.identities.filter(({ retired_at }) => retired_at === null)
  expect(await current()).toMatchObject([{ value: 'US.999' }])
  await writes(account, { userId: ALICE }, 'three', hours(-0.01))
  expect(await current()).toMatchObject([{ value: ALICE }])
})

test('a contact whose messages are kept no more stays with its number through merges and changes of ids', async () => {
  const { admin, account, old, now } = await twoPhones()
  const other = await server.newAccount(admin)
  await writes(other, { from: NEW }, 'on another number', new Date().toISOString())
  await server.pool.query('delete from messages where org_id = $1', [admin.actor.org_id])
  const channels = async (id: string) =>
    (
      await server.pool.query<{ channel: string }>(
        'select unnest(channel_ids) as channel from contacts where id = $1 order by 1',
        [id],
      )
    ).rows.map(({ channel }) => channel)
  const both = [account, other].map((each) => each.account.channels[0]!.id).toSorted()
  const first = account.account.channels[0]!.id
  expect([await channels(old), await channels(now)]).toEqual([[first], both])
  const { merge_id: id } = await admin.call(mergeContacts, { params: { id: old }, body: { merged_id: now } })
  expect(await channels(old)).toEqual(both)
  await admin.call(undoMerge, { params: { id } })
  expect([await channels(old), await channels(now)]).toEqual([[first], both])
  await writes(account, { from: OLD, userId: ALICE }, 'one', new Date().toISOString())
  await writes(account, { from: OLD, userId: 'US.999' }, 'two', new Date().toISOString())
  await server.pool.query('delete from messages where org_id = $1', [admin.actor.org_id])
  const [conflict] = (await admin.call(listConflicts, {})).conflicts
  await admin.call(decideConflict, { params: { id: conflict!.id }, body: { decision: 'same_person' } })
  expect(await channels(old)).toEqual([first])
})
