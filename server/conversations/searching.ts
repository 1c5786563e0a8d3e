// Searching: which conversations hold a message with a part of a text, most recently active first.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../lib/db.ts'
import type { Place } from './cursor.ts'

/**
 * Two ways lead there. A frequent word is soon met walking back through the conversations; a rare one is looked up in an
 * index of three letters at a time, and all that has it is sorted. Which it is shows at the first steps of the walk: on a
 * million conversations a step costs some 10 µs, and a message found by the index some 3 µs.
 */
const FIRST_STEPS = 1500
const FREQUENT = 20
const STEPS = 5000
/** Fewer letters are not in the index. */
const INDEXED = 3
/** Of a longer text the beginning, as in the index. */
const SEARCHED = 4096

export interface Found {
  places: Place[]
  /** Where to go on; null when everything was looked at. */
  rest: Place | null
}

/**
 * Up to `limit` of the conversations that meet the conditions and hold the text, from a place on. With one or two letters
 * a part of the conversations is looked at in one call: fewer than `limit` may be found though there is a rest.
 */
export async function findSaying(
  db: Db,
  orgId: string,
  text: string,
  conditions: readonly RawBuilder<unknown>[],
  { from, limit }: { from: Place | null; limit: number },
): Promise<Found> {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`
  const says = sql`lower(left(m.text, ${sql.lit(SEARCHED)})) like ${pattern}`
  const indexed = Array.from(text).length >= INDEXED
  const found: Place[] = []
  let at = from
  for (let steps = indexed ? FIRST_STEPS : STEPS; ; steps = STEPS) {
    const { places, rest } = await walk(db, says, conditions, { from: at, steps })
    const room = limit - found.length
    found.push(...places.slice(0, room))
    if (found.length === limit)
      return { places: found, rest: rest === null && places.length === room ? null : found.at(-1)! }
    if (rest === null || !indexed) return { places: found, rest }
    if (found.length < FREQUENT) return lookUp(db, orgId, says, conditions, { from, limit })
    at = rest
  }
}

const after = (from: Place | null) => (from ? sql` and (c.last_message_at, c.id) < (${from.at}, ${from.id})` : sql``)

/** Looks at so many conversations, one after another. */
async function walk(
  db: Db,
  says: RawBuilder<unknown>,
  conditions: readonly RawBuilder<unknown>[],
  { from, steps }: { from: Place | null; steps: number },
): Promise<Found> {
  const { rows } = await sql<Place & { hit: boolean }>`
    select c.id, c.last_message_at as at,
      exists (select from messages m where m.org_id = c.org_id and m.conversation_id = c.id and ${says}) as hit
    from (
      select c.org_id, c.id, c.last_message_at from conversations c where ${sql.join([...conditions], sql` and `)}${after(from)}
      order by c.last_message_at desc, c.id desc limit ${steps}
    ) c order by c.last_message_at desc, c.id desc`.execute(db)
  const last = rows.at(-1)
  return {
    places: rows.filter(({ hit }) => hit).map(({ id, at }) => ({ id, at })),
    rest: rows.length === steps && last ? { id: last.id, at: last.at } : null,
  }
}

async function lookUp(
  db: Db,
  orgId: string,
  says: RawBuilder<unknown>,
  conditions: readonly RawBuilder<unknown>[],
  { from, limit }: { from: Place | null; limit: number },
): Promise<Found> {
  const { rows } = await sql<Place>`
    with saying as materialized (
      select distinct m.conversation_id as id from messages m where m.org_id = ${orgId} and m.conversation_id is not null and ${says}
    )
    select c.id, c.last_message_at as at from saying s join conversations c on c.org_id = ${orgId} and c.id = s.id
    where ${sql.join([...conditions], sql` and `)}${after(from)}
    order by c.last_message_at desc, c.id desc limit ${limit + 1}`.execute(db)
  const places = rows.slice(0, limit)
  return { places, rest: rows.length > limit ? places.at(-1)! : null }
}
