// Who may change what: the source of a tag, and who may take one off (both follow from the actor).
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { TagSource } from './schema.ts'

/** The source that a tag put on by this actor has: it follows from the actor, so that nobody can forget or fake it. */
export function sourceOf(actor: Actor): TagSource {
  switch (actor.kind) {
    case 'user':
      return actor.role === 'admin' ? 'manual_admin' : 'manual_agent'
    case 'api_key':
      return actor.key_kind === 'ai_agent' ? 'ai_tool' : 'api'
    case 'ai_agent':
      return 'ai_tool'
    case 'ai_auto_close':
      return 'ai_auto_close'
    case 'system':
      throw new Error('The system itself never tags: name the person, key or AI that does.')
  }
}

/** Whether it is an AI of any kind: what AIs may do with a tag binds it. */
export function isAi(actor: Actor): boolean {
  return actor.kind !== 'system' && ['ai_tool', 'ai_auto_close'].includes(sourceOf(actor))
}

/** Who put a tag on, as the rules of removal need it. */
export interface AddedBy {
  source: TagSource
  actor_kind: string
  actor_id: string
}

/**
 * Whether the actor may take off a tag that was put on so: administrators and third-party systems any,
 * agents what any agent or AI put on, an AI only what it put on itself.
 */
export function mayRemove(actor: Actor, added: AddedBy): boolean {
  switch (sourceOf(actor)) {
    case 'manual_admin':
    case 'api':
      return true
    case 'manual_agent':
      return added.source !== 'manual_admin' && added.source !== 'api'
    case 'ai_tool':
    case 'ai_auto_close':
      return added.actor_kind === actor.kind && added.actor_id === actor.id
  }
}

/** The same rule as a condition on `tag_assignments a`, for counting. */
export function mayRemoveCondition(actor: Actor): RawBuilder<boolean> {
  switch (sourceOf(actor)) {
    case 'manual_admin':
    case 'api':
      return sql<boolean>`true`
    case 'manual_agent':
      return sql<boolean>`a.added_source not in ('manual_admin', 'api')`
    case 'ai_tool':
    case 'ai_auto_close':
      return sql<boolean>`(a.added_actor_kind = ${actor.kind} and a.added_actor_id = ${actor.id})`
  }
}
