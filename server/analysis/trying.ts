// Trying a tag: what the built-in classifier would do with it in conversations that are closed. Nothing is written.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { Asking, Kept } from '../classifier/asking.ts'
import type { CatalogTag } from '../classifier/features.ts'
import type { Db } from '../lib/db.ts'
import { learnedOf } from '../learning/learned.ts'
import { Problem } from '../lib/errors.ts'
import type { TagSource } from '../tags/schema.ts'
import { transcriptOf, type TranscriptTurn } from './transcript.ts'
import type { Tried, tryTag as route } from './trying-schema.ts'

type Trial = z.output<typeof route.body>
type Verdict = NonNullable<Tried['after']>

/** As many questions wait for the classifier at once, of all organizations: each holds a connection meanwhile. */
const MOST_WAITING = 6

/**
 * Reads some closed conversations, the newest first, with the catalog as it is and with the tag as it is written, and answers
 * those in which either would give the tag. One call of an organization at a time, on all servers together: another is
 * refused (`try_busy`), and may be repeated a moment later. So is a call while many others wait.
 */
export async function tryTag(
  db: Db,
  actor: Actor,
  asking: Asking,
  trial: Trial,
): Promise<{ read: number; tried: Tried[]; next_cursor: Trial['cursor'] }> {
  if (asking.inTurn() >= MOST_WAITING) throw busy()
  // The lock ends with the transaction, whatever becomes of this server.
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ free: boolean }>`
      select pg_try_advisory_xact_lock(hashtextextended(${`earmark:try:${actor.org_id}`}, 0)) as free`.execute(tx)
    if (!rows[0]!.free) throw busy()
    const catalogs = await catalogsOf(tx, actor, trial)
    const kept = await learnedOf(tx, actor.org_id)
    const conversations = await closedOnes(tx, actor, catalogs.tagId, trial)
    const tried: Tried[] = []
    for (const each of conversations.slice(0, trial.limit)) {
      const found = await tryOn(tx, actor, asking, each, { ...catalogs, threshold: trial.threshold, kept })
      if (found !== null) tried.push(found)
    }
    const last = conversations.length > trial.limit ? conversations[trial.limit - 1]! : null
    return {
      read: Math.min(conversations.length, trial.limit),
      tried,
      next_cursor: last && { closed_at: last.closed_at, id: last.id },
    }
  })
}

/** Stands for a tag that is not saved yet: the same in every call, so that the classifier knows the catalog again. */
const UNSAVED = '00000000-0000-7000-8000-000000000000'

const busy = () =>
  new Problem('too_many', 'Another tag is being tried at the moment. Try again in a moment.', {
    reason: 'try_busy',
    retryAfterSeconds: 1,
  })

interface Catalogs {
  tagId: string
  saved: { threshold: number } | null
  before: CatalogTag[]
  after: CatalogTag[]
}

/** The catalog as an analysis reads it, with the tag as it is saved, and as it is tried. Off or not, it takes part. */
async function catalogsOf(db: Db, actor: Actor, { tag_id, name, description }: Trial): Promise<Catalogs> {
  const { rows } = await sql<CatalogTag & { ai_threshold: number }>`
    select id, name, description, ai_threshold from tags
    where org_id = ${actor.org_id} and deleted_at is null and (ai_mode <> 'off' or id = ${tag_id}) order by id`.execute(
    db,
  )
  const saved = rows.find(({ id }) => id === tag_id)
  if (tag_id !== null && saved === undefined)
    throw new Problem('not_found', 'There is no such tag in the catalog.', { reason: 'tag_missing' })
  const before = rows.map((tag): CatalogTag => ({ id: tag.id, name: tag.name, description: tag.description }))
  const tagId = tag_id ?? UNSAVED
  const written = { id: tagId, name, description }
  const after = saved ? before.map((tag) => (tag.id === tagId ? written : tag)) : [...before, written]
  return { tagId, saved: saved ? { threshold: saved.ai_threshold } : null, before, after }
}

interface ClosedRow {
  id: string
  closed_at: string
  contact_id: string
  display_name: string | null
  phone: string | null
  carries: TagSource | null
  /** When a person or another system took the tag off, or a person rejected it, last. */
  refused_at: string | null
}

async function closedOnes(db: Db, actor: Actor, tagId: string, { limit, cursor }: Trial): Promise<ClosedRow[]> {
  const { rows } = await sql<ClosedRow>`
    select v.id, v.closed_at, v.contact_id, c.display_name, c.phone,
      (select a.added_source from tag_assignments a where a.org_id = v.org_id and a.contact_id = v.contact_id and a.tag_id = ${tagId}
        and a.removed_at is null) as carries,
      greatest((select max(a.removed_at) from tag_assignments a where a.org_id = v.org_id and a.contact_id = v.contact_id
          and a.tag_id = ${tagId} and a.removed_source in ('manual_admin', 'manual_agent', 'api')),
        (select max(s.decided_at) from suggestions s join conversations w on w.org_id = s.org_id and w.id = s.conversation_id
          where s.org_id = v.org_id and w.contact_id = v.contact_id and s.tag_id = ${tagId} and s.state = 'rejected')) as refused_at
    from conversations v join contacts c on c.org_id = v.org_id and c.id = v.contact_id
    where v.org_id = ${actor.org_id} and v.closed_at is not null
      ${cursor === null ? sql`` : sql`and (v.closed_at, v.id) < (${cursor.closed_at}::timestamptz, ${cursor.id}::uuid)`}
    order by v.closed_at desc, v.id desc limit ${limit + 1}`.execute(db)
  return rows
}

async function tryOn(
  db: Db,
  actor: Actor,
  asking: Asking,
  conversation: ClosedRow,
  { tagId, saved, before, after, threshold, kept }: Catalogs & { threshold: number; kept: Kept | null },
): Promise<Tried | null> {
  const transcript = await transcriptOf(db, actor.org_id, conversation.id)
  if (transcript.every(({ from }) => from !== 'customer')) return null
  const judge = async (tags: CatalogTag[], least: number): Promise<Verdict | null> => {
    const turns = transcript.map(({ n, from, text }) => ({ n, from, text }))
    const { judged } = await asking.judgeInTurn(tags, turns, kept)
    const found = judged.judgements.find(({ tag }) => tag === tagId)
    const turn = transcript.find(({ n }) => n === found?.evidence)
    if (found === undefined || turn === undefined) return null
    const applies = found.confidence >= least && judged.talking.length === 0
    return {
      outcome: applies ? 'apply' : 'suggest',
      confidence: found.confidence,
      evidence: evidenceOf(conversation.id, turn),
    }
  }
  const verdicts = {
    before: saved && (await judge(before, saved.threshold)),
    after: await judge(after, threshold),
  }
  const spoken = verdicts.after ?? verdicts.before
  if (spoken === null) return null
  const { carries, refused_at } = conversation
  return {
    conversation_id: conversation.id,
    closed_at: conversation.closed_at,
    contact: { id: conversation.contact_id, name: conversation.display_name, phone: conversation.phone },
    carries,
    held_back: carries === null && refused_at !== null && refused_at >= spoken.evidence.at,
    ...verdicts,
  }
}

const evidenceOf = (conversationId: string, { message_id, text, sent_at }: TranscriptTurn) => ({
  message_id,
  conversation_id: conversationId,
  quote: text.slice(0, 300).toWellFormed(),
  at: sent_at,
})
