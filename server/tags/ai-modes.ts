// What AIs may do with each tag of the catalog: nothing, suggest it, or put it on when they are sure enough.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import { prepared, type Db, type Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { lockTags } from './tags.ts'
import type { TagColor } from './schema.ts'

export type AiMode = 'off' | 'suggest' | 'apply'

interface ModeRow {
  id: string
  name: string
  description: string
  color: TagColor | null
  ai_mode: AiMode
  ai_threshold: number
}

/** The tags that AIs may use. */
export async function tagsForAis(db: Db, orgId: string): Promise<{ id: string; name: string; description: string }[]> {
  const { rows } = await sql<{ id: string; name: string; description: string }>`
    select id, name, description from tags where org_id = ${orgId} and deleted_at is null and ai_mode <> 'off' order by id`.execute(
    db,
  )
  return rows
}

/** The active tags by name, with what AIs may do with each. */
export async function listAiModes(db: Db, actor: Actor): Promise<ModeRow[]> {
  const { rows } = await sql<ModeRow>`
    select id, name, description, color, ai_mode, ai_threshold from tags
    where org_id = ${actor.org_id} and deleted_at is null order by name_key collate "C", id`.execute(db)
  return rows
}

/** Sets it for several tags; saying what is so already changes nothing. Refuses all when a tag is not in the organization. */
export async function setAiModes(
  tx: Tx,
  actor: Actor,
  changes: readonly { id: string; mode?: AiMode | undefined; threshold?: number | undefined }[],
): Promise<void> {
  await lockTags(
    tx,
    actor,
    changes.map(({ id }) => id),
  )
  const { rows } = await sql<{ id: string; before: unknown; after: unknown }>`
    update tags t set ai_mode = coalesce(w.mode, t.ai_mode), ai_threshold = coalesce(w.threshold, t.ai_threshold), updated_at = now()
    from (select distinct on (id) * from unnest(${changes.map(({ id }) => id)}::uuid[], ${changes.map(({ mode }) => mode ?? null)}::text[],
        ${changes.map(({ threshold }) => threshold ?? null)}::real[]) with ordinality as w (id, mode, threshold, n) order by id, n desc) w,
      tags old
    where t.org_id = ${actor.org_id} and t.id = w.id and old.org_id = t.org_id and old.id = t.id
      and (t.ai_mode, t.ai_threshold) is distinct from (coalesce(w.mode, t.ai_mode), coalesce(w.threshold, t.ai_threshold))
    returning t.id, jsonb_build_object('ai_mode', old.ai_mode, 'ai_threshold', old.ai_threshold) as before,
      jsonb_build_object('ai_mode', t.ai_mode, 'ai_threshold', t.ai_threshold) as after`.execute(tx)
  await recordEvents(
    tx,
    actor,
    rows.map(({ id, before, after }) => ({ kind: 'tag.updated', tag_id: id, before, after })),
  )
}

/** What AIs may do with these tags, by id. */
export async function aiModesOf(db: Db, orgId: string, tagIds: readonly string[]): Promise<Map<string, NamedMode>> {
  const { rows } = await sql<NamedMode>`
    select id, name, ai_mode from tags where org_id = ${orgId} and id = any((select ${tagIds}::uuid[])::uuid[]) order by name, id`.execute(
    prepared(db),
  )
  return new Map(rows.map((row) => [row.id, row]))
}

interface NamedMode {
  id: string
  name: string
  ai_mode: AiMode
}

/** Refuses tags that AIs may not even suggest. */
export function refuseOff(tags: Iterable<NamedMode>): void {
  for (const { id, name, ai_mode } of tags)
    if (ai_mode === 'off')
      throw new Problem(
        'forbidden',
        `AIs may not use the tag “${name}”. Leave it out; an administrator can allow it under Settings → AI.`,
        { reason: 'tag_off_for_ai', data: { tag_id: id, name } },
      )
}

/** Refuses tags that AIs may not put on themselves: those that are off, and those that are only suggested. */
export async function refuseUnlessApplied(db: Db, actor: Actor, tagIds: readonly string[]): Promise<void> {
  const modes = [...(await aiModesOf(db, actor.org_id, tagIds)).values()]
  refuseOff(modes)
  const suggested = modes.find(({ ai_mode }) => ai_mode === 'suggest')
  if (suggested !== undefined)
    throw new Problem(
      'forbidden',
      `AIs may only suggest the tag “${suggested.name}”, which is for contacts that are named one by one: by POST /v1/contacts/{id}/tags, POST /v1/contacts/tags or tag_contacts.`,
      { reason: 'tag_only_suggested', data: { tag_id: suggested.id, name: suggested.name } },
    )
}
