// Suggestions of two contacts that turn out to be one person, and what brings them back when they turn out to be two.
import { sql } from 'kysely'
import type { Tx } from '../lib/db.ts'
import { evidenceAt } from './suggestions.ts'

/** A row of a suggestion, as it was. */
export type SetAside = Record<string, unknown>

/** Of what waits for a decision on one tag for any of the contacts the newest stays; answers the others, which are deleted. */
export async function setSuggestionsAside(tx: Tx, orgId: string, contactIds: readonly string[]): Promise<SetAside[]> {
  const { rows } = await sql<{ row: SetAside }>`
    delete from suggestions d using (
      select s.id, row_number() over (partition by s.tag_id order by ${evidenceAt} desc, s.id desc) as place
      from suggestions s join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
      where s.org_id = ${orgId} and v.contact_id = any(${contactIds}::uuid[]) and s.state = 'open'
    ) older
    where d.org_id = ${orgId} and d.id = older.id and older.place > 1 returning to_jsonb(d) as row`.execute(tx)
  return rows.map(({ row }) => row)
}

/** Those wait again, as far as their conversation and tag are still there and nothing else waits in their place. */
export async function bringSuggestionsBack(tx: Tx, orgId: string, aside: readonly SetAside[]): Promise<void> {
  await sql`
    insert into suggestions select s.* from jsonb_populate_recordset(null::suggestions, ${JSON.stringify(aside)}::jsonb) s
      join conversations v on v.org_id = s.org_id and v.id = s.conversation_id join tags t on t.org_id = s.org_id and t.id = s.tag_id
    where s.org_id = ${orgId} on conflict do nothing`.execute(tx)
}

/** Gives all suggestions of one conversation to another; answers their ids. What waits must be of different tags. */
export async function moveSuggestions(tx: Tx, orgId: string, from: string, to: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update suggestions set conversation_id = ${to} where org_id = ${orgId} and conversation_id = ${from} returning id`.execute(
    tx,
  )
  return rows.map(({ id }) => id)
}

/** Gives these, as far as the one still has them, back to the other. */
export async function returnSuggestions(
  tx: Tx,
  orgId: string,
  from: string,
  to: string,
  ids: readonly string[],
): Promise<void> {
  await sql`update suggestions set conversation_id = ${to} where org_id = ${orgId} and conversation_id = ${from} and id = any(${ids}::uuid[])`.execute(
    tx,
  )
}
