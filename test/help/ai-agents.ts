// AI agents for tests: a shop with a number, an agent that answers it by a scripted model, and customers who write.
import { createAiAgent } from '../../server/ai-agents/schema.ts'
import { answerDue } from '../../server/ai-agents/turns.ts'
import { findDue } from '../../server/ai-agents/due.ts'
import { closeIdle, giveBackOfStopped, letGo, takeWaiting } from '../../server/ai-agents/taking.ts'
import { handOverUndelivered } from '../../server/ai-agents/undelivered.ts'
import type { AiAgent, AiAgentSettings } from '../../server/ai-agents/schema.ts'
import { composeTextMessage } from '../../server/channels/whatsapp/compose.ts'
import { listConversations, listMessages } from '../../server/conversations/schema.ts'
import type { Conversation } from '../../server/conversations/schema.ts'
import { createTag } from '../../server/tags/schema.ts'
import { addProvider, type ModelAnswer, type ModelRequest, type ScriptedModel } from './models.ts'
import type { ConnectedAccount, Person, TestServer } from './server.ts'

/** Without a pause, so that tests need not wait. */
export const AT_ONCE = {
  lookEveryMs: 50,
  quietMs: 0,
  mostMs: 0,
  together: 16,
  togetherOfOne: 4,
  anew: 2,
  retryMs: 1,
  retries: 2,
  writingMs: 21_000,
}

export interface Shop {
  admin: Person
  person: Person
  account: ConnectedAccount
  channelId: string
  agent: AiAgent
  settings: AiAgentSettings
  tag(name: string, description: string): Promise<string>
  /** A customer writes; answers the open conversation. */
  writes(from: string, ...texts: string[]): Promise<Conversation>
  open(from: string): Promise<Conversation>
  /** What was written in it, oldest first. */
  said(conversationId: string): Promise<{ direction: string; text: string | null; sent_by: string | null }[]>
}

let customers = 0
export const aPhone = (): string => `+16507${String(200_000 + customers++)}`

export async function openShop(
  server: TestServer,
  model: ScriptedModel,
  changes: Partial<AiAgentSettings> = {},
): Promise<Shop> {
  const admin = await server.newPerson('admin')
  const person = await server.newPerson('agent', admin.actor.org_id)
  const account = await server.newAccount(admin)
  const channelId = account.account.channels[0]!.id
  const provider = await addProvider(server, admin.actor, model)
  const settings: AiAgentSettings = {
    name: 'Luna',
    active: true,
    user_facing: true,
    instructions: 'You answer for the restaurant Aurora. Tables are free every evening but on Mondays.',
    provider_id: provider.id,
    channel_ids: [channelId],
    hand_over_words: ['complaint'],
    most_answers: 20,
    close_after_minutes: null,
    ...changes,
  }
  const agent = await admin.call(createAiAgent, { body: settings })
  const open = async (from: string): Promise<Conversation> => {
    const { conversations } = await admin.call(listConversations, { query: { list: 'open' } })
    return conversations.find(({ contact }) => contact.phone === from)!
  }
  return {
    admin,
    person,
    account,
    channelId,
    agent,
    settings,
    open,
    tag: async (name, description) => (await admin.call(createTag, { body: { name, description } })).id,
    async writes(from, ...texts) {
      for (const text of texts) await deliver(account, from, text)
      await server.interpret()
      return open(from)
    },
    said: async (id) =>
      (await admin.call(listMessages, { params: { id }, query: {} })).messages
        .toReversed()
        .map(({ direction, text, sent_by }) => ({ direction, text, sent_by })),
  }
}

async function deliver(account: ConnectedAccount, from: string, text: string): Promise<void> {
  const { phoneNumberId, displayPhone } = account
  const body = composeTextMessage({
    phoneNumberId,
    displayPhone,
    wabaId: '102290129340398',
    from,
    name: from,
    text,
    at: new Date(),
  })
  const status = await account.deliver(body)
  if (status !== 200) throw new Error(`The webhook answered ${status}.`)
}

/** One round of the agents, as the background would do it, to its end. */
export async function work(server: TestServer): Promise<void> {
  await takeWaiting(server.db)
  await giveBackOfStopped(server.db)
  await letGo(server.db)
  await handOverUndelivered(server.db)
  await closeIdle(server.db)
  for (const due of await findDue(server.db, AT_ONCE, [])) await answerDue(server, due, AT_ONCE)
  await letGo(server.db)
}

/** The tags that list_tags told the model, by name. */
export function toldTags({ text }: ModelRequest): Map<string, string> {
  const plain = text.replaceAll('\\"', '"').replaceAll('\\"', '"')
  return new Map([...plain.matchAll(/"id":"(tag-[0-9a-f]+)","name":"([^"]+)"/g)].map(([, id, name]) => [name!, id!]))
}

/** What it was given of the customer's messages. */
export function messagesIn({ body }: ModelRequest): { n: number; text: string }[] {
  const { content } = body.messages.find(({ role }) => role === 'user')!
  const prompt =
    typeof content === 'string' ? content : (content as { text: string }[]).map(({ text }) => text).join('')
  const { conversation } = JSON.parse(prompt.split('\n')[1]!) as {
    conversation: { n: number; from: string; text: string }[]
  }
  return conversation.filter(({ from }) => from === 'customer')
}

/** The number of the last message of the customer that has these words. */
export function numberOf({ text }: ModelRequest, words: string): number {
  const plain = text.replaceAll('\\"', '"').replaceAll('\\\\', '\\')
  const found = [...plain.matchAll(/"n":(\d+),"from":"customer","text":"([^"]*)/g)].filter(([, , said]) =>
    said!.includes(words),
  )
  return Number(found.at(-1)?.[1] ?? 0)
}

/** A model that calls list_tags, then what is made of the tags told, then says something. */
export const withTags =
  (
    calls: (tags: Map<string, string>, request: ModelRequest) => { name: string; input: unknown }[],
    text: string,
  ): ((request: ModelRequest) => ModelAnswer) =>
  (request) => {
    const answered = request.body.messages.filter(({ role, content }) =>
      role === 'tool' ? true : role === 'user' && JSON.stringify(content).includes('tool_result'),
    ).length
    if (answered === 0) return { calls: [{ name: 'list_tags', input: {} }] }
    const tags = toldTags(request)
    const wanted = calls(tags, request)
    return answered === 1 && wanted.length > 0 ? { calls: wanted } : { text }
  }
