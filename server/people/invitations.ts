// Invitations: links by which one person joins an organization, made by an administrator and good for a week.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { Role } from '../access/schema.ts'
import { refuseWeakPassword } from '../access/passwords.ts'
import { createUser } from '../access/users.ts'
import { recordAct } from '../audit/recording.ts'
import { recordEvents } from '../events/events.ts'
import { newToken, tokenHash } from '../lib/crypto.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { hashPassword } from '../lib/password.ts'
import { addMember, lockAdministrators } from './memberships.ts'
import { INVITATION_DAYS, type Invitation, type Invite, type Join, type OpenInvitation } from './schema.ts'

/** Until then a link still says what became of it. */
const KEPT_DAYS = 90

const isPending = sql<boolean>`i.accepted_at is null and i.withdrawn_at is null and i.expires_at > now()`
const columns = sql`i.id, i.role, i.email, jsonb_build_object('id', i.invited_by, 'name', i.invited_by_name) as invited_by,
  i.created_at, i.expires_at`

/** Makes a link. Its token is answered this once; the database keeps a hash of it. */
export async function createInvitation(
  tx: Tx,
  actor: Actor,
  { role, email }: z.output<typeof Invite>,
): Promise<{ invitation: Invitation; token: string }> {
  await lockAdministrators(tx, actor)
  const token = newToken()
  const { rows } = await sql<Invitation>`
    insert into invitations as i (org_id, id, token_hash, role, email, invited_by, invited_by_name, expires_at)
    values (${actor.org_id}, ${newId()}, ${tokenHash(token)}, ${role}, ${email}, ${actor.id}, ${actor.name},
      now() + make_interval(days => ${INVITATION_DAYS}))
    returning ${columns}`.execute(tx)
  const invitation = rows[0]!
  await recordAct(tx, actor, {
    act: 'person.invited',
    subject: { id: invitation.id, name: email },
    details: { role },
  })
  await recordEvents(tx, actor, [{ kind: 'invitations.changed' }])
  return { invitation, token }
}

/** Those that can still be used, newest first. */
export async function listInvitations(db: Db, actor: Actor): Promise<Invitation[]> {
  const { rows } = await sql<Invitation>`
    select ${columns} from invitations i where i.org_id = ${actor.org_id} and ${isPending} order by i.id desc`.execute(
    db,
  )
  return rows
}

/** Makes a link useless; a repeat changes nothing. Refuses one that somebody has used (`invitation_used`). */
export async function withdrawInvitation(tx: Tx, actor: Actor, id: string): Promise<void> {
  const { rows } = await sql<{ email: string; role: Role; accepted: boolean; withdrawn: boolean }>`
    select email, role, accepted_at is not null as accepted, withdrawn_at is not null as withdrawn
    from invitations where org_id = ${actor.org_id} and id = ${id} for update`.execute(tx)
  const invitation = rows[0]
  if (!invitation)
    throw new Problem('not_found', 'There is no such invitation in this organization.', {
      reason: 'invitation_missing',
    })
  if (invitation.accepted)
    throw new Problem(
      'conflict',
      'Somebody has joined by this invitation already. Remove the person instead, if they should not be here.',
      { reason: 'invitation_accepted' },
    )
  if (invitation.withdrawn) return
  await sql`update invitations set withdrawn_at = now() where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  await recordAct(tx, actor, {
    act: 'person.invitation_withdrawn',
    subject: { id, name: invitation.email },
    details: { role: invitation.role },
  })
  await recordEvents(tx, actor, [{ kind: 'invitations.changed' }])
}

/** What a link invites to. Refuses one that cannot be used, and says why. */
export async function getInvitation(db: Db, token: string): Promise<OpenInvitation> {
  const { rows } = await sql<OpenInvitation>`
    select jsonb_build_object('slug', o.slug, 'name', o.name) as organization, i.role, i.email,
      i.invited_by_name as invited_by, i.expires_at
    from invitations i join organizations o on o.id = i.org_id where i.token_hash = ${tokenHash(token)} and ${isPending}`.execute(
    db,
  )
  if (!rows[0]) throw await unusable(db, token)
  return rows[0]
}

/**
 * Makes an account that belongs to the link's organization, and answers its id. Of two people who use a link at once one
 * succeeds. Refuses an e-mail that has an account (`email_taken`): its owner signs in and accepts.
 */
export async function joinWithNewAccount(
  db: Db,
  { token, password, ...person }: z.output<typeof Join>,
  address: string,
): Promise<string> {
  // Before the password is hashed: that is work which only somebody with a link may cause.
  await getInvitation(db, token)
  refuseWeakPassword(password, person.email)
  const passwordHash = await hashPassword(password)
  return db.transaction().execute(async (tx) => {
    const id = await createUser(tx, person, passwordHash)
    await join(tx, token, { id, name: person.name }, address)
    return id
  })
}

/** Makes somebody who has an account belong to the link's organization. Who does already keeps role and link (`already_member`). */
export const acceptInvitation = (
  tx: Tx,
  { token, user, address }: { token: string; user: { id: string; name: string }; address: string },
): Promise<void> => join(tx, token, user, address)

async function join(tx: Tx, token: string, user: { id: string; name: string }, address: string): Promise<void> {
  // Whoever comes second waits here, and finds it used.
  const { rows } = await sql<{ org_id: string; id: string; role: Role; invited_by_name: string }>`
    update invitations i set accepted_at = now(), accepted_by = ${user.id}
    where i.token_hash = ${tokenHash(token)} and ${isPending}
    returning i.org_id, i.id, i.role, i.invited_by_name`.execute(tx)
  const invitation = rows[0]
  if (!invitation) throw await unusable(tx, token)
  const { org_id, role } = invitation
  if (!(await addMember(tx, { org_id, user_id: user.id, role })))
    throw new Problem('conflict', 'You belong to this organization already.', { reason: 'already_member' })
  const actor: Actor = { kind: 'user', org_id, ...user, role, address }
  await recordAct(tx, actor, {
    act: 'person.joined',
    subject: user,
    details: { role, invited_by: invitation.invited_by_name },
  })
  await recordEvents(tx, actor, [{ kind: 'people.changed' }])
}

/** Why a link cannot be used, and what to do. */
async function unusable(db: Db, token: string): Promise<Problem> {
  const { rows } = await sql<{ accepted: boolean; withdrawn: boolean }>`
    select accepted_at is not null as accepted, withdrawn_at is not null as withdrawn
    from invitations where token_hash = ${tokenHash(token)}`.execute(db)
  const invitation = rows[0]
  if (!invitation)
    return new Problem('not_found', 'This invitation is not valid. Open the whole link, as you were given it.', {
      reason: 'invitation_invalid',
    })
  if (invitation.accepted)
    return new Problem(
      'conflict',
      'This invitation has been used. If that was you, sign in; otherwise ask for a new one.',
      { reason: 'invitation_used' },
    )
  if (invitation.withdrawn)
    return new Problem('conflict', 'This invitation was withdrawn. Ask whoever invited you for a new one.', {
      reason: 'invitation_withdrawn',
    })
  return new Problem('conflict', 'This invitation has expired. Ask whoever invited you for a new one.', {
    reason: 'invitation_expired',
  })
}

/** Forgets invitations of long ago. */
export async function forgetOldInvitations(db: Db): Promise<void> {
  await sql`delete from invitations where expires_at < now() - make_interval(days => ${KEPT_DAYS})`.execute(db)
}
