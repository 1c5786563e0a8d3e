// Has a language model judge a closed conversation.
import { generateText, jsonSchema, Output } from 'ai'
import { sql } from 'kysely'
import type { CatalogTag } from '../classifier/features.ts'
import { talkingIn } from '../classifier/guard.ts'
import type { Db } from '../lib/db.ts'
import { askModel, type ModelResources } from '../models/calling.ts'
import { ModelError } from '../models/errors.ts'
import type { Purpose } from '../models/purposes-schema.ts'
import type { ModelReason } from '../models/schema.ts'
import { takenOff } from '../tags/held-back.ts'
import { leadsTo } from '../tags/resolving.ts'
import type { ChosenModel } from './choosing.ts'
import { readReply, REPLY_SCHEMA, taggingQuestion, type ModelJudgement } from './protocol.ts'
import type { TranscriptTurn } from './transcript.ts'

/** Within the time for which an analysis is somebody's. */
const ANSWER_MS = 75_000

/** What may go well a little later; everything else is decided by the built-in classifier at once. */
const PASSING: ReadonlySet<ModelReason> = new Set(['unreachable', 'silent', 'throttled', 'failing', 'garbage'])
export const passes = ({ reason }: ModelError): boolean => PASSING.has(reason)

export interface ModelJudged {
  judgements: ModelJudgement[]
  refused: number
  /** The messages that talked to the tagger: they were not sent, and are evidence for nothing. */
  talking: number[]
}

interface Task {
  orgId: string
  conversationId: string
  tags: readonly CatalogTag[]
  transcript: readonly TranscriptTurn[]
  purpose: Extract<Purpose, 'auto_close' | 'try'>
  /** Of this tag the model is not told whether it is on, or was taken off: it leaves such tags out. */
  unheard?: string
  signal: AbortSignal
}

/** Asks the model once. Throws ModelError when it gives no answer that can be used. */
export async function judgeByModel(server: ModelResources, model: ChosenModel, task: Task): Promise<ModelJudged> {
  const { orgId, conversationId, tags, transcript, purpose, unheard } = task
  const talking = await talkingIn(transcript, tags)
  const { present, takenOff: off } = await aboutContact(server.db, { orgId, conversationId, transcript })
  const question = taggingQuestion({
    tags,
    turns: transcript,
    talking,
    instructions: model.instructions,
    present: present.filter((tag) => tag !== unheard),
    takenOff: off.filter(({ tag }) => tag !== unheard),
  })
  // Of nothing that may be evidence nothing can come.
  if (question.evidence.size === 0) return { judgements: [], refused: 0, talking: [...talking] }
  const signal = AbortSignal.any([task.signal, AbortSignal.timeout(ANSWER_MS)])
  const ask = { org_id: orgId, provider_id: model.provider_id, purpose, conversation_id: conversationId, signal }
  return askModel(server, ask, async (asked, settings) => {
    const { output } = await generateText({
      model: asked,
      ...settings,
      instructions: question.instructions,
      prompt: question.prompt,
      output: Output.object({
        schema: jsonSchema(REPLY_SCHEMA, { validate: (value) => ({ success: true, value }) }),
      }),
    })
    const read = readReply(output, question)
    if (read === null) throw new ModelError('garbage', 'The model answered something that cannot be used.')
    return { ...read, talking: [...talking] }
  })
}

const MOST_TAKEN_OFF = 20

async function aboutContact(
  db: Db,
  { orgId, conversationId, transcript }: Pick<Task, 'orgId' | 'conversationId' | 'transcript'>,
): Promise<{ present: string[]; takenOff: { tag: string; after: number | null }[] }> {
  const { rows: on } = await sql<{ tag: string }>`
    select ${leadsTo('a')} as tag from conversations v join tag_assignments a on a.org_id = v.org_id and a.contact_id = v.contact_id
    where v.org_id = ${orgId} and v.id = ${conversationId} and a.removed_at is null`.execute(db)
  const { rows: off } = await sql<{ tag: string; removed_at: string }>`
    select ${leadsTo('a')} as tag, max(a.removed_at) as removed_at
    from conversations v join tag_assignments a on a.org_id = v.org_id and a.contact_id = v.contact_id
    where v.org_id = ${orgId} and v.id = ${conversationId} and ${takenOff}
    group by 1 order by 2 desc limit ${MOST_TAKEN_OFF}`.execute(db)
  const present = on.map(({ tag }) => tag)
  return {
    present,
    takenOff: off
      .filter(({ tag }) => !present.includes(tag))
      .map(({ tag, removed_at }) => ({
        tag,
        after: transcript.findLast(({ sent_at }) => Date.parse(sent_at) <= Date.parse(removed_at))?.n ?? null,
      })),
  }
}
