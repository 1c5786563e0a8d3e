// Events read on from a position, put together to what a screen needs to know.
import { sql } from 'kysely'
import { systemActor } from '../access/actor.ts'
import { contactsByIds } from '../contacts/contacts.ts'
import { conversationsByIds } from '../conversations/conversations.ts'
import type { Db } from '../lib/db.ts'
import { chipsById } from '../tags/tags.ts'
import type { LiveChange, LiveMessage } from './schema.ts'

/** Beyond so many events a screen is better off reading again what it shows. */
const MOST_EVENTS = 5000
const MOST_NAMED = 300
/** So many contacts are sent along, as they are now, so that nobody has to ask. */
const MOST_SENT = 50

interface EventRow {
  kind: string
  contact_id: string | null
  tag_id: string | null
  actor_id: string
  actor_name: string
  at: string
  /** Whoever comes back later finds the conversation without being told. */
  lately: boolean
  after: Record<string, unknown> | null
}

/**
 * What happened after one position, up to another; null when it is too much. With `whole` it is null as well when
 * something of it is there no more, forgotten or erased.
 */
export async function readChanges(
  db: Db,
  orgId: string,
  { after, upTo, whole }: { after: number; upTo: number; whole: boolean },
): Promise<LiveMessage | null> {
  if (upTo - after > MOST_EVENTS) return null
  const { rows } = await sql<EventRow>`
    select kind, contact_id, tag_id, actor_id, actor_name, at, at > now() - interval '5 minutes' as lately, case when ${passedOn} or kind = 'contacts.active' or kind like 'conversation.%' then after end as after
    from events where org_id = ${orgId} and seq > ${after} and seq <= ${upTo} order by seq`.execute(db)
  if (whole && rows.length < upTo - after) return null
  const changes = putTogether(rows)
  const named = new Set(changes.flatMap((change) => change.contact_ids ?? []))
  const few = named.size > 0 && named.size <= MOST_SENT
  const spoken = new Set(changes.flatMap((change) => change.conversation_ids ?? []))
  const fewSpoken = spoken.size > 0 && spoken.size <= MOST_SENT
  const conversations = fewSpoken ? await conversationsByIds(db, systemActor(orgId), [...spoken]) : new Map()
  // Whose conversation is sent along is sent with it.
  const sent = new Set([...conversations.values()].map(({ contact }) => contact.id))
  const others = few ? [...named].filter((id) => !sent.has(id)) : []
  const contacts = await contactsByIds(db, systemActor(orgId), others)
  const tagIds = new Set(changes.flatMap(({ kind, tag_ids }) => (kind.startsWith('tag.') ? (tag_ids ?? []) : [])))
  const chips = tagIds.size > 0 ? await chipsById(db, orgId) : new Map()
  return {
    changes,
    conversations: [...conversations.values()],
    contacts: [...contacts.values()],
    tags: [...chips.values()].filter((chip) => tagIds.has(chip.id)),
  }
}

const passedOn = sql`(kind like 'operation.%' or kind = 'tag.merged')`
const isPassedOn = (kind: string) => kind.startsWith('operation.') || kind === 'tag.merged'

interface Gathered {
  contactIds: Set<string>
  conversationIds: Set<string>
  tagIds: Set<string>
  many: boolean
  conflicts: boolean
}

function putTogether(rows: readonly EventRow[]): LiveChange[] {
  const byKind = new Map<string, Gathered>()
  const alone: LiveChange[] = []
  for (const { kind, contact_id, tag_id, after } of rows) {
    if (isPassedOn(kind)) {
      alone.push({
        kind,
        ...(contact_id ? { contact_ids: [contact_id] } : {}),
        ...(tag_id ? { tag_ids: [tag_id] } : {}),
        ...(after ? { after } : {}),
      })
      continue
    }
    const gathered = byKind.get(kind) ?? {
      contactIds: new Set(),
      conversationIds: new Set(),
      tagIds: new Set(),
      many: false,
      conflicts: false,
    }
    byKind.set(kind, gathered)
    if (contact_id) gathered.contactIds.add(contact_id)
    for (const id of (after?.['contact_ids'] ?? []) as string[]) gathered.contactIds.add(id)
    if (typeof after?.['conversation_id'] === 'string') gathered.conversationIds.add(after['conversation_id'])
    for (const id of (after?.['conversation_ids'] ?? []) as string[]) gathered.conversationIds.add(id)
    if (tag_id) gathered.tagIds.add(tag_id)
    gathered.many ||= after?.['many'] === true
    gathered.conflicts ||= after?.['conflicts'] === true
  }
  const handedOver = handedOverIn(rows)
  const together = [...byKind].map(([kind, { contactIds, conversationIds, tagIds, many, conflicts }]): LiveChange => {
    const tooMany = many || Math.max(contactIds.size, conversationIds.size) > MOST_NAMED
    return {
      kind,
      ...(tooMany ? { many: true as const } : contactIds.size > 0 ? { contact_ids: [...contactIds] } : {}),
      ...(!tooMany && conversationIds.size > 0 ? { conversation_ids: [...conversationIds] } : {}),
      ...(kind === 'conversation.assigned' && !tooMany && handedOver.length > 0 ? { handed_over: handedOver } : {}),
      ...(tagIds.size > 0 ? { tag_ids: [...tagIds] } : {}),
      ...(conflicts ? { conflicts: true as const } : {}),
    }
  })
  return [...together, ...alone]
}

/** Of each conversation the last time that somebody gave it to somebody else, lately, unless they have acted in it since or have it no more. */
function handedOverIn(rows: readonly EventRow[]): NonNullable<LiveChange['handed_over']> {
  const handedOver = new Map<string, NonNullable<LiveChange['handed_over']>[number]>()
  for (const { kind, actor_id, actor_name, at, lately, after } of rows) {
    const [conversation_id, to] = [after?.['conversation_id'], after?.['agent_id']]
    if (typeof conversation_id !== 'string') continue
    const isAssigned = kind === 'conversation.assigned'
    if (isAssigned || kind === 'conversation.closed' || handedOver.get(conversation_id)?.to === actor_id)
      handedOver.delete(conversation_id)
    // What a merge of contacts brings somebody was given by nobody.
    if (isAssigned && lately && typeof to === 'string' && to !== actor_id && after?.['by_merge'] !== true)
      handedOver.set(conversation_id, { conversation_id, to, by: actor_name, at })
  }
  return [...handedOver.values()]
}
