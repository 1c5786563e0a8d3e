// An organization with something of everything in it, and what its tables hold: for the test of isolation.
import { composeTextMessage } from '../../server/channels/whatsapp/compose.ts'
import { listDeliveries, updateWhatsAppAccount } from '../../server/channels/schema.ts'
import { mergeContacts } from '../../server/contacts/merging-schema.ts'
import { listConflicts } from '../../server/contacts/conflicts-schema.ts'
import { listContacts } from '../../server/contacts/schema.ts'
import { listConversations, takeConversation } from '../../server/conversations/schema.ts'
import { newId } from '../../server/lib/ids.ts'
import { hashPassword } from '../../server/lib/password.ts'
import { createAiAgent } from '../../server/ai-agents/schema.ts'
import { createProvider } from '../../server/models/schema.ts'
import { createSavedReply } from '../../server/replies/schema.ts'
import { createImport } from '../../server/imports/schema.ts'
import { startOperation } from '../../server/operations/schema.ts'
import { createInvitation } from '../../server/people/schema.ts'
import { changeContactTags, createTag, deleteTags, updateTag } from '../../server/tags/schema.ts'
import { putInLine } from '../../server/webhooks/line.ts'
import { createWebhook, listDispatches } from '../../server/webhooks/schema.ts'
import { numberEvents } from '../../server/events/sequencing.ts'
import { check, upload } from '../help/imports.ts'
import { sighted } from '../help/people.ts'
import type { ConnectedAccount, KeyHolder, Person, TestServer } from '../help/server.ts'
import { FILE_OF_CONTACTS, type Ids } from './examples.ts'

export interface World {
  admin: Person
  agent: Person
  account: ConnectedAccount
  /** With all scopes. */
  key: KeyHolder
  ids: Ids
  /** Names and texts that occur in no other organization. */
  marks: string[]
}

let people = 0

/** Made once: a hash takes its time. */
const passwordHash = hashPassword('nobody knows this password')

/** A message by which a customer is seen; the organization's own phones and names. */
export async function writes(
  server: TestServer,
  account: ConnectedAccount,
  who: { from?: string; userId?: string; name: string },
  text: string,
): Promise<void> {
  const body = composeTextMessage({
    phoneNumberId: account.phoneNumberId,
    displayPhone: account.displayPhone,
    wabaId: '102290129340398',
    ...who,
    text,
    at: new Date(),
  })
  await account.deliver(body)
  await server.interpret()
}

