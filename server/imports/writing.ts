// Writing the staged rows of an import, some hundreds at a time, in the caller's transaction: contacts, names, tags.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { Identities } from '../contacts/identities.ts'
import { lockIdentities } from '../contacts/identity-rows.ts'
import { externalKey, type Key, type Sighting } from '../contacts/identity.ts'
import { recordActivity } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { survivorsOf } from '../tags/resolving.ts'
import { sourceOf } from '../tags/rules.ts'
import { bitOf } from '../tags/source-bits.ts'
import { changeTagsOfEach, type TagChangeDone, type TagWish } from '../tags/tagging.ts'
import { externalOf, isDigits } from './cells.ts'
import { isPlayed, matchKeys, matchOf, type Match } from './matching.ts'
import { findNewcomers, writeNewcomers } from './newcomers.ts'
import type { RowReason } from './schema.ts'
import { settingOf, type Setting } from './setting.ts'
import { reasonAgainst } from './staging.ts'

/** A name that an import gave to a contact that was here. */
export interface Renamed {
  contact_id: string
  before: string | null
  after: string
}

/** What became of some rows. */
export interface RowsWritten {
  created: string[]
  renamed: Renamed[]
  added: TagChangeDone[]
  removed: TagChangeDone[]
  /** The assignments that newcomers came with. */
  born: (number | string)[]
  /** Rows that were refused only now, because the contacts have changed since the check. */
  refused: number
}

interface StagedRow {
  n: number
  keys: string[]
  display_name: string | null
  tags: number[] | null
  first_seen_at: string | null
  last_seen_at: string | null
}

export interface RowRange {
  operationId: string
  first: number
  last: number
}

/**
 * Writes the rows of a range, and forgets them: a repeat finds nothing to do. A contact is found by every spelling of its
 * phone, and made when nobody has it; a name that WhatsApp told stays; times count for new contacts alone. From the last row
 * to the first, so that of contacts without activity those that came first in the file come first in the list.
 *
 * Newcomers are written together, and only the others one by one. With `each`, when that has failed, all are written one by
 * one: the rows that cannot be written are found by halving, and refused.
 */
export async function writeRows(
  tx: Tx,
  actor: Actor,
  range: RowRange,
  each?: { isFatal: (error: unknown) => boolean; unforeseen: (error: unknown, row: number) => void },
): Promise<RowsWritten> {
  await lockIdentities(tx, actor.org_id)
  const setting = await settingOf(tx, actor.org_id, range.operationId)
  const { newcomers, others } = await findNewcomers(tx, setting, range)
  const refused = new Map<number, RowReason>()
  const done: Omit<RowsWritten, 'refused'> = { created: [], renamed: [], added: [], removed: [], born: [] }
  const take = async (some: readonly StagedRow[]): Promise<void> => {
    const { created, renamed, added, removed, refusals } = await writeSome(tx, actor, setting, some)
    done.created.push(...created)
    done.renamed.push(...renamed)
    done.added.push(...added)
    done.removed.push(...removed)
    for (const [n, reason] of refusals) refused.set(n, reason)
  }
  const attempt = async (some: readonly StagedRow[]): Promise<void> => {
    if (some.length === 0) return
    await sql`savepoint attempt`.execute(tx)
    try {
      await take(some)
      await sql`release savepoint attempt`.execute(tx)
    } catch (error) {
      if (each!.isFatal(error)) throw error
      await sql`rollback to savepoint attempt`.execute(tx)
      await sql`release savepoint attempt`.execute(tx)
      const [one] = some
      if (some.length === 1) {
        each!.unforeseen(error, one!.n)
        refused.set(one!.n, 'row_failed')
        return
      }
      const half = Math.ceil(some.length / 2)
      await attempt(some.slice(0, half))
      await attempt(some.slice(half))
    }
  }
  if (each) await attempt(await stagedRows(tx, setting, [...newcomers, ...others]))
  else {
    await take(await stagedRows(tx, setting, others))
    // At last: from here to its end the transaction holds the order of events.
    const { created, assignments } = await writeNewcomers(tx, actor, setting, { ...range, numbers: newcomers })
    done.created.push(...created)
    done.born = assignments
  }
  await forgetWritten(tx, setting, range, refused)
  return { ...done, refused: refused.size }
}

async function stagedRows(tx: Tx, { org_id: orgId, id }: Setting, numbers: readonly number[]): Promise<StagedRow[]> {
  if (numbers.length === 0) return []
  const { rows } = await sql<StagedRow>`
    select n, keys, display_name, tags, first_seen_at, last_seen_at from import_rows
    where org_id = ${orgId} and import_id = ${id} and n = any(${numbers}::int[]) order by n desc`.execute(tx)
  return rows
}

