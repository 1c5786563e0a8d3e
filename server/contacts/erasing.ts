// Erasing contacts for good, with everything that hangs on them.
import { sql } from 'kysely'
import type { PersonTraces } from '../channels/whatsapp/cutting.ts'
import { eraseMessages, messageIdsOf } from '../conversations/messages.ts'
import type { Db, Tx } from '../lib/db.ts'
import { foldForSearch } from '../lib/fold.ts'
import { unlearn } from '../learning/unlearning.ts'
import { countErased } from '../tags/counting.ts'
import { keyText, type Key } from './identity.ts'

/** What a contact is recognized by where no key leads to it. */
export interface Traces extends PersonTraces {
  /** Played, and so only where things are played. */
  test: boolean
  /** Display names, usernames, and longer ids of other systems; those of contacts merged into it too. */
  names: string[]
}

interface CopiedRow {
  phone: string | null
  display_name: string | null
  username: string | null
}

/** The contact, then the contacts that were merged into it and are part of it now. */
export async function wholeContact(db: Db, orgId: string, id: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive whole as (
      select ${id}::uuid as id, 0 as depth
      union
      select m.merged_id, w.depth + 1 from contact_merges m join whole w on m.kept_id = w.id
      where m.org_id = ${orgId} and m.undone_at is null and w.depth < 50
    ) select id, min(depth) from whole group by id order by min(depth), id`.execute(db)
  return rows.map((row) => row.id)
}

/** What the contact is recognized by; to be read before it is erased. */
export async function tracesOf(tx: Tx, orgId: string, contactIds: readonly string[]): Promise<Traces> {
  const { rows: identities } = await sql<Key>`
    select kind, scope, value from contact_identities where org_id = ${orgId} and contact_id = any(${contactIds}::uuid[])`.execute(
    tx,
  )
  const { rows } = await sql<CopiedRow & { test: boolean }>`
    select test, phone, display_name, username from contacts where org_id = ${orgId} and id = any(${contactIds}::uuid[])`.execute(
    tx,
  )
  const { rows: merges } = await sql<{
    kept_id: string
    merged_id: string
    kept_row: CopiedRow
    merged_row: CopiedRow
  }>`
    select kept_id, merged_id, kept_row, merged_row from contact_merges
    where org_id = ${orgId} and (kept_id = any(${contactIds}::uuid[]) or merged_id = any(${contactIds}::uuid[]))`.execute(
    tx,
  )
  const own = new Set(contactIds)
  const copies = merges.flatMap(({ kept_id, merged_id, kept_row, merged_row }) => [
    ...(own.has(kept_id) ? [kept_row] : []),
    ...(own.has(merged_id) ? [merged_row] : []),
  ])
  const described = [...rows, ...copies]
  const distinct = (values: (string | null)[]) => [...new Set(values.filter((each) => each !== null))]
  return {
    test: rows.some((row) => row.test),
    phones: distinct([
      ...identities.filter(({ kind }) => kind === 'phone').map(({ value }) => value),
      ...described.map(({ phone }) => phone?.slice(1) ?? null),
    ]),
    user_ids: distinct(identities.filter(({ kind }) => kind === 'bsuid').map(({ value }) => value)),
    names: distinct([
      ...described.flatMap(({ display_name, username }) => [display_name, username]),
      ...identities.filter(({ kind, value }) => kind === 'external_id' && telling(value)).map(({ value }) => value),
    ]),
    message_ids: await messageIdsOf(tx, orgId, contactIds),
  }
}

/** So many digits of a phone, or letters of a name, lead to somebody. */
const TELLING_DIGITS = 7
const TELLING_LETTERS = 4

/** A short id of another system is a part of too much that has nothing to do with it. */
const telling = (id: string): boolean => id.length >= TELLING_DIGITS

/** Whether a text that somebody searched for names the contact. */
export function searchesFor({ phones, user_ids, names }: Pick<Traces, 'phones' | 'user_ids' | 'names'>) {
  const whole = [...names, ...user_ids].map(foldForSearch).filter((each) => each !== '')
  return (search: string): boolean => {
    const folded = foldForSearch(search)
    const digits = folded.replace(/\D/g, '')
    return (
      whole.some((each) => folded.includes(each) || (folded.length >= TELLING_LETTERS && each.includes(folded))) ||
      (digits.length >= TELLING_DIGITS && phones.some((phone) => digits.includes(phone) || phone.includes(digits)))
    )
  }
}

/**
 * Erases contacts with their messages, identities, tags, conflicts, merges and the copies in these. The caller holds the
 * lock of identities. What is found by no key, as in events and deliveries, is other slices' to forget.
 */
export async function eraseContacts(tx: Tx, orgId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const { rows: keys } = await sql<Key>`
    select kind, scope, value from contact_identities where org_id = ${orgId} and contact_id = any(${ids}::uuid[])`.execute(
    tx,
  )
  await unlearn(tx, orgId, ids)
  await countErased(tx, orgId, ids)
  await eraseMessages(tx, orgId, ids)
  await sql`delete from contact_conflicts where org_id = ${orgId} and (contact_id = any(${ids}::uuid[]) or other_contact_id = any(${ids}::uuid[])
    or (kind, scope, value) in (select * from unnest(${keys.map((key) => key.kind)}::text[], ${keys.map((key) => key.scope)}::text[], ${keys.map((key) => key.value)}::text[])))`.execute(
    tx,
  )
  await sql`delete from contact_merges where org_id = ${orgId} and (kept_id = any(${ids}::uuid[]) or merged_id = any(${ids}::uuid[]))`.execute(
    tx,
  )
  await sql`delete from pending_identity_changes where org_id = ${orgId} and keys && ${keys.map(keyText)}::text[]`.execute(
    tx,
  )
  // Identities, activity and assignments go with the contact by their foreign keys.
  await sql`delete from contacts where org_id = ${orgId} and id = any(${ids}::uuid[])`.execute(tx)
}

/** Erases the organization's played contacts with everything that hangs on them; answers their ids. */
export async function eraseTestContacts(tx: Tx, orgId: string): Promise<string[]> {
  const { rows } = await sql<{
    id: string
  }>`select id from contacts where org_id = ${orgId} and test order by id for update`.execute(tx)
  const ids = rows.map((row) => row.id)
  await eraseContacts(tx, orgId, ids)
  await sql`delete from pending_identity_changes where org_id = ${orgId} and (change ->> 'test')::boolean`.execute(tx)
  return ids
}
