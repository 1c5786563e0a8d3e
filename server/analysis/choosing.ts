// Which AI analyses a conversation: the language model that the organization chose, or else the built-in classifier.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'

/** The language model, and what the business has told it besides. */
export interface ChosenModel {
  provider_id: string
  /** Provider and model as they are called, for whoever reads who put a tag on. */
  name: string
  model: string
  instructions: string | null
}

/** Of an analysis `a`: whether a language model was chosen for it. */
export const byModel = sql<boolean>`exists (
  select from model_settings s where s.org_id = a.org_id and s.tagging_provider_id is not null)`

/** Null is the built-in classifier. */
export async function chosenModel(db: Db, orgId: string): Promise<ChosenModel | null> {
  const { rows } = await sql<ChosenModel>`
    select p.id as provider_id, p.model || ' (' || p.name || ')' as name, p.model, null as instructions
    from model_settings s join model_providers p on p.org_id = s.org_id and p.id = s.tagging_provider_id
    where s.org_id = ${orgId}`.execute(db)
  return rows[0] ?? null
}
