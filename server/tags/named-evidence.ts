// The customer's message that the key of an AI agent names as evidence for the tags that it puts on.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { says } from '../conversations/about.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { notTakenBack, textNow } from './evidence.ts'
import { isAi } from './rules.ts'

/** As it is kept with an assignment, and as `evidence_at` lets an AI put back what was taken off before. */
export type NamedEvidence = {
  reason: 'agent'
  conversation_id: string
  message_id: string
  evidence_at: string
}

/**
 * What a call names as evidence. Refuses it where the caller is no AI (`evidence_of_ai_only`), where nothing is added
 * (`evidence_for_nothing`) or for several contacts (`evidence_of_one_contact`), and what is no message that this contact
 * wrote in a conversation, or was taken back (`evidence_unusable`).
 */
export async function namedEvidence(
  db: Db,
  actor: Actor,
  contactIds: readonly string[],
  { add, evidence }: { add: readonly string[]; evidence?: string | undefined },
): Promise<NamedEvidence | undefined> {
  if (evidence === undefined) return undefined
  if (!isAi(actor))
    throw new Problem('invalid', 'Only the key of an AI agent names evidence. Leave it out.', {
      reason: 'evidence_of_ai_only',
      field: 'evidence',
    })
  if (add.length === 0)
    throw new Problem('invalid', 'Evidence speaks for a tag that is added. Name one to add, or leave it out.', {
      reason: 'evidence_for_nothing',
      field: 'evidence',
    })
  if (contactIds.length > 1)
    throw new Problem('invalid', 'A message speaks for the contact who wrote it. Name that contact alone.', {
      reason: 'evidence_of_one_contact',
      field: 'evidence',
    })
  const { rows } = await sql<{ conversation_id: string; sent_at: string }>`
    select m.conversation_id, m.sent_at from messages m
    where m.org_id = ${actor.org_id} and m.id = ${evidence} and m.contact_id = any(${contactIds}::uuid[]) and m.direction = 'in'
      and m.conversation_id is not null and ${says()} and ${textNow} <> '' and ${notTakenBack}`.execute(db)
  const [message] = rows
  if (message === undefined)
    throw new Problem(
      'invalid',
      'The evidence is no message with words that this contact wrote in a conversation, or it was deleted since. Name one by its id.',
      { reason: 'evidence_unusable', field: 'evidence' },
    )
  return {
    reason: 'agent',
    conversation_id: message.conversation_id,
    message_id: evidence,
    evidence_at: message.sent_at,
  }
}
