// Searching: which conversations hold a message with a part of a text that is there to be read, most recently active first.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../lib/db.ts'
import { isThere } from './about.ts'
import type { Place } from './cursor.ts'
import { arrivedSince, holdsGramsOf, startOfWeek, WEEK_MS } from './grams.ts'

/**
 * Two ways lead there. What is frequent is soon met walking back through the conversations; what is rare is looked up in
 * an index of a few letters at a time, and all that has it is sorted. The first steps of the walk show which it is. Of
 * what is neither, only the messages of the last weeks are looked up. With a million conversations a step of the walk
 * costs some 10 µs, and a message that is looked up some 6 µs with its conversation.
 */
const EFFORT = {
  /** Steps by which it is decided. */
  first: 100,
  /** The share of them from which on it is frequent. */
  frequent: 0.05,
  /** Steps at once. */
  steps: 5000,
  /** So many messages are looked up that arrived since so many weeks before where the walk has come; then so many of all. */
  lookUps: [
    { weeks: 2, most: 10_000 },
    { weeks: null, most: 500 },
    { weeks: 12, most: 10_000 },
    { weeks: null, most: 10_000 },
  ] as { weeks: number | null; most: number }[],
  /** Conversations that went on for long which are walked through beside that. */
  long: 500,
}
/** Of a longer text the beginning, as in the index. */
const SEARCHED = 4096
/** Hardly a conversation goes on for longer; the index conversations_long has those that do. */
const LONG_MS = WEEK_MS
const goesOnForLong = sql`c.last_message_at - c.opened_at > interval '7 days'`

export interface Found {
  places: Place[]
  /** Where to go on; null when everything was looked at. */
  rest: Place | null
}

interface Search {
  db: Db
  orgId: string
  text: string
  /** A message m holds the text, and shows it. */
  says: RawBuilder<unknown>
  /** A conversation c is among those that are searched. */
  conditions: readonly RawBuilder<unknown>[]
  from: Place | null
  limit: number
  effort: typeof EFFORT
}

/** Up to `limit` of the conversations that meet the conditions and hold the text, from a place on. */
export async function findSaying(
  db: Db,
  orgId: string,
  text: string,
  conditions: readonly RawBuilder<unknown>[],
  { from, limit, effort = EFFORT }: { from: Place | null; limit: number; effort?: typeof EFFORT },
): Promise<Found> {
  const sought = text.toLowerCase()
  const pattern = `%${sought.replaceAll(/[\\%_]/g, '\\$&')}%`
  const says = sql`lower(left(m.text, ${sql.lit(SEARCHED)})) like ${pattern} and ${isThere}`
  const search: Search = { db, orgId, text: sought, says, conditions, from, limit, effort }
  const places: Place[] = []
  let [at, steps, lookedUp] = [from, effort.first, false]
  for (;;) {
    const met = await walk(search, conditions, { from: at, steps })
    places.push(...met.places)
    if (met.rest === null || places.length >= limit) return pageOf(places, search, met.rest === null)
    if (!lookedUp && met.places.length < effort.frequent * steps) {
      const found = await lookUp(search, met.rest)
      if (found !== null) return found
      lookedUp = true
    }
    at = met.rest
    const needed = Math.ceil((1.2 * (limit - places.length) * steps) / met.places.length)
    steps = lookedUp ? effort.steps : Math.min(needed, effort.steps)
  }
}

/** `all`: there are no more places than these. */
const pageOf = (places: readonly Place[], { limit }: Search, all: boolean): Found => {
  const page = places.slice(0, limit)
  return { places: page, rest: all && places.length <= limit ? null : page.at(-1)! }
}

const after = (from: Place | null) => (from ? [sql`(c.last_message_at, c.id) < (${from.at}, ${from.id})`] : [])

