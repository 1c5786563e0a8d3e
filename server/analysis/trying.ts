// Trying a tag: what whoever tags closed conversations would do with it in some that are closed. Nothing of them is changed.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { Asking, Kept } from '../classifier/asking.ts'
import type { CatalogTag } from '../classifier/features.ts'
import type { Db } from '../lib/db.ts'
import { learnedOf } from '../learning/learned.ts'
import { Problem } from '../lib/errors.ts'
import type { ModelResources } from '../models/calling.ts'
import { ModelError } from '../models/errors.ts'
import type { RouteOk } from '../lib/route.ts'
import { MOST_QUOTED } from '../tags/evidence.ts'
import { takenOff } from '../tags/held-back.ts'
import { leadsTo } from '../tags/resolving.ts'
import type { TagSource, Why } from '../tags/schema.ts'
import { chosenModel, type ChosenModel } from './choosing.ts'
import { BUILT_IN, type Found } from './deciding.ts'
import { judgeByModel } from './model-engine.ts'
import { transcriptOf, type TranscriptTurn } from './transcript.ts'
import { raised, trustOf, UNTRIED } from './trust.ts'
import type { Tried, tryTag as route } from './trying-schema.ts'

type Trial = z.output<typeof route.body>
type Answer = RouteOk<typeof route>
type Verdict = NonNullable<Tried['after']>
type Resources = ModelResources & { classifier: Asking }

/** As many questions wait for the classifier at once, of all organizations: each holds a connection meanwhile. */
const MOST_WAITING = 6
/** As many calls wait for language models at once in this server: each holds a connection, and up to five questions are under way. */
const MOST_ASKING = 4
/** A person waits for it, behind a proxy that may not wait for longer than a minute. */
const MODEL_MS = 45_000

let asking = 0

/**
 * Reads some closed conversations, the newest first, with the catalog as it is and with the tag as it is written, and answers
 * those in which either would give the tag, and who judged. A language model is asked once for each conversation, as an
 * analysis would ask it; when it gives no answer, those before are answered, with the reason and where to go on. One call of
 * an organization at a time, on all servers together: another is refused (`try_busy`), and may be repeated a moment later. So
 * is a call while many others wait. `gone` ends the questions to a language model.
 */
export async function tryTag(server: Resources, actor: Actor, trial: Trial, gone: AbortSignal): Promise<Answer> {
  if (server.classifier.inTurn() >= MOST_WAITING) throw busy()
  // The lock ends with the transaction, whatever becomes of this server.
  return server.db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ free: boolean }>`
      select pg_try_advisory_xact_lock(hashtextextended(${`earmark:try:${actor.org_id}`}, 0)) as free`.execute(tx)
    if (!rows[0]!.free) throw busy()
    const catalogs = await catalogsOf(tx, actor, trial)
    const conversations = await closedOnes(tx, actor, catalogs.tagId, trial)
    const readings: Reading[] = []
    for (const conversation of conversations.slice(0, trial.limit))
      readings.push({
        conversation,
        transcript: await transcriptOf(tx, actor.org_id, conversation.id),
        model: trial.engine === 'built_in' ? null : await chosenModel(tx, actor.org_id, conversation.id),
      })
    const judge = { ...catalogs, threshold: catalogs.asks(trial.threshold), kept: await learnedOf(tx, actor.org_id) }
    const { outcomes, failed } = await judgeAll(server, actor, readings, judge, gone)
    const last = readings[outcomes.length - 1]?.conversation
    const from = last ? { closed_at: last.closed_at, id: last.id } : trial.cursor
    return {
      read: outcomes.length,
      tried: outcomes.flatMap(({ tried }) => tried ?? []),
      judged_by: [...new Set(outcomes.map(({ by }) => by))].filter((by) => by !== null),
      failed,
      next_cursor: conversations.length > outcomes.length ? from : null,
    }
  })
}

/** In their order, up to the first that a language model did not judge. */
async function judgeAll(
  server: Resources,
  actor: Actor,
  readings: readonly Reading[],
  judge: Judge,
  gone: AbortSignal,
): Promise<{ outcomes: Outcome[]; failed: Answer['failed'] }> {
  const asked = readings.some(({ model }) => model !== null)
  if (asked && asking >= MOST_ASKING) throw busy()
  const signal = AbortSignal.any([gone, AbortSignal.timeout(MODEL_MS)])
  if (asked) asking++
  try {
    // At once by the models; those of the classifier have a queue of their own.
    const answers = await Promise.allSettled(
      readings.map((reading) => findByModel(server, actor, { reading, judge, signal })),
    )
    const outcomes: Outcome[] = []
    for (const [i, reading] of readings.entries()) {
      const answer = answers[i]!
      if (answer.status === 'rejected') {
        if (!(answer.reason instanceof ModelError) || reading.model === null) throw answer.reason
        return { outcomes, failed: { reason: answer.reason.reason, engine: reading.model.name } }
      }
      outcomes.push(await outcomeOf(server, reading, judge, answer.value))
    }
    return { outcomes, failed: null }
  } finally {
    if (asked) asking--
  }
}

interface Reading {
  conversation: ClosedRow
  transcript: TranscriptTurn[]
  /** Null is the built-in classifier. */
  model: ChosenModel | null
}

/** What was found of a conversation, and by whom; nobody judges one in which no customer wrote. */
interface Outcome {
  by: string | null
  tried: Tried | null
}

/** Stands for a tag that is not saved yet: the same in every call, so that the classifier knows the catalog again. */
const UNSAVED = '00000000-0000-7000-8000-000000000000'

const busy = () =>
  new Problem('too_many', 'Another tag is being tried at the moment. Try again in a moment.', {
    reason: 'try_busy',
    retryAfterSeconds: 1,
  })