async function writeSome(
  tx: Tx,
  actor: Actor,
  setting: Setting,
  rows: readonly StagedRow[],
): Promise<Omit<RowsWritten, 'refused' | 'born'> & { refusals: Map<number, RowReason> }> {
  const refusals = new Map<number, RowReason>()
  if (rows.length === 0) return { created: [], renamed: [], added: [], removed: [], refusals }
  const known = await matchKeys(tx, actor.org_id, [...new Set(rows.flatMap((row) => row.keys))])
  const at = new Date().toISOString()
  const found = rows.flatMap((row) => {
    const match = matchOf(row.keys, known)
    const reason =
      typeof match === 'string'
        ? match
        : match
          ? null
          : reasonAgainst(row.keys[0]!, setting.settings, setting.portfolio)
    if (reason !== null) {
      refusals.set(row.n, reason)
      return []
    }
    const sighting = sightingOf(row.keys[0]!, match as Match | null, setting.portfolio.id, at)
    return [{ row, match: match as Match | null, sighting, external: externalIn(row.keys[0]!) }]
  })
  const identities = await Identities.open(
    tx,
    actor.org_id,
    found.map(({ sighting }) => sighting),
    [],
    actor,
    found.flatMap(({ external }) => external ?? []),
  )
  const created = new Set<string>()
  const renamed = new Map<string, Renamed>()
  const wishes = new Map<string, Set<string>>()
  for (const { row, match, sighting, external } of found) {
    const contactId = match?.contact_id ?? (external ? identities.know(sighting, external) : identities.see(sighting)!)
    const { isNew } = identities.give(contactId, {
      name: row.display_name,
      ...(row.first_seen_at === null ? {} : { first_seen_at: row.first_seen_at }),
      ...(row.last_seen_at === null ? {} : { last_seen_at: row.last_seen_at }),
    })
    if (isNew) created.add(contactId)
    else if (
      match &&
      row.display_name !== null &&
      match.name_origin !== 'whatsapp' &&
      match.display_name !== row.display_name
    )
      renamed.set(contactId, { contact_id: contactId, before: match.display_name, after: row.display_name })
    const wish = wishOf(row, setting)
    if (wish) wishes.set(contactId, new Set([...(wishes.get(contactId) ?? []), ...wish]))
  }
  const survivors = await survivorsOf(
    tx,
    actor.org_id,
    [...wishes.values()].flatMap((ids) => [...ids]),
  )
  const wished = new Map(
    [...wishes].map(([id, ids]) => [id, [...new Set([...ids].map((each) => survivors.get(each)!))]]),
  )
  const isRemoval = setting.settings.tags_mode === 'remove'
  const { changed, conflicts } = await identities.save({
    born: { tagsOf: (id) => (isRemoval ? [] : (wished.get(id) ?? [])), bits: bitOf(sourceOf(actor)) },
  })
  if (changed.length > 0)
    await recordActivity(tx, actor.org_id, new Set(changed), { conflicts, conversationIds: new Set() })
  const { added, removed } = await changeTagsOfEach(
    tx,
    actor,
    setting.settings.tags_mode,
    [...wished].map(([contact_id, tag_ids]): TagWish => ({ contact_id, tag_ids })),
    { why: setting.why, born: created },
  )
  return { created: [...created], renamed: [...renamed.values()], added, removed, refusals }
}

/** The tags that a row wishes for; null when it wishes for no change. */
function wishOf({ tags }: StagedRow, { settings, ids }: Setting): string[] | null {
  if (tags === null) return null
  const meant = tags.flatMap((n) => ids[n] ?? [])
  if (meant.length > 0) return meant
  return settings.tags_mode === 'replace' && settings.empty_clears && tags.length === 0 ? [] : null
}

function externalIn(key: string): Key | null {
  const external = externalOf(key)
  return external && externalKey(external)
}

/** A contact as an update of WhatsApp would show it, but for what an import does not know. */
function sightingOf(key: string, match: Match | null, portfolio: string | null, at: string): Sighting {
  const value = (kind: Match['kind'], isOf: boolean) =>
    match ? (match.kind === kind ? match.value : null) : isOf ? key : null
  const test = match !== null && isPlayed(match)
  return {
    wa_id: value('phone', isDigits(key)),
    bsuid: value('bsuid', !isDigits(key) && externalOf(key) === null),
    parent_bsuid: value('parent_bsuid', false),
    portfolio_id: match && match.kind !== 'phone' ? match.scope.replace(/^test:/, '') : (portfolio ?? ''),
    test,
    name: null,
    username: null,
    at,
    own_act: false,
  }
}

async function forgetWritten(
  tx: Tx,
  { org_id: orgId, id }: Setting,
  { first, last }: RowRange,
  refused: ReadonlyMap<number, RowReason>,
): Promise<void> {
  if (refused.size > 0) {
    await sql`
      update import_rows r set reason = f.reason from unnest(${[...refused.keys()]}::int[], ${[...refused.values()]}::text[]) as f (n, reason)
      where r.org_id = ${orgId} and r.import_id = ${id} and r.n = f.n`.execute(tx)
    await sql`update imports set refused_late = refused_late + ${refused.size} where org_id = ${orgId} and id = ${id}`.execute(
      tx,
    )
  }
  await sql`
    delete from import_rows where org_id = ${orgId} and import_id = ${id} and n between ${first} and ${last} and reason is null`.execute(
    tx,
  )
}