/** Looks at so many conversations that meet the conditions, one after another. */
async function walk(
  { db, says }: Search,
  conditions: readonly RawBuilder<unknown>[],
  { from, steps }: { from: Place | null; steps: number },
): Promise<Found> {
  // Within an `exists` the planner may read the texts of all messages first, which takes a quarter of a minute.
  const { rows } = await sql<Place & { hit: boolean | null }>`
    select c.id, c.last_message_at as at, m.hit
    from (
      select c.org_id, c.id, c.last_message_at from conversations c where ${sql.join([...conditions, ...after(from)], sql` and `)}
      order by c.last_message_at desc, c.id desc limit ${steps}
    ) c left join lateral (
      select true as hit from messages m where m.org_id = c.org_id and m.conversation_id = c.id and ${says} limit 1
    ) m on true order by c.last_message_at desc, c.id desc`.execute(db)
  const last = rows.at(-1)
  return {
    places: rows.filter(({ hit }) => hit).map(({ id, at }) => ({ id, at })),
    rest: rows.length === steps && last ? { id: last.id, at: last.at } : null,
  }
}

/** Null when more messages hold the text than are looked up. */
async function lookUp(search: Search, walkedTo: Place): Promise<Found | null> {
  for (const { weeks, most } of search.effort.lookUps) {
    const since = weeks === null ? null : startOfWeek(Date.parse(walkedTo.at) - weeks * WEEK_MS)
    const places = await lookUpSince(search, since, most)
    if (since === null) {
      if (places !== null) return pageOf(places, search, true)
    } else {
      // So frequent that walking is quicker, and that only counting all of them takes some 0.2 s.
      if (places === null) return null
      const complete = places.length > search.limit ? await withLongOnes(search, places, since) : null
      if (complete !== null) return pageOf(complete, search, false)
    }
  }
  return null
}

/**
 * The conversations with messages that hold the text and arrived since then; null when these are more than `most`. Those
 * of which the last activity is so soon after that moment that older messages may hold it as well are left out.
 */
async function lookUpSince(
  { db, orgId, text, says, conditions, from, limit }: Search,
  since: number | null,
  most: number,
): Promise<Place[] | null> {
  const holds = [says, ...holdsGramsOf(orgId, text)]
  if (since !== null) holds.push(arrivedSince(orgId, since))
  const which = [...conditions, ...after(from), ...(since === null ? [] : [isActiveLongAfter(since)])]
  const { rows } = await sql<{ messages: number; id: string | null; at: string | null }>`
    with saying as materialized (
      select m.conversation_id as id from messages m
      where m.org_id = ${orgId} and m.conversation_id is not null and ${sql.join(holds, sql` and `)} limit ${most + 1}
    )
    select s.messages, f.id, f.at
    from (select count(*)::int as messages from saying) s left join lateral (
      select c.id, c.last_message_at as at from (select distinct id from saying where s.messages <= ${most}) d
      join conversations c on c.org_id = ${orgId} and c.id = d.id where ${sql.join(which, sql` and `)}
      order by c.last_message_at desc, c.id desc limit ${limit + 1}
    ) f on true order by f.at desc, f.id desc`.execute(db)
  if (rows[0]!.messages > most) return null
  return rows.flatMap(({ id, at }) => (id === null || at === null ? [] : [{ id, at }]))
}

const isActiveLongAfter = (moment: number) => sql`c.last_message_at >= ${new Date(moment + LONG_MS).toISOString()}`

/**
 * These places with those between them of conversations in which only older messages hold the text: such a conversation
 * had begun before. Null when there are very many to look at.
 */
async function withLongOnes(search: Search, places: readonly Place[], since: number): Promise<Place[] | null> {
  const { from, conditions, effort } = search
  const last = places.at(-1)!
  const long = await walk(
    search,
    [
      ...conditions,
      goesOnForLong,
      sql`c.opened_at < ${new Date(since).toISOString()}`,
      sql`c.last_message_at >= ${last.at}`,
    ],
    { from, steps: effort.long },
  )
  if (long.rest !== null) return null
  const byId = new Map([...places, ...long.places].map((place) => [place.id, place]))
  return [...byId.values()].toSorted((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1))
}