type Judge = Catalogs & { threshold: number; kept: Kept | null }

interface Catalogs {
  tagId: string
  saved: { threshold: number } | null
  /** How sure an AI must be by a threshold: surer where people took the tag off too often lately. */
  asks: (threshold: number) => number
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
  const trust = (await trustOf(db, actor.org_id, [tagId])).get(tagId) ?? UNTRIED
  const asks = (threshold: number) => raised(threshold, trust)
  return { tagId, saved: saved ? { threshold: asks(saved.ai_threshold) } : null, asks, before, after }
}

interface ClosedRow {
  id: string
  closed_at: string
  contact_id: string
  display_name: string | null
  phone: string | null
  username: string | null
  carries: TagSource | null
  carries_why: Why | null
  /** When a person or another system took the tag off, or a person rejected it, last. */
  refused_at: string | null
}

async function closedOnes(db: Db, actor: Actor, tagId: string, { limit, cursor }: Trial): Promise<ClosedRow[]> {
  const { rows } = await sql<ClosedRow>`
    select v.id, v.closed_at, v.contact_id, c.display_name, c.phone, c.username, a.added_source as carries, a.added_why as carries_why,
      greatest((select max(a.removed_at) from tag_assignments a where a.org_id = v.org_id and a.contact_id = v.contact_id
          and ${leadsTo('a')} = ${tagId} and ${takenOff}),
        (select max(s.decided_at) from suggestions s join conversations w on w.org_id = s.org_id and w.id = s.conversation_id
          where s.org_id = v.org_id and w.contact_id = v.contact_id and ${leadsTo('s')} = ${tagId} and s.state = 'rejected')) as refused_at
    from conversations v join contacts c on c.org_id = v.org_id and c.id = v.contact_id
      left join tag_assignments a on a.org_id = v.org_id and a.contact_id = v.contact_id and a.tag_id = ${tagId} and a.removed_at is null
    where v.org_id = ${actor.org_id} and v.closed_at is not null
      ${cursor === null ? sql`` : sql`and (v.closed_at, v.id) < (${cursor.closed_at}::timestamptz, ${cursor.id}::uuid)`}
    order by v.closed_at desc, v.id desc limit ${limit + 1}`.execute(db)
  return rows
}

const silent = (transcript: readonly TranscriptTurn[]) => transcript.every(({ from }) => from !== 'customer')

interface Question {
  reading: Reading
  judge: Judge
  signal: AbortSignal
}

/** Null without a language model, or without anything to judge. */
async function findByModel(
  server: Resources,
  actor: Actor,
  { reading: { conversation, transcript, model }, judge: { after, tagId }, signal }: Question,
): Promise<Found | null> {
  if (model === null || silent(transcript)) return null
  return judgeByModel(server, model, {
    orgId: actor.org_id,
    conversationId: conversation.id,
    tags: after,
    transcript,
    purpose: 'try',
    unheard: tagId,
    signal,
  })
}

async function outcomeOf(
  { classifier }: Resources,
  { conversation, transcript, model }: Reading,
  { tagId, saved, before, after, threshold, kept }: Judge,
  byModel: Found | null,
): Promise<Outcome> {
  if (silent(transcript)) return { by: null, tried: null }
  const by = model === null ? BUILT_IN.engine : model.name
  const verdictOf = ({ judgements, talking }: Found, least: number): Verdict | null => {
    const found = judgements.find(({ tag }) => tag === tagId)
    const turn = transcript.find(({ n }) => n === found?.evidence)
    if (found === undefined || turn === undefined) return null
    const applies = found.confidence >= least && talking.length === 0
    const evidence = evidenceOf(conversation.id, turn)
    const { confidence, reason = null } = found
    return { outcome: applies ? 'apply' : 'suggest', confidence, evidence, reason, engine: by }
  }
  const turns = transcript.map(({ n, from, text }) => ({ n, from, text }))
  const judge = async (tags: CatalogTag[]) => (await classifier.judgeInTurn(tags, turns, kept)).judged
  const verdicts = byModel
    ? { before: given(conversation, transcript), after: verdictOf(byModel, threshold) }
    : {
        before: saved && verdictOf(await judge(before), saved.threshold),
        after: verdictOf(await judge(after), threshold),
      }
  const spoken = verdicts.after ?? verdicts.before
  if (spoken === null) return { by, tried: null }
  const { carries, refused_at } = conversation
  const tried: Tried = {
    conversation_id: conversation.id,
    closed_at: conversation.closed_at,
    contact: {
      id: conversation.contact_id,
      name: conversation.display_name,
      phone: conversation.phone,
      username: conversation.username,
    },
    carries,
    held_back: carries === null && refused_at !== null && refused_at >= spoken.evidence.at,
    ...verdicts,
  }
  return { by, tried }
}

/** What an AI went by when it put on, for this conversation, the tag that the contact carries: a language model is not asked that again. */
function given({ id, carries_why: why }: ClosedRow, transcript: readonly TranscriptTurn[]): Verdict | null {
  const turn = transcript.find(({ message_id }) => message_id === why?.['message_id'])
  const { confidence, engine, words } = why ?? {}
  if (typeof confidence !== 'number' || typeof engine !== 'string' || turn === undefined) return null
  const reason = typeof words === 'string' ? words : null
  return { outcome: 'apply', confidence, evidence: evidenceOf(id, turn), reason, engine }
}

const evidenceOf = (conversationId: string, { message_id, text, sent_at }: TranscriptTurn) => ({
  message_id,
  conversation_id: conversationId,
  quote: text.slice(0, MOST_QUOTED).toWellFormed(),
  at: sent_at,
})
