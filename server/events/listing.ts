// Events as other systems read them, page by page, in the order of their numbers.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { EVENT_TYPES, type TellableEvent } from './schema.ts'
import { numberEventsOf, positionOf } from './sequencing.ts'

/** What a row of `events`, called e, tells other systems, wherever they hear of it. */
export const tellable = sql`e.seq as id, e.kind as type, e.at, e.contact_id, e.tag_id,
  jsonb_build_object('kind', e.actor_kind, 'id', e.actor_id, 'name', e.actor_name) as actor, e.source, e.before, e.after`

interface Wanted {
  cursor?: string | undefined
  start: 'oldest' | 'now'
  types?: readonly TellableEvent['type'][] | undefined
  limit: number
}

/**
 * The events after a cursor. What commits later gets a greater number, so that nobody who reads on misses it. Refuses a
 * cursor beyond the last event: the database was put back to an earlier state.
 */
export async function listEvents(
  db: Db,
  actor: Actor,
  { cursor, start, types = EVENT_TYPES, limit }: Wanted,
): Promise<{ events: TellableEvent[]; next_cursor: string; more: boolean }> {
  await numberEventsOf(db, actor.org_id)
  const head = await positionOf(db, actor.org_id)
  const after = cursor === undefined ? (start === 'now' ? head : 0) : Number(cursor)
  if (after > head)
    throw new Problem(
      'invalid',
      'There are no events up to this cursor: the server was restored from a backup. Read contacts anew, and begin with start=now.',
      { reason: 'cursor_ahead', field: 'cursor' },
    )
  const { rows } = await sql<TellableEvent>`
    select ${tellable} from events e
    where e.org_id = ${actor.org_id} and e.seq > ${after} and e.seq <= ${head} and e.kind = any(${types}::text[])
    order by e.seq limit ${limit + 1}`.execute(db)
  const more = rows.length > limit
  const events = rows.slice(0, limit)
  return { events, next_cursor: String(more ? events.at(-1)!.id : head), more }
}
