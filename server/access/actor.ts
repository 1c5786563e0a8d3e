// Who is doing it: the first argument of every verb after the database, and what carries the organization.
import type { Role } from './schema.ts'

interface Named {
  org_id: string
  /** Id of the user, key, agent or part of the system. */
  id: string
  /** Kept with everything the actor does, so that history survives people. */
  name: string
  /** Where the call came from, as the server saw it; kept in the audit log. */
  address?: string
}

export type Actor = Named &
  (
    | { kind: 'user'; role: Role }
    | { kind: 'api_key'; key_kind: 'third_party' | 'ai_agent' }
    | { kind: 'ai_agent' }
    | { kind: 'ai_auto_close' }
    /** Earmark itself, on behalf of nobody: receiving, housekeeping. */
    | { kind: 'system' }
  )

/** The actor of what happens by itself in an organization. */
export const systemActor = (orgId: string): Actor => ({ kind: 'system', org_id: orgId, id: 'system', name: 'Earmark' })

/** The columns under which a row remembers who did it. */
export const actorColumns = (actor: Actor) => ({ actor_kind: actor.kind, actor_id: actor.id, actor_name: actor.name })
