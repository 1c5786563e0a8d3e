// What stands in a thread from top to bottom: messages, the days between them, where conversations begin and end, and where the unread ones begin.
import type { HandOver } from '../../../server/ai-agents/schema.ts'
import type { Message } from '../../../server/conversations/schema.ts'
import { isoDay } from '../lib/time.ts'
import type { ThreadPage } from './thread-pages.ts'

export type ThreadConversation = ThreadPage['conversations'][number]

export type ThreadItem =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'opened' | 'closed'; key: string; conversation: ThreadConversation }
  | { kind: 'unread'; key: string }
  /** An AI agent handed over to people. */
  | { kind: 'handed_over'; key: string; handOver: HandOver }
  /** `follows`: the one above is of the same side, shortly before. */
  | { kind: 'message'; key: string; message: Message; follows: boolean }

/** Messages of one side within this time stand close together. */
const TOGETHER_MS = 5 * 60_000

/** `newestFirst` as the server answers; `isWhole`: nothing older is left to read. */
export function threadItems(
  newestFirst: readonly Message[],
  conversations: readonly ThreadConversation[],
  {
    firstUnreadId,
    isWhole,
    handOvers = [],
  }: { firstUnreadId: string | null; isWhole: boolean; handOvers?: readonly HandOver[] },
): ThreadItem[] {
  const byId = new Map(conversations.map((each) => [each.id, each]))
  const items: ThreadItem[] = []
  let before: Message | undefined
  let current: ThreadConversation | undefined
  // Ids sort in the order of writing: each stands before the first message that came after it.
  const told = handOvers.filter(({ id }) => isWhole || id > (newestFirst.at(-1)?.id ?? ''))
  const tellUntil = (id: string | null) => {
    while (told[0] && (id === null || told[0].id < id)) {
      const handOver = told.shift()!
      items.push({ kind: 'handed_over', key: `handed over ${handOver.id}`, handOver })
    }
  }
  for (const message of newestFirst.toReversed()) {
    // What stands between two messages parts them.
    let parted = before === undefined
    const add = (item: ThreadItem) => {
      items.push(item)
      parted = true
    }
    if (told[0] && told[0].id < message.id) {
      tellUntil(message.id)
      parted = true
    }
    const own = message.conversation_id === null ? undefined : byId.get(message.conversation_id)
    const begins = own !== undefined && own.id !== current?.id
    if (begins && isClosed(current)) add(closing(current))
    if (before === undefined || isoDay(before.sent_at) !== isoDay(message.sent_at))
      add({ kind: 'day', key: `day ${message.id}`, at: message.sent_at })
    if (begins) {
      if (before !== undefined || isWhole) add({ kind: 'opened', key: `opened ${own.id}`, conversation: own })
      current = own
    }
    if (message.id === firstUnreadId) add({ kind: 'unread', key: 'unread' })
    const follows = !parted && before !== undefined && isNextTo(before, message)
    items.push({ kind: 'message', key: message.id, message, follows })
    before = message
  }
  tellUntil(null)
  if (isClosed(current)) items.push(closing(current))
  return items
}

const isClosed = (conversation: ThreadConversation | undefined): conversation is ThreadConversation =>
  conversation !== undefined && conversation.closed_at !== null

const closing = (conversation: ThreadConversation): ThreadItem => ({
  kind: 'closed',
  key: `closed ${conversation.id}`,
  conversation,
})

const isNextTo = (before: Message, message: Message): boolean =>
  before.direction === message.direction &&
  before.sent_by === message.sent_by &&
  before.origin === message.origin &&
  Date.parse(message.sent_at) - Date.parse(before.sent_at) < TOGETHER_MS
