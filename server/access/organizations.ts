// Organizations: a new one beside those that are there, its name, and removing one with everything in it.
import { sql } from 'kysely'
import { recordAct } from '../audit/recording.ts'
import { recordEvents } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { addMember } from '../people/memberships.ts'
import type { Actor } from './actor.ts'

/** The organization's part of console addresses: plain letters and digits of its name. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 48)
    .replace(/^-+|-+$/g, '')
  return slug === '' ? 'organization' : slug
}

/** Makes an organization with its creator as the only administrator, beside the one in which they administer. */
export async function createOrganization(
  tx: Tx,
  actor: Actor,
  { name, allowed }: { name: string; allowed: boolean },
): Promise<{ id: string; slug: string; name: string }> {
  if (!allowed || actor.kind !== 'user')
    throw new Problem(
      'forbidden',
      'No organizations are created here. Ask whoever runs this installation: the setting CREATE_ORGANIZATIONS turns it on.',
      { reason: 'organizations_closed' },
    )
  const organization = await addOrganization(tx, name)
  await addMember(tx, { org_id: organization.id, user_id: actor.id, role: 'admin' })
  const subject = { id: organization.id, name }
  await recordAct(tx, { ...actor, org_id: organization.id }, { act: 'organization.created', subject })
  return { ...organization, name }
}

/** Gives the organization another name; its address stays, so that no link breaks. */
export async function renameOrganization(
  tx: Tx,
  actor: Actor,
  name: string,
): Promise<{ id: string; slug: string; name: string }> {
  const { rows } = await sql<{ slug: string; name: string }>`
    select slug, name from organizations where id = ${actor.org_id} for no key update`.execute(tx)
  const before = rows[0]!
  if (before.name !== name) {
    await sql`update organizations set name = ${name} where id = ${actor.org_id}`.execute(tx)
    const subject = { id: actor.org_id, name }
    await recordAct(tx, actor, { act: 'organization.renamed', subject, details: { from: before.name, to: name } })
    await recordEvents(tx, actor, [{ kind: 'organization.renamed' }])
  }
  return { id: actor.org_id, slug: before.slug, name }
}

/** Makes an organization that nobody belongs to yet. A taken address gets a number. */
export async function addOrganization(tx: Tx, name: string): Promise<{ id: string; slug: string }> {
  await sql`select pg_advisory_xact_lock(hashtextextended('earmark:slugs', 0))`.execute(tx)
  const wanted = slugOf(name)
  const { rows } = await sql<{ slug: string }>`
    select slug from (select ${wanted}::text as slug, 1 as n union all select left(${wanted}, 40) || '-' || n, n from generate_series(2, 10000) n) s
    where not exists (select 1 from organizations o where o.slug = s.slug) order by n limit 1`.execute(tx)
  const organization = { id: newId(), slug: rows[0]!.slug }
  await tx
    .insertInto('organizations')
    .values({ ...organization, name })
    .execute()
  return organization
}

/** Removes an organization and everything that belongs to it. */
export async function removeOrganization(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('organizations').where('id', '=', id).execute()
}
