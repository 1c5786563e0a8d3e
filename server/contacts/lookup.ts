// Contacts by an id that WhatsApp knows: by phone in any spelling, by business-scoped id.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { contactsByIds } from './contacts.ts'
import { candidatesOf } from './phones.ts'
import type { Contact } from './schema.ts'

/**
 * The contacts that have the number, or had it: first by the digits as they are written, then by the other spellings under
 * which WhatsApp may know it. Refuses what cannot be a number with its country's code.
 */
export async function findByPhone(db: Db, actor: Actor, phone: string): Promise<Contact[]> {
  const candidates = candidatesOf(phone)
  return found(
    db,
    actor,
    sql`i.kind = 'phone' and i.scope in ('', 'test') and i.value = any(${candidates}::text[])`,
    sql`array_position(${candidates}::text[], i.value)`,
  )
}

/** The contacts that have the business-scoped id, or had it: one for each portfolio that knows them by it. */
export const findByBsuid = (db: Db, actor: Actor, bsuid: string): Promise<Contact[]> =>
  found(db, actor, sql`i.kind = 'bsuid' and i.value = ${bsuid} and i.scope = any(array(${scopesOf(actor.org_id)}))`)

const scopesOf = (orgId: string) => sql`
  select distinct case kind when 'test' then 'test:' || portfolio_id else portfolio_id end from whatsapp_accounts where org_id = ${orgId}`

async function found(
  db: Db,
  actor: Actor,
  condition: RawBuilder<unknown>,
  order: RawBuilder<unknown> = sql`i.scope`,
): Promise<Contact[]> {
  const { rows } = await sql<{ id: string }>`
    select i.contact_id as id from contact_identities i where i.org_id = ${actor.org_id} and ${condition}
    order by i.retired_at is not null, ${order}, i.contact_id`.execute(db)
  const ids = [...new Set(rows.map(({ id }) => id))]
  const contacts = await contactsByIds(db, actor, ids)
  return ids.flatMap((id) => contacts.get(id) ?? [])
}
