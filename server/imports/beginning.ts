// Beginning to write a file that was checked: its tags are created, its bytes forgotten, its rows left to an operation.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { catalogTags } from '../tags/resolving.ts'
import { lockUnstarted } from './imports.ts'
import { createChosen, MOST_NEW, tagMapOf } from './tags.ts'

/**
 * Makes everything ready for writing a checked file, and answers the tags that it speaks of. Refuses a file that was not
 * checked with its settings, names of tags of which nobody has said what they mean (`import_tags_undecided`), and tags that
 * were deleted since.
 */
export async function prepareWriting(tx: Tx, actor: Actor, id: string): Promise<{ tagIds: string[] }> {
  const file = await lockUnstarted(tx, actor.org_id, id)
  if (file.status !== 'checked')
    throw new Problem('conflict', 'The file has to be checked first.', { reason: 'import_unchecked' })
  if (file.result!.created + file.result!.changed + file.result!.unchanged === 0)
    throw new Problem('conflict', 'No row of this file can be imported. Mend the file and choose it again.', {
      reason: 'import_nothing_left',
    })
  const { ids, undecided, toCreate } = await tagMapOf(tx, file)
  const isRemoval = file.settings!.tags_mode === 'remove'
  if (undecided.length > 0 && !isRemoval)
    throw new Problem(
      'conflict',
      `The catalog has no tag “${undecided[0]}”. Say of each unknown name whether it is created, stands for another tag, or is left out.`,
      { reason: 'import_tags_undecided', data: { name: undecided[0], count: undecided.length } },
    )
  if (toCreate.length > MOST_NEW)
    throw new Problem('conflict', `At most ${MOST_NEW} tags are created by one import. Leave some out.`, {
      reason: 'import_too_many_new_tags',
      data: { max: MOST_NEW },
    })
  const created = isRemoval ? [] : await createChosen(tx, actor, file)
  const tagIds = [...new Set([...ids.filter((each) => each !== null), ...created])]
  await catalogTags(tx, actor.org_id, { add: tagIds })
  await sql`delete from import_parts where org_id = ${actor.org_id} and import_id = ${id}`.execute(tx)
  return { tagIds }
}

/** Says which operation writes the file. */
export async function markStarted(tx: Tx, orgId: string, id: string, operationId: string): Promise<void> {
  await sql`
    update imports set status = 'started', operation_id = ${operationId}, touched_at = now() where org_id = ${orgId} and id = ${id}`.execute(
    tx,
  )
}
