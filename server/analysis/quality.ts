// How well AIs tag: what became of what they put on and suggested, which tags people put on instead, and which are alike.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { Asking } from '../classifier/asking.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { takenOff } from '../tags/held-back.ts'
import { leadsTo } from '../tags/resolving.ts'
import type { TagChip, TagColor } from '../tags/schema.ts'
import {
  MOST_COMPARED,
  MOST_CORRECTIONS,
  QUALITY_WEEKS,
  type getTagQuality as qualityRoute,
  type listTagOverlaps as overlapsRoute,
  type TagQuality,
} from './quality-schema.ts'

type Quality = z.output<(typeof qualityRoute.responses)[200]['schema']>
type Overlaps = z.output<(typeof overlapsRoute.responses)[200]['schema']>
type Counts = TagQuality['weeks'][number]

const MOST_CONFUSED = 30
/** More than these wait for the classifier already: each is a request that somebody made. */
const MOST_WAITING = 6

interface WeekRow extends Counts {
  tag_id: string
  source: TagQuality['source']
  /** From 0, the week that ends now, back. */
  weeks_ago: number
}

interface TagRow {
  id: string
  name: string
  color: TagColor | null
  deleted: boolean
  ai_mode: TagQuality['mode']
}

/**
 * What became, as of now, of what AIs put on and suggested within the last weeks; by the week in which they did so. What ended
 * because tags or contacts were merged counts as neither kept nor removed, and a tag that was merged as its survivor.
 */
export async function getTagQuality(db: Db, actor: Actor): Promise<Quality> {
  const { rows: now } = await sql<{ since: string }>`
    select date_trunc('hour', now()) - ${`${QUALITY_WEEKS * 7} days`}::interval as since`.execute(db)
  const { since } = now[0]!
  const [assigned, proposed, confused] = await Promise.all([
    assignedByWeek(db, actor, since),
    suggestedByWeek(db, actor, since),
    confusedSince(db, actor, since),
  ])
  const weeks = [...assigned, ...proposed]
  const named = [...weeks.map((row) => row.tag_id), ...confused.flatMap((row) => [row.taken_off, row.put_on])]
  const tags = await tagsById(db, actor, named)
  const rows = [...Map.groupBy(weeks, (row) => `${row.source} ${row.tag_id}`).values()].map((group) =>
    qualityOf(tags.get(group[0]!.tag_id)!, group),
  )
  const weightOf = ({ applied, suggested }: TagQuality) => applied + suggested
  return {
    since,
    tags: rows.toSorted((a, b) => weightOf(b) - weightOf(a) || (a.tag.id < b.tag.id ? -1 : 1)),
    confused: confused.map(({ taken_off, put_on, times }) => ({
      taken_off: chipOf(tags.get(taken_off)!),
      put_on: chipOf(tags.get(put_on)!),
      times,
    })),
  }
}

const NONE: Counts = { applied: 0, kept: 0, removed: 0, suggested: 0, accepted: 0, rejected: 0 }

function qualityOf(tag: TagRow, group: readonly WeekRow[]): TagQuality {
  const weeks = Array.from({ length: QUALITY_WEEKS }, () => ({ ...NONE }))
  const all = { ...NONE }
  for (const row of group)
    for (const sum of [weeks[QUALITY_WEEKS - 1 - row.weeks_ago]!, all])
      for (const what of Object.keys(NONE) as (keyof Counts)[]) sum[what] += row[what]
  return { tag: chipOf(tag), mode: tag.ai_mode, source: group[0]!.source, ...all, weeks }
}

const chipOf = ({ id, name, color, deleted }: TagRow): TagChip => ({ id, name, color, deleted })

const week = (at: string, since: string) => sql`date_bin('7 days', ${sql.ref(at)}, ${since}::timestamptz)`
const weeksAgo = (begins: string, since: string) =>
  sql`least(${QUALITY_WEEKS - 1}, greatest(0, ${QUALITY_WEEKS - 1} - round(extract(epoch from ${sql.ref(begins)} - ${since}::timestamptz) / 604800)))::int`

/** What is still on is counted in an index, without the rows; what ended is found by when it was taken off. */
async function assignedByWeek(db: Db, actor: Actor, since: string): Promise<WeekRow[]> {
  const byAi = sql`a.org_id = ${actor.org_id} and a.added_source in ('ai_tool', 'ai_auto_close') and a.added_at >= ${since}::timestamptz`
  const { rows } = await sql<WeekRow>`
    with found as (
      select a.org_id, a.tag_id, a.added_source, ${week('a.added_at', since)} as begins, count(*) as kept, 0 as ended, 0 as removed
      from tag_assignments a where ${byAi} and a.removed_at is null group by 1, 2, 3, 4
      union all
      select a.org_id, a.tag_id, a.added_source, ${week('a.added_at', since)}, 0, count(*),
        count(*) filter (where ${takenOff})
      from tag_assignments a where ${byAi} and a.removed_at >= ${since}::timestamptz group by 1, 2, 3, 4
    )
    select ${leadsTo('found')} as tag_id, added_source as source, ${weeksAgo('begins', since)} as weeks_ago, sum(kept + ended)::int as applied,
      sum(kept)::int as kept, sum(removed)::int as removed, 0 as suggested, 0 as accepted, 0 as rejected
    from found group by 1, 2, 3`.execute(db)
  return rows
}

