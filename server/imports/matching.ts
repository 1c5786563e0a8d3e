// Which contacts of the organization the ids of rows lead to, for many at once.
import { sql } from 'kysely'
import { externalKey, externalText, type Key } from '../contacts/identity.ts'
import type { Db } from '../lib/db.ts'
import { externalOf, isDigits } from './cells.ts'
import type { RowReason } from './schema.ts'

/** An id that is known here, and whose it is. */
export interface Match extends Key {
  contact_id: string
  retired: boolean
  display_name: string | null
  name_origin: 'whatsapp' | 'given' | null
}

/** Every identity that one of the keys of rows may mean, by the key. Real customers come before played ones, ids in use before past ones. */
export async function matchKeys(db: Db, orgId: string, keys: readonly string[]): Promise<Map<string, Match[]>> {
  const scopes = await scopesOf(db, orgId)
  const external = keys.flatMap((key) => externalOf(key) ?? [])
  const digits = keys.filter(isDigits)
  const ids = keys.filter((key) => !isDigits(key) && externalOf(key) === null)
  const asked = [
    ...['', 'test'].map((scope) => ({ kind: 'phone', scope, values: digits })),
    ...['', 'test'].map((scope) => ({ kind: 'phone', scope, values: ids })),
    ...['bsuid', 'parent_bsuid'].flatMap((kind) => scopes.map((scope) => ({ kind, scope, values: ids }))),
  ]
    .flatMap(({ kind, scope, values }) => values.map((value) => ({ kind, scope, value })))
    .concat(external.map(externalKey))
  if (asked.length === 0) return new Map()
  // The limit keeps the planner at one look-up by the whole key for each, whatever statistics it has.
  const { rows } = await sql<Match>`
    select i.kind, i.scope, i.value, i.contact_id, i.retired_at is not null as retired, c.display_name, c.name_origin
    from unnest(${asked.map((key) => key.kind)}::text[], ${asked.map((key) => key.scope)}::text[], ${asked.map((key) => key.value)}::text[]) as k (kind, scope, value)
    cross join lateral (select * from contact_identities
      where org_id = ${orgId} and kind = k.kind and scope = k.scope and value = k.value limit 1) i
    join contacts c on c.org_id = i.org_id and c.id = i.contact_id`.execute(db)
  const rank = (match: Match) => (isPlayed(match) ? 2 : 0) + (match.retired ? 1 : 0)
  return Map.groupBy(
    rows.toSorted((a, b) => rank(a) - rank(b)),
    ({ kind, scope, value }) => (kind === 'external_id' ? externalText({ system: scope, id: value }) : value),
  )
}

/** The portfolios whose ids may be known, those of played customers too. */
export async function scopesOf(db: Db, orgId: string): Promise<string[]> {
  const { rows } = await sql<{ scope: string }>`
    select distinct case kind when 'test' then 'test:' || portfolio_id else portfolio_id end as scope
    from whatsapp_accounts where org_id = ${orgId}`.execute(db)
  return rows.map(({ scope }) => scope)
}

/** The one contact behind the ids of a row; null for nobody. An id of two portfolios that leads to two contacts is a reason to refuse it. */
export function matchOf(
  keys: readonly string[],
  known: ReadonlyMap<string, readonly Match[]>,
): Match | RowReason | null {
  for (const key of keys) {
    const [best, ...others] = known.get(key) ?? []
    if (!best) continue
    const isRival = (other: Match) =>
      other.contact_id !== best.contact_id && other.retired === best.retired && isPlayed(other) === isPlayed(best)
    return others.some(isRival) ? 'row_two_contacts' : best
  }
  return null
}

/** A system may have any name. */
export const isPlayed = ({ kind, scope }: Key): boolean => kind !== 'external_id' && scope.startsWith('test')
