// Conversations for tests, and what was sent in them.
import { sql } from 'kysely'
import { updateAccount } from '../../server/channels/accounts.ts'
import { sendMessage } from '../../server/conversations/sending.ts'
import { newId } from '../../server/lib/ids.ts'
import { sighted } from './people.ts'
import type { ConnectedAccount, Person, TestServer } from './server.ts'

export interface Talk {
  conversationId: string
  contactId: string
  /** Writes as the agent who has it; answers the message's id. */
  write(text: string, reply_to?: string): Promise<string>
}

/** A connected account with a token, and a way to conversations with new customers of it, which the person has. */
export async function openTalks(
  server: TestServer,
  person: Person,
  { token = 'EAAG-token' }: { token?: string } = {},
): Promise<{
  account: ConnectedAccount
  channelId: string
  talk(sighting?: Parameters<typeof sighted>[2]): Promise<Talk>
}> {
  const account = await server.newAccount(person)
  if (token !== '') await giveToken(server, person, account, token)
  const channelId = account.account.channels[0]!.id
  return {
    account,
    channelId,
    async talk(sighting) {
      const contactId = await sighted(server, person, sighting)
      const conversationId = newId()
      await sql`
        insert into conversations (org_id, id, contact_id, channel_id, status, agent_id, agent_name, opened_at, taken_at, last_message_at, window_ends_at, waiting_since)
        values (${person.actor.org_id}, ${conversationId}, ${contactId}, ${channelId}, 'active', ${person.actor.id}, ${person.actor.name}, now(), now(), now(), now() + interval '24 hours', now())`.execute(
        server.db,
      )
      return {
        conversationId,
        contactId,
        write: (text, reply_to) =>
          server.db.transaction().execute((tx) => sendMessage(tx, person.actor, conversationId, { text, reply_to })),
      }
    },
  }
}

/** With a token an account can send, and tell that messages were read. */
export async function giveToken(
  server: TestServer,
  person: Person,
  { account: { id } }: ConnectedAccount,
  token = 'EAAG-token',
): Promise<void> {
  await server.db.transaction().execute((tx) => updateAccount(tx, server, person.actor, id, { access_token: token }))
}

export interface SentState {
  state: string
  attempts: number
  error_code: number | null
  error_text: string | null
  wa_message_id: string | null
}

export async function stateOf(server: TestServer, messageId: string): Promise<SentState> {
  const { rows } = await sql<SentState>`
    select o.state, o.attempts, o.error_code, o.error_text, m.wa_message_id
    from outgoing_messages o join messages m on m.org_id = o.org_id and m.id = o.message_id where o.message_id = ${messageId}`.execute(
    server.db,
  )
  return rows[0]!
}