/** The ids of suggestions have the time in them, so that the newest are found by the primary key. */
async function suggestedByWeek(db: Db, actor: Actor, since: string): Promise<WeekRow[]> {
  const { rows } = await sql<WeekRow>`
    select ${leadsTo('found')} as tag_id, source, ${weeksAgo('begins', since)} as weeks_ago, 0 as applied, 0 as kept, 0 as removed, sum(suggested)::int as suggested,
      sum(accepted)::int as accepted, sum(rejected)::int as rejected
    from (
      select s.org_id, s.tag_id, s.source, ${week('s.made_at', since)} as begins, count(*) as suggested,
        count(*) filter (where s.state = 'accepted') as accepted, count(*) filter (where s.state = 'rejected') as rejected
      from suggestions s
      where s.org_id = ${actor.org_id} and s.id >= ${firstIdAt(since)}::uuid and s.made_at >= ${since}::timestamptz
      group by 1, 2, 3, 4
    ) found group by 1, 2, 3`.execute(db)
  return rows
}

/** The least id of version 7 that was made then, or a minute before: clocks of servers differ. */
const firstIdAt = (at: string): string => {
  const hex = (Date.parse(at) - 60_000).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

interface ConfusedRow {
  taken_off: string
  put_on: string
  times: number
}

/**
 * Pairs of which people took the first off, or rejected it, and put the second on the same contact within a day; among the
 * last times that they did either: where there were more, the older ones are not read.
 */
async function confusedSince(db: Db, actor: Actor, since: string): Promise<ConfusedRow[]> {
  const { rows } = await sql<ConfusedRow>`
    with made as materialized (
      (select a.org_id, a.contact_id, a.tag_id, a.removed_at as at from tag_assignments a
      where a.org_id = ${actor.org_id} and a.added_source in ('ai_tool', 'ai_auto_close') and a.removed_at >= ${since}::timestamptz
        and a.removed_source in ('manual_admin', 'manual_agent') and a.removed_why ->> 'reason' is distinct from 'merged'
      order by a.removed_at desc limit ${MOST_CORRECTIONS})
      union all
      select v.org_id, v.contact_id, s.tag_id, s.decided_at from (
        select conversation_id, tag_id, decided_at from suggestions
        where org_id = ${actor.org_id} and id >= ${firstIdAt(since)}::uuid and made_at >= ${since}::timestamptz and state = 'rejected'
        order by id desc limit ${MOST_CORRECTIONS}
      ) s join conversations v on v.org_id = ${actor.org_id} and v.id = s.conversation_id
    ), wrong as (
      select made.contact_id, ${leadsTo('made')} as tag_id, made.at from made
    )
    select w.tag_id as taken_off, ${leadsTo('b')} as put_on, count(distinct w.contact_id)::int as times
    from wrong w join tag_assignments b on b.org_id = ${actor.org_id} and b.contact_id = w.contact_id and ${leadsTo('b')} <> w.tag_id
      and b.added_source in ('manual_admin', 'manual_agent') and b.added_at between w.at - interval '1 day' and w.at + interval '1 day'
    group by 1, 2 order by 3 desc, 1, 2 limit ${MOST_CONFUSED}`.execute(db)
  return rows
}

async function tagsById(db: Db, actor: Actor, ids: readonly string[]): Promise<Map<string, TagRow>> {
  const { rows } = await sql<TagRow>`
    select id, name, color, deleted_at is not null as deleted, ai_mode from tags
    where org_id = ${actor.org_id} and id = any(${[...new Set(ids)]}::uuid[])`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

/** Tags of the catalog that the built-in classifier reads as alike. Refuses while many others wait for it (`try_busy`). */
export async function listTagOverlaps(db: Db, actor: Actor, asking: Asking): Promise<Overlaps> {
  if (asking.inTurn() >= MOST_WAITING)
    throw new Problem('too_many', 'The classifier is busy at the moment. Try again in a moment.', {
      reason: 'try_busy',
      retryAfterSeconds: 1,
    })
  const { rows } = await sql<TagRow & { description: string; all: number }>`
    select t.id, t.name, t.color, false as deleted, t.ai_mode, t.description, count(*) over ()::int as all
    from tags t left join (select tag_id, sum(change) as carried from tag_counts where org_id = ${actor.org_id} group by 1) n on n.tag_id = t.id
    where t.org_id = ${actor.org_id} and t.deleted_at is null order by n.carried desc nulls last, t.id limit ${MOST_COMPARED}`.execute(
    db,
  )
  const tags = new Map(rows.map((row) => [row.id, row]))
  const { overlaps } = await asking.compareInTurn(rows.map(({ id, name, description }) => ({ id, name, description })))
  return {
    overlaps: overlaps.map(({ tags: [a, b], ...likeness }) => ({
      tags: [chipOf(tags.get(a)!), chipOf(tags.get(b)!)],
      ...likeness,
    })),
    compared: rows.length,
    all: rows[0]?.all ?? 0,
  }
}
