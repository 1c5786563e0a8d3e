// Changes of tags that are named as people name them, answered with the tags themselves.
import type { Actor } from '../access/actor.ts'
import { suggestInstead } from '../analysis/suggesting.ts'
import type { Tx } from '../lib/db.ts'
import type { Pair } from './carried.ts'
import { namedEvidence } from './named-evidence.ts'
import { idsOfNamed } from './resolving.ts'
import { isAi } from './rules.ts'
import type { TagChip } from './schema.ts'
import { changeTags } from './tagging.ts'

export interface ChangedContact {
  contact_id: string
  added: TagChip[]
  removed: TagChip[]
  /** What AIs may only suggest: it waits for a person. */
  suggested: TagChip[]
}

/**
 * `changeTags` for tags that are named by id or by name. Of what an AI adds, the tags that AIs may only suggest are
 * suggested instead, and a customer's message may be named as evidence, for which `namedEvidence` is. Answers the contacts on which something changed, in the order in which they were named, how many had it
 * so already, and the tags that are spoken of, merged ones followed.
 */
export async function changeNamedTags(
  tx: Tx,
  actor: Actor,
  contactIds: readonly string[],
  { add, remove, evidence }: { add: readonly string[]; remove: readonly string[]; evidence?: string | undefined },
): Promise<{ changed: ChangedContact[]; unchanged: number; asked: TagChip[] }> {
  const ids = [...new Set(contactIds)]
  const named = await idsOfNamed(tx, actor.org_id, { add, remove })
  const why = await namedEvidence(tx, actor, ids, { add, evidence })
  const waiting = isAi(actor)
    ? await suggestInstead(tx, actor, ids, named.add, why)
    : { put: named.add, asked: [], suggested: [] }
  const { added, removed, asked } = await changeTags(tx, actor, ids, {
    add: waiting.put,
    remove: named.remove,
    ...(why ? { why } : {}),
  })
  const all = [...asked, ...waiting.asked]
  const chips = new Map(all.map((tag) => [tag.id, tag]))
  const [on, off, suggested] = [added, removed, waiting.suggested].map((done) =>
    Map.groupBy<string, Pair>(done, (each) => each.contact_id),
  )
  const tagsOf = (done: typeof on, id: string) => done?.get(id)?.map((each) => chips.get(each.tag_id)!) ?? []
  const changed = ids
    .filter((id) => on!.has(id) || off!.has(id) || suggested!.has(id))
    .map((id) => ({
      contact_id: id,
      added: tagsOf(on, id),
      removed: tagsOf(off, id),
      suggested: tagsOf(suggested, id),
    }))
  return {
    changed,
    unchanged: ids.length - changed.length,
    asked: all,
  }
}