/** Makes an organization with contacts, a conflict, tags, an account, deliveries, an operation. `mark` is in all its names. */
export async function makeWorld(server: TestServer, mark: string): Promise<World> {
  const admin = await server.newPerson('admin')
  const agent = await server.newPerson('agent', admin.actor.org_id)
  await server.pool.query('update users set password_hash = $1 where id = any($2)', [
    await passwordHash,
    [admin.actor.id, agent.actor.id],
  ])
  const account = await server.newAccount(admin)
  await admin.call(updateWhatsAppAccount, { params: { id: account.account.id }, body: { name: `${mark} account` } })
  const n = 1_000_000 + people++
  const phone = `+1650${n}`
  const userId = `US.9${n}`
  await writes(server, account, { from: phone, name: `${mark} by phone` }, `${mark} says hello`)
  await writes(server, account, { userId, name: `${mark} by id` }, `${mark} says hello again`)
  await writes(server, account, { from: phone, userId, name: `${mark} by phone` }, `${mark} is one of two`)
  const customer = await sighted(server, admin, { wa_id: `49151${n}`, name: `${mark} played`, test: true })
  await account.deliver(`not what ${mark} usually sends`)
  await server.interpret()

  const { contacts } = await admin.call(listContacts, { query: { search: mark } })
  const contact = contacts.find((each) => each.phone === phone)!.id
  const otherContact = contacts.find((each) => each.display_name === `${mark} by id`)!.id
  const [tag, otherTag, deletedTag] = await Promise.all(
    ['first', 'second', 'deleted'].map((name) => admin.call(createTag, { body: { name: `${mark} ${name}` } })),
  )
  await admin.call(changeContactTags, { params: { id: contact }, body: { add: [tag!.id, deletedTag!.id] } })
  await admin.call(deleteTags, { body: { ids: [deletedTag!.id] } })
  const operation = await admin.call(startOperation, { body: { ids: [otherContact], add: [otherTag!.id] } })
  await server.operate()
  const checked = await upload(server, admin, FILE_OF_CONTACTS)
  await check(server, admin, checked.id)
  const uploading = await admin.call(createImport, {
    body: { file_name: `${mark}.csv`, file_bytes: FILE_OF_CONTACTS.length },
  })
  const { conflicts } = await admin.call(listConflicts, {})
  const [kept, merged] = [await sighted(server, admin), await sighted(server, admin)]
  const { merge_id: merge } = await admin.call(mergeContacts, { params: { id: kept }, body: { merged_id: merged } })
  const { deliveries } = await admin.call(listDeliveries, { params: { id: account.account.id }, query: {} })
  const { rows: sessions } = await server.pool.query<{ id: string }>('select id from sessions where user_id = $1', [
    admin.actor.id,
  ])
  const invitation = await admin.call(createInvitation, {
    body: { role: 'agent', email: `${mark.replaceAll(/\W/g, '')}@example.com` },
  })
  const { conversations } = await admin.call(listConversations, { query: { contact_id: contact } })
  const conversation = conversations[0]!
  await admin.call(takeConversation, { params: { id: conversation.id } })
  const savedReply = await admin.call(createSavedReply, {
    body: { name: `${mark} reply`, text: `${mark} says thanks` },
  })
  const media = newId()
  const bytes = Buffer.from(`${mark} in a file`)
  await server.pool.query(
    `insert into media (org_id, id, message_id, wa_media_id, mime_type, size, file_name, state, stored_at)
     values ($1, $2, $3, '77', 'image/png', $4, $5, 'stored', now())`,
    [admin.actor.org_id, media, conversation.last_message!.id, bytes.length, `${mark}.png`],
  )
  await server.pool.query('insert into media_chunks values ($1, $2, 0, $3)', [admin.actor.org_id, media, bytes])
  const suggestion = newId()
  await server.pool.query(
    `insert into suggestions (org_id, id, conversation_id, tag_id, message_id, confidence, engine) values ($1, $2, $3, $4, $5, 0.6, 'built-in')`,
    [admin.actor.org_id, suggestion, conversation.id, otherTag!.id, conversation.last_message!.id],
  )
  const provider = await admin.call(createProvider, {
    body: {
      kind: 'openai_compatible',
      name: `${mark} provider`,
      base_url: 'http://127.0.0.1:9/v1',
      model: `${mark} model`,
    },
  })
  const modelCall = newId()
  await server.pool.query(
    `insert into model_calls (org_id, id, purpose, provider_id, provider_name, model, outcome, status) values ($1, $2, 'test', $3, $4, $4, 'answered', 200)`,
    [admin.actor.org_id, modelCall, provider.id, `${mark} provider`],
  )
  await server.pool.query('insert into model_exchanges (org_id, call_id, request, response) values ($1, $2, $3, $3)', [
    admin.actor.org_id,
    modelCall,
    `${mark} exchange`,
  ])
  const aiAgent = await admin.call(createAiAgent, {
    body: {
      name: `${mark} AI`,
      active: false,
      user_facing: true,
      instructions: `${mark} is kind.`,
      provider_id: provider.id,
      channel_ids: [account.account.channels[0]!.id],
      hand_over_words: [mark],
      most_answers: 5,
      close_after_minutes: null,
    },
  })
  await server.pool.query(
    `insert into ai_agent_acts (org_id, id, agent_id, conversation_id, kind, tag_id, reason, words) values ($1, $2, $3, $4, 'handed_over', $5, 'words', $6)`,
    [admin.actor.org_id, newId(), aiAgent.id, conversation.id, otherTag!.id, `${mark} wants a person`],
  )
  const key = await server.newKey(admin, { name: `${mark} key` })
  const { webhook } = await admin.call(createWebhook, {
    body: { url: 'http://127.0.0.1:9/', description: `${mark} webhook`, types: ['tag.updated'] },
  })
  while (await numberEvents(server.db));
  // Events are numbered in each organization by itself: these numbers occur in no other one.
  await server.pool.query('update event_positions set position = position + $2 where org_id = $1', [
    admin.actor.org_id,
    1000 * people,
  ])
  await admin.call(updateTag, { params: { id: otherTag!.id }, body: { description: `${mark} is told of` } })
  while (await numberEvents(server.db));
  while (await putInLine(server.db, { org_id: admin.actor.org_id, id: webhook.id }));
  const { dispatches } = await admin.call(listDispatches, { params: { id: webhook.id } })
  const ids: Ids = {
    contact,
    otherContact,
    customer,
    tag: tag!.id,
    otherTag: otherTag!.id,
    deletedTag: deletedTag!.id,
    account: account.account.id,
    channel: account.account.channels[0]!.id,
    delivery: deliveries[0]!.id,
    conflict: conflicts[0]!.id,
    merge,
    operation: operation.id,
    import: checked.id,
    upload: uploading.id,
    user: agent.actor.id,
    session: sessions[0]!.id,
    invitation: invitation.id,
    conversation: conversation.id,
    savedReply: savedReply.id,
    suggestion,
    aiAgent: aiAgent.id,
    message: conversation.last_message!.id,
    media,
    apiKey: key.id,
    webhook: webhook.id,
    dispatch: String(dispatches[0]!.event_id),
    modelProvider: provider.id,
    modelCall,
  }
  return {
    admin,
    agent,
    account,
    key,
    ids,
    marks: [mark, admin.slug, admin.actor.org_id, phone, userId, account.phoneNumberId],
  }
}

/** Tables that belong neither to an organization nor to a person. */
const NOBODYS = ['sign_in_failures', 'setup_links', 'schema_migrations', 'migrations']

/** What all tables hold of an organization and its people, row by row. */
export async function everythingOf(server: TestServer, orgId: string): Promise<Record<string, string[]>> {
  const { rows: tables } = await server.pool.query<{ name: string; columns: string[] }>(`
    select c.relname as name, array_agg(a.attname::text) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    group by c.relname order by c.relname`)
  const ofItsPeople = 'in (select user_id from memberships where org_id = $1)'
  const held: Record<string, string[]> = {}
  for (const { name, columns } of tables) {
    const whose = columns.includes('org_id')
      ? 'org_id = $1'
      : columns.includes('user_id')
        ? `user_id ${ofItsPeople}`
        : { organizations: 'id = $1', users: `id ${ofItsPeople}` }[name]
    if (whose === undefined && NOBODYS.includes(name)) continue
    if (whose === undefined)
      throw new Error(`Say in test/isolation/world.ts which rows of ${name} belong to an organization.`)
    const { rows } = await server.pool.query<{ row: string }>(
      `select t::text as row from ${name} t where ${whose} order by 1`,
      [orgId],
    )
    held[name] = rows.map(({ row }) => row)
  }
  return held
}
