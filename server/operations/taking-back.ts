// What an undo takes back of an import beside its tags: contacts that it made, and names that it gave.
import { sql } from 'kysely'
import { removeUntouched, restoreNames } from '../contacts/taking-back.ts'
import type { Renamed } from '../imports/writing.ts'
import type { Tx } from '../lib/db.ts'
import { actorOfOperation, type Failure, type OperationRow } from './operations.ts'

export interface UndoneBatch {
  contact_ids: string[]
  added: string[]
  removed: string[]
  created: string[]
  renamed: Renamed[]
}

interface TakenBack {
  /** Contacts that are there no more. */
  removed: ReadonlySet<string>
  /** Contacts that have their name of before. */
  restored: readonly string[]
  failures: readonly Failure[]
}

export const NOTHING_BACK: TakenBack = { removed: new Set(), restored: [], failures: [] }

const KEPT = {
  contact_wrote_since: 'The contact has written since, and stays.',
  contact_changed_since: 'Somebody changed the contact since, and it stays.',
  name_changed_since: 'The name was changed since.',
}

/** Removes the contacts that the undone batch made and that nobody has touched since, and gives the others their names back. */
export async function takeBack(tx: Tx, operation: OperationRow, { created, renamed }: UndoneBatch): Promise<TakenBack> {
  const actor = actorOfOperation(operation)
  const { rows } = await sql<{ id: string }>`
    select id from operations where org_id = ${operation.org_id} and (id = ${operation.undoes} or undoes = ${operation.undoes})`.execute(
    tx,
  )
  const { removed, kept } = await removeUntouched(
    tx,
    actor,
    created,
    rows.map(({ id }) => id),
  )
  const { restored, left } = await restoreNames(tx, actor, renamed)
  const failure = (contact_id: string, reason: keyof typeof KEPT): Failure => ({
    contact_id,
    reason,
    message: KEPT[reason],
  })
  return {
    removed: new Set(removed),
    restored,
    failures: [
      ...kept.map(({ id, wrote }) => failure(id, wrote ? 'contact_wrote_since' : 'contact_changed_since')),
      ...left.map((id) => failure(id, 'name_changed_since')),
    ],
  }
}
