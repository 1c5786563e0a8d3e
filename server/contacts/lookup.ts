// Contacts by an id that WhatsApp knows: by phone in any spelling, by business-scoped id.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { gathered } from '../lib/gathering.ts'
import { contactsBehind } from './contacts.ts'
import { candidatesOf } from './phones.ts'
import type { Contact } from './schema.ts'

/**
 * The contacts that have the number, or had it: first by the digits as they are written, then by the other spellings under
 * which WhatsApp may know it. Refuses what cannot be a number with its country's code.
 */
export async function findByPhone(db: Db, actor: Actor, phone: string): Promise<Contact[]> {
  const [written, other] = candidatesOf(phone)
  return findNumbers(db, { orgId: actor.org_id, written, other })
}

interface WrittenNumber {
  orgId: string
  written: string
  other: string | undefined
}

const findNumbers = gathered((db, asked: readonly WrittenNumber[]) =>
  contactsBehind(
    db,
    asked.length,
    sql`unnest((select ${asked.map(({ orgId }) => orgId)}::uuid[]), (select ${asked.map(({ written }) => written)}::text[]),
      (select ${asked.map(({ other }) => other ?? null)}::text[])) with ordinality as a (org_id, written, other, n)`,
    sql`i.kind = 'phone' and i.scope in ('', 'test') and i.value in (a.written, a.other)`,
    sql`i.value <> a.written`,
  ),
)

/** The contacts that have the business-scoped id, or had it: one for each portfolio that knows them by it. */
export async function findByBsuid(db: Db, actor: Actor, bsuid: string): Promise<Contact[]> {
  const [found] = await contactsBehind(
    db,
    1,
    sql`(select ${actor.org_id}::uuid as org_id, 1 as n) a`,
    sql`i.kind = 'bsuid' and i.value = ${bsuid} and i.scope = any(array(${scopesOf(actor.org_id)}))`,
    sql`i.scope`,
  )
  return found!
}

const scopesOf = (orgId: string) => sql`
  select distinct case kind when 'test' then 'test:' || portfolio_id else portfolio_id end from whatsapp_accounts where org_id = ${orgId}`
