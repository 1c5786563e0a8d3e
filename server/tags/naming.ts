// Changes of tags that are named as people name them, answered with the tags themselves.
import type { Actor } from '../access/actor.ts'
import type { Tx } from '../lib/db.ts'
import { idsOfNamed } from './resolving.ts'
import type { TagChip } from './schema.ts'
import { changeTags } from './tagging.ts'

export interface ChangedContact {
  contact_id: string
  added: TagChip[]
  removed: TagChip[]
}

/**
 * `changeTags` for tags that are named by id or by name. Answers the contacts on which something changed, in the order in
 * which they were named, how many had it so already, and the tags that are spoken of, merged ones followed.
 */
export async function changeNamedTags(
  tx: Tx,
  actor: Actor,
  contactIds: readonly string[],
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<{ changed: ChangedContact[]; unchanged: number; asked: TagChip[] }> {
  const ids = [...new Set(contactIds)]
  const named = await idsOfNamed(tx, actor.org_id, { add, remove })
  const { added, removed, asked } = await changeTags(tx, actor, ids, named)
  const chips = new Map(asked.map((tag) => [tag.id, tag]))
  const [on, off] = [added, removed].map((done) => Map.groupBy(done, (each) => each.contact_id))
  const tagsOf = (done: typeof on, id: string) => done?.get(id)?.map((each) => chips.get(each.tag_id)!) ?? []
  const changed = ids
    .filter((id) => on!.has(id) || off!.has(id))
    .map((id) => ({ contact_id: id, added: tagsOf(on, id), removed: tagsOf(off, id) }))
  return {
    changed,
    unchanged: ids.length - changed.length,
    asked,
  }
}
