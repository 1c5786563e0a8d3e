// What open screens are told of who is there: read for all of them together, and put into words for each person once.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'
import type { PresenceMessage } from './schema.ts'
import { STILL_THERE } from './tabs.ts'

/** How often at most it is read. Rows that nobody renews lapse without being written, so it is read without a reason too. */
const READ_EVERY_MS = 250
/** Who is online is told to everybody: somebody who only reloads a page is not gone meanwhile. */
const GONE_AFTER_MS = 5000

type Thread = PresenceMessage['threads'][number]
type Seat = Thread['people'][number]

interface Row {
  user_id: string
  name: string
  /** In the order of their ids. */
  conversations: { id: string; writing: boolean }[]
}

/** One organization. */
interface Room {
  /** What was read, to see whether it is something else now. */
  rows: string
  /** When each person was seen last, on this process's clock. */
  seen: ReadonlyMap<string, number>
  online: string
  /** As JSON, for those who are not alone at a conversation. */
  threads: ReadonlyMap<string, string>
}

export interface Presences {
  /** Reads who is there in these organizations, and forgets others; soon after the last time it does nothing. */
  read(orgIds: readonly string[]): Promise<void>
  /** A PresenceMessage as JSON; null when it has not been read. */
  toldTo(orgId: string, userId: string): string | null
}

export function openPresences(db: Db): Presences {
  let rooms = new Map<string, Room>()
  let readAt = -Infinity
  return {
    async read(orgIds) {
      const now = performance.now()
      if (now - readAt < READ_EVERY_MS && orgIds.every((id) => rooms.has(id))) return
      readAt = now
      const found = orgIds.length > 0 ? await readRows(db, orgIds) : new Map<string, Row[]>()
      rooms = new Map(orgIds.map((orgId) => [orgId, roomOf(found.get(orgId) ?? [], rooms.get(orgId), now)]))
    },
    toldTo(orgId, userId) {
      const room = rooms.get(orgId)
      return room ? `{"online":${room.online},"threads":${room.threads.get(userId) ?? '[]'}}` : null
    },
  }
}

async function readRows(db: Db, orgIds: readonly string[]): Promise<Map<string, Row[]>> {
  // A row that outlived the last session of its person, who signed out, is of nobody.
  const { rows } = await sql<{ org_id: string; people: Row[] }>`
    select org_id, jsonb_agg(jsonb_build_object('user_id', user_id, 'name', name, 'conversations', conversations) order by user_id) as people
    from (
      select p.org_id, p.user_id, u.name, coalesce(jsonb_agg(jsonb_build_object('id', p.conversation_id,
        'writing', coalesce(p.writing_until > now(), false)) order by p.conversation_id, p.tab_id)
        filter (where p.conversation_id is not null), '[]') as conversations
      from presences p join users u on u.id = p.user_id
      where p.org_id = any(${orgIds}::uuid[]) and ${STILL_THERE}
        and exists (select from sessions s where s.user_id = p.user_id and s.expires_at > now())
      group by p.org_id, p.user_id, u.name
    ) people group by org_id`.execute(db)
  return new Map(rows.map(({ org_id, people }) => [org_id, people]))
}

function roomOf(people: readonly Row[], before: Room | undefined, now: number): Room {
  const rows = JSON.stringify(people)
  const seen = new Map([...(before?.seen ?? [])].filter(([, at]) => now - at < GONE_AFTER_MS))
  for (const { user_id } of people) seen.set(user_id, now)
  const online = JSON.stringify([...seen.keys()].toSorted())
  return { rows, seen, online, threads: before?.rows === rows ? before.threads : threadsOf(people) }
}

/** For each person, who else is at the conversations that they have open. */
function threadsOf(people: readonly Row[]): Map<string, string> {
  const seats = new Map<string, Seat[]>()
  for (const { user_id: id, name, conversations } of people) {
    const writing = new Map<string, boolean>()
    for (const each of conversations) writing.set(each.id, each.writing || (writing.get(each.id) ?? false))
    for (const [conversationId, writes] of writing)
      seats.set(conversationId, [...(seats.get(conversationId) ?? []), { id, name, writing: writes }])
  }
  const mine = new Map<string, Thread[]>()
  for (const [conversation_id, all] of seats) {
    if (all.length < 2) continue
    for (const { id } of all) {
      const others = all.filter((each) => each.id !== id)
      mine.set(id, [...(mine.get(id) ?? []), { conversation_id, people: others }])
    }
  }
  return new Map([...mine].map(([id, threads]) => [id, JSON.stringify(threads)]))
}
