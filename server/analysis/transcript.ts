// The transcript of a conversation as whoever tags gets it: who said what, as it stands after edits.
import { sql } from 'kysely'
import type { Turn } from '../classifier/text.ts'
import { says } from '../conversations/about.ts'
import type { Db } from '../lib/db.ts'
import { notTakenBack, textNow } from '../tags/evidence.ts'

/** A turn with the message that it is. */
export type TranscriptTurn = Turn & { message_id: string; sent_at: string }

// The first and the last of them; no engine reads more.
const MOST = 60

/**
 * What was written in a conversation, captions and pressed buttons included, in its order; of a long one the beginning and
 * the end. What was taken back is not there, and what was edited reads as it does now.
 */
export async function transcriptOf(db: Db, orgId: string, conversationId: string): Promise<TranscriptTurn[]> {
  const { rows } = await sql<{ id: string; direction: 'in' | 'out'; text: string; sent_at: string }>`
    with said as (
      select m.id, m.direction, m.sent_at, ${textNow} as text,
        row_number() over (order by m.sent_at, m.id) as from_first, row_number() over (order by m.sent_at desc, m.id desc) as from_last
      from messages m
      where m.org_id = ${orgId} and m.conversation_id = ${conversationId} and ${says()} and m.text <> ''
        and ${notTakenBack}
    )
    select id, direction, sent_at, text from said where from_first <= ${MOST} or from_last <= ${MOST} order by sent_at, id`.execute(
    db,
  )
  return rows.map(({ id, direction, text, sent_at }, i) => ({
    n: i + 1,
    from: direction === 'in' ? 'customer' : 'agent',
    text,
    message_id: id,
    sent_at,
  }))
}
