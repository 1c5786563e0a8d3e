// Events as other systems read them, page by page, in the order of their numbers.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { EVENT_TYPES, type TellableEvent } from './schema.ts'
import { numberEventsOf, positionOf } from './sequencing.ts'

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
    select seq as id, kind as type, at, contact_id, tag_id, source, before, after,
      jsonb_build_object('kind', actor_kind, 'id', actor_id, 'name', actor_name) as actor
    from events where org_id = ${actor.org_id} and seq > ${after} and seq <= ${head} and kind = any(${types}::text[])
    order by seq limit ${limit + 1}`.execute(db)
  const more = rows.length > limit
  const events = rows.slice(0, limit)
  return { events, next_cursor: String(more ? events.at(-1)!.id : head), more }
}
