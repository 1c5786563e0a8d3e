// Conversations for tests of what AIs do with tags: a customer writes, somebody closes.
import { composeTextMessage } from '../../server/channels/whatsapp/compose.ts'
import { closeConversation, listConversations, takeConversation } from '../../server/conversations/schema.ts'
import { createTag } from '../../server/tags/schema.ts'
import type { ConnectedAccount, Person, TestServer } from './server.ts'

export interface Shop {
  admin: Person
  agent: Person
  account: ConnectedAccount
}

let customers = 0

/** A new organization with two people and a number. */
export async function newShop(server: TestServer): Promise<Shop> {
  const admin = await server.newPerson('admin')
  const agent = await server.newPerson('agent', admin.actor.org_id)
  return { admin, agent, account: await server.newAccount(admin) }
}

export const newTag = async (admin: Person, name: string, description = ''): Promise<string> =>
  (await admin.call(createTag, { body: { name, description } })).id

/** A customer writes; a new one unless a number is given. */
export async function write(
  server: TestServer,
  { admin, account }: Shop,
  texts: readonly string[],
  { from = `+16507${String(100_000 + customers++)}`, name = from }: { from?: string; name?: string } = {},
) {
  const { phoneNumberId, displayPhone } = account
  for (const text of texts)
    await account.deliver(
      composeTextMessage({
        phoneNumberId,
        displayPhone,
        wabaId: '102290129340398',
        from,
        name,
        text,
        at: new Date(),
      }),
    )
  await server.interpret()
  const { conversations } = await admin.call(listConversations, { query: {} })
  const open = conversations.find(({ contact, closed_at }) => contact.phone === from && closed_at === null)!
  return { from, conversationId: open.id, contactId: open.contact.id }
}

/** The same, and the conversation is closed. */
export async function talk(
  server: TestServer,
  shop: Shop,
  texts: readonly string[],
  as: { from?: string; name?: string } = {},
) {
  const written = await write(server, shop, texts, as)
  await shop.admin.call(takeConversation, { params: { id: written.conversationId } })
  await shop.admin.call(closeConversation, { params: { id: written.conversationId }, body: {} })
  return written
}
