// What the stream told, put together until it is shown: one look of the screen for many messages.
import type { Contact } from '../../../server/contacts/schema.ts'
import type { Conversation } from '../../../server/conversations/schema.ts'
import type { LiveChange, LiveMessage } from '../../../server/events/schema.ts'
import type { TagChip } from '../../../server/tags/schema.ts'

export interface OperationNews {
  operation_id: string
  done: number
  matched: number
  status: string
}

export interface Digest {
  /** Contacts as they are now. */
  contacts: Map<string, Contact>
  /** Contacts that changed in a way that was not sent along. */
  unsent: Set<string>
  /** More contacts than were named came, wrote, or got or lost tags. */
  many: { created: boolean; active: boolean; tagged: boolean }
  created: Set<string>
  /** Wrote, or were changed by what they wrote. */
  active: Set<string>
  /** Got or lost a tag. */
  tagged: Set<string>
  /** Contacts were merged, taken apart or erased: some are there no more. */
  regrouped: boolean
  /** Are there no more, whatever was told of them before. */
  erased: Set<string>
  /** Tags of the catalog as they are now. */
  chips: Map<string, TagChip>
  catalogChanged: boolean
  /** Tags merged into others: each with its survivor. */
  mergedTags: Map<string, { id: string; name: string }>
  /** The last word of each operation under way. */
  progress: Map<string, OperationNews>
  /** An operation began or ended. */
  operationsChanged: boolean
  conflicts: boolean
  /** Conversations as they are now. */
  conversations: Map<string, Conversation>
  /** Conversations that somebody gave to somebody else. */
  handedOver: NonNullable<LiveChange['handed_over']>
  /** Conversations that changed, or in which something was written. */
  touched: Set<string>
  /** More conversations than were named. */
  manyConversations: boolean
  /** People came, went or have another role, were invited, or the organization has another name. */
  peopleChanged: boolean
  repliesChanged: boolean
  suggestionsChanged: boolean
}

/** More contacts than this are many: putting each in place would take longer than reading again what is shown. */
const MOST = 1000

export const emptyDigest = (): Digest => ({
  contacts: new Map(),
  unsent: new Set(),
  many: { created: false, active: false, tagged: false },
  created: new Set(),
  active: new Set(),
  tagged: new Set(),
  regrouped: false,
  erased: new Set(),
  chips: new Map(),
  catalogChanged: false,
  mergedTags: new Map(),
  progress: new Map(),
  operationsChanged: false,
  conflicts: false,
  conversations: new Map(),
  handedOver: [],
  touched: new Set(),
  manyConversations: false,
  peopleChanged: false,
  repliesChanged: false,
  suggestionsChanged: false,
})

/** Adds a message to what is waiting; what it says of a contact or a tag takes the place of what was said before. */
export function addMessage(digest: Digest, message: LiveMessage): void {
  const spoken = message.conversations.map(({ contact }) => contact)
  const sent = new Map([...spoken, ...message.contacts].map((contact) => [contact.id, contact]))
  for (const change of message.changes) {
    addChange(digest, change)
    digest.handedOver.push(...(change.handed_over ?? []))
    for (const id of change.conversation_ids ?? []) {
      // Where it was not sent along as it is now, what was told before is out of date.
      digest.conversations.delete(id)
      digest.touched.add(id)
    }
    for (const id of change.contact_ids ?? []) {
      if (sent.has(id)) continue
      digest.contacts.delete(id)
      digest.unsent.add(id)
    }
  }
  for (const [id, contact] of sent) {
    digest.contacts.set(id, contact)
    digest.unsent.delete(id)
  }
  for (const conversation of message.conversations) {
    digest.conversations.set(conversation.id, conversation)
    digest.touched.add(conversation.id)
  }
  if (digest.touched.size > MOST) {
    digest.manyConversations = true
    digest.conversations.clear()
    digest.touched.clear()
  }
  for (const chip of message.tags) digest.chips.set(chip.id, chip)
  if (digest.contacts.size + digest.unsent.size > MOST) {
    for (const kind of ['created', 'active', 'tagged'] as const) {
      digest.many[kind] ||= digest[kind].size > 0
      digest[kind].clear()
    }
    digest.contacts.clear()
    digest.unsent.clear()
  }
}

const CONTACT_KINDS = new Map<string, 'created' | 'active' | 'tagged'>([
  ['contact.created', 'created'],
  ['contacts.active', 'active'],
  ['contact.tag_added', 'tagged'],
  ['contact.tag_removed', 'tagged'],
])

function addChange(digest: Digest, { kind, contact_ids, many, conflicts, tag_ids, after }: LiveChange): void {
  digest.conflicts ||= conflicts === true
  if (many && (kind === 'contacts.active' || kind.startsWith('conversation.'))) digest.manyConversations = true
  const what = CONTACT_KINDS.get(kind)
  if (what) {
    digest.many[what] ||= many === true
    for (const id of contact_ids ?? []) digest[what].add(id)
  } else if (
    kind === 'contact.merged' ||
    kind === 'contact.unmerged' ||
    kind === 'contact.erased' ||
    kind === 'contacts.erased'
  ) {
    digest.regrouped = true
    if (kind === 'contact.erased') for (const id of contact_ids ?? []) digest.erased.add(id)
    digest.conflicts = true
  } else if (kind.startsWith('conflict.')) digest.conflicts = true
  else if (/^(people|invitations|organization)\./.test(kind)) digest.peopleChanged = true
  else if (kind === 'replies.changed') digest.repliesChanged = true
  else if (kind === 'suggestions.changed') digest.suggestionsChanged = true
  else if (kind.startsWith('tag.')) {
    digest.catalogChanged = true
    const survivor = after as { merged_into?: unknown; name?: unknown } | undefined
    if (kind === 'tag.merged' && typeof survivor?.merged_into === 'string')
      for (const id of tag_ids ?? [])
        digest.mergedTags.set(id, { id: survivor.merged_into, name: String(survivor.name) })
  } else if (kind === 'operation.progress' && isOperationNews(after)) digest.progress.set(after.operation_id, after)
  else if (kind.startsWith('operation.')) {
    digest.operationsChanged = true
    // A merge of tags moves them without a word for each contact.
    if (kind !== 'operation.started' && kind !== 'operation.progress') digest.many.tagged = true
    if (isOperationNews(after)) digest.progress.delete(after.operation_id)
  }
}

export const isMany = ({ many }: Pick<Digest, 'many'>): boolean => many.created || many.active || many.tagged

const isOperationNews = (after: unknown): after is OperationNews =>
  typeof (after as Partial<OperationNews> | undefined)?.operation_id === 'string'
