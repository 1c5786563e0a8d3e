// What an AI may put on: tags that may be applied by AIs, and none that a person took off without newer evidence.
import type { Actor } from '../access/actor.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { refuseUnlessApplied } from './ai-modes.ts'
import { heldBack } from './held-back.ts'
import type { Why } from './schema.ts'

/** Refuses tags that AIs may not put on themselves, and what `refusePuttingBack` refuses. */
export async function refuseToAi(
  tx: Tx,
  actor: Actor,
  contactIds: string[],
  tagIds: string[],
  why: Why | undefined,
): Promise<void> {
  await refuseUnlessApplied(tx, actor, tagIds)
  await refusePuttingBack(tx, actor, contactIds, tagIds, why)
}

/** What a person or a third-party system took off, an AI puts back only on a customer's newer message. */
export async function refusePuttingBack(
  tx: Tx,
  actor: Actor,
  contactIds: string[],
  tagIds: string[],
  why: Why | undefined,
): Promise<void> {
  const evidenceAt = typeof why?.['evidence_at'] === 'string' ? why['evidence_at'] : null
  const [held] = await heldBack(tx, actor, contactIds, tagIds, evidenceAt)
  if (held) {
    throw new Problem(
      'forbidden',
      `A person took the tag “${held.name}” off. An AI can put it back only when the customer has written something newer that supports it, with that message named as evidence, for this contact alone: by POST /v1/contacts/{id}/tags, POST /v1/contacts/tags or tag_contacts.`,
      {
        reason: 'removed_by_person',
        data: { tag_id: held.tag_id, name: held.name, contact_id: held.contact_id },
      },
    )
  }
}
