// Who belongs to an organization, and as what: the only code that writes memberships.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Role } from '../access/schema.ts'
import { recordAct } from '../audit/recording.ts'
import { giveBackAllOf } from '../conversations/taking.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { Person } from './schema.ts'

/** Makes a person belong to an organization; answers whether they did not before. Their role stays when they did. */
export async function addMember(tx: Tx, membership: { org_id: string; user_id: string; role: Role }): Promise<boolean> {
  const added = await tx
    .insertInto('memberships')
    .values(membership)
    .onConflict((conflict) => conflict.columns(['org_id', 'user_id']).doNothing())
    .returning('user_id')
    .executeTakeFirst()
  return added !== undefined
}

/** For organizations made at the command line, which nobody in particular made. */
export async function addEveryAdministrator(tx: Tx, orgId: string): Promise<void> {
  await sql`insert into memberships (org_id, user_id, role)
    select distinct ${orgId}::uuid, user_id, 'admin' from memberships where role = 'admin'`.execute(tx)
}

const columns = sql`u.id, u.name, u.email, m.role, m.created_at as joined_at, m.last_seen_at,
  exists (select from two_factors t where t.user_id = u.id and t.confirmed_at is not null) as two_factor`

/** Administrators first, then by name. */
export async function listPeople(db: Db, actor: Actor): Promise<Person[]> {
  const { rows } = await sql<Person>`
    select ${columns} from memberships m join users u on u.id = m.user_id
    where m.org_id = ${actor.org_id} order by m.role, lower(u.name), u.id`.execute(db)
  return rows
}

/**
 * Makes somebody an administrator or an agent, from their next call on. Who is an administrator no longer has invited
 * nobody: links that they made and nobody has used are withdrawn. Refuses to demote the last administrator
 * (`last_administrator`), whoever else does so at the same time; the role they have already changes nothing.
 */
export async function changeRole(tx: Tx, actor: Actor, id: string, role: Role): Promise<Person> {
  const administrators = await lockAdministrators(tx, actor)
  const person = await lockPerson(tx, actor, id)
  if (person.role === role) return person
  if (role === 'agent') {
    refuseIfLast(administrators, id)
    await withdrawInvitationsOf(tx, actor, id)
  }
  await sql`update memberships set role = ${role} where org_id = ${actor.org_id} and user_id = ${id}`.execute(tx)
  const { name } = person
  await recordAct(tx, actor, {
    act: 'person.role_changed',
    subject: { id, name },
    details: { from: person.role, to: role },
  })
  await recordEvents(tx, actor, [{ kind: 'people.changed' }])
  return { ...person, role }
}

/**
 * Takes somebody out of the organization, from their next call on; their account and everything that they did stay.
 * Links that they made and nobody has used are withdrawn. Refuses the last administrator (`last_administrator`).
 */
export async function removePerson(tx: Tx, actor: Actor, id: string): Promise<void> {
  const administrators = await lockAdministrators(tx, actor)
  const { name, role, email } = await lockPerson(tx, actor, id)
  if (role === 'admin') refuseIfLast(administrators, id)
  await withdrawInvitationsOf(tx, actor, id)
  await sql`delete from memberships where org_id = ${actor.org_id} and user_id = ${id}`.execute(tx)
  await giveBackAllOf(tx, actor, id)
  await recordAct(tx, actor, { act: 'person.removed', subject: { id, name }, details: { role, email } })
  await recordEvents(tx, actor, [{ kind: 'people.changed' }])
}

/**
 * The ids of the organization's administrators, who stay so until the transaction ends. Refuses an actor who was made an
 * agent, or removed, since the call was let in.
 */
export async function lockAdministrators(tx: Tx, actor: Actor): Promise<string[]> {
  const { rows } = await sql<{ user_id: string }>`
    select user_id from memberships where org_id = ${actor.org_id} and role = 'admin' order by user_id for update`.execute(
    tx,
  )
  const ids = rows.map((row) => row.user_id)
  if (actor.kind === 'user' && !ids.includes(actor.id))
    throw new Problem('forbidden', 'Your role does not allow this. Ask an administrator.', {
      reason: 'role_not_allowed',
      data: { permission: 'people:manage' },
    })
  return ids
}

async function lockPerson(tx: Tx, actor: Actor, id: string): Promise<Person> {
  const { rows } = await sql<Person>`
    select ${columns} from memberships m join users u on u.id = m.user_id
    where m.org_id = ${actor.org_id} and m.user_id = ${id} for update of m`.execute(tx)
  if (!rows[0])
    throw new Problem('not_found', 'There is no such person in this organization.', { reason: 'person_missing' })
  return rows[0]
}

function refuseIfLast(administrators: readonly string[], id: string): void {
  if (administrators.some((each) => each !== id)) return
  throw new Problem(
    'conflict',
    'An organization needs an administrator, and this is the only one. Make somebody else an administrator first.',
    { reason: 'last_administrator' },
  )
}

/** Otherwise whoever kept such a link could let themselves in again. */
async function withdrawInvitationsOf(tx: Tx, actor: Actor, userId: string): Promise<void> {
  const { rows } = await sql<{ id: string; email: string; role: Role }>`update invitations set withdrawn_at = now()
    where org_id = ${actor.org_id} and invited_by = ${userId} and accepted_at is null and withdrawn_at is null and expires_at > now()
    returning id, email, role`.execute(tx)
  for (const { id, email, role } of rows)
    await recordAct(tx, actor, {
      act: 'person.invitation_withdrawn',
      subject: { id, name: email },
      details: { role },
    })
}

/** Keeps when somebody last had the organization open, to some minutes. */
export async function markSeen(db: Db, orgId: string, userId: string): Promise<void> {
  await sql`update memberships set last_seen_at = now() where org_id = ${orgId} and user_id = ${userId}`.execute(db)
}
