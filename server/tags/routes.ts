// The door of the tag catalog and of tags on contacts.
import type { Actor } from '../access/actor.ts'
import { bind } from '../access/door.ts'
import type { Tx } from '../lib/db.ts'
import { answer } from '../lib/route.ts'
import { startMerge } from '../operations/starting.ts'
import type { TagChip } from './schema.ts'
import * as schema from './schema.ts'
import { listTagChanges } from './history.ts'
import { deleteTags, restoreTag, restoreTags } from './deleting.ts'
import { idsOfNamed, resolveTags } from './resolving.ts'
import { changeTagsOfMany } from './many-schema.ts'
import { changeTags } from './tagging.ts'
import { chipsById, createTag, getTag, listTags, updateTag } from './tags.ts'

export const tagRoutes = [
  bind(schema.listTags, async ({ query }, { db, actor }) =>
    answer(200, { tags: await listTags(db, actor, query.status) }),
  ),

  bind(schema.createTag, ({ body }, { actor, write }) =>
    write(async (tx) => answer(201, await createTag(tx, actor, body))),
  ),

  bind(schema.updateTag, ({ params, body }, { actor, write }) =>
    write(async (tx) => answer(200, await updateTag(tx, actor, params.id, body))),
  ),

  bind(schema.deleteTags, ({ body }, { actor, write }) =>
    write(async (tx) => answer(200, { deleted: await deleteTags(tx, actor, body.ids) })),
  ),

  bind(schema.restoreTag, async ({ params, body }, { actor, write, operateSoon }) => {
    const answered = await write(async (tx) => {
      if (body.merge_into === undefined) return answer(200, await restoreTag(tx, actor, params.id, body))
      await startMerge(tx, actor, params.id, body.merge_into)
      return answer(200, await getTag(tx, actor, params.id))
    })
    operateSoon()
    return answered
  }),

  bind(schema.restoreTags, ({ body }, { actor, write }) =>
    write(async (tx) => answer(200, await restoreTags(tx, actor, body.ids))),
  ),

  bind(schema.changeContactTags, ({ params, body }, { actor, write }) =>
    write(async (tx) => {
      const named = await idsOfNamed(tx, actor.org_id, body)
      const { added, removed } = await changeTags(tx, actor, [params.id], named)
      const { chosen, asked } = await spokenOf(tx, actor, named)
      const changed = new Set([...added, ...removed].map((done) => done.tag_id))
      return answer(200, {
        added: chosen(added.map((done) => done.tag_id)),
        removed: chosen(removed.map((done) => done.tag_id)),
        unchanged: chosen(asked.filter((id) => !changed.has(id))),
      })
    }),
  ),

  bind(changeTagsOfMany, ({ body: { contact_ids, ...body } }, { actor, write }) =>
    write(async (tx) => {
      const ids = [...new Set(contact_ids)]
      const named = await idsOfNamed(tx, actor.org_id, body)
      const { added, removed } = await changeTags(tx, actor, ids, named)
      const { chosen, asked } = await spokenOf(tx, actor, named)
      const [on, off] = [added, removed].map((done) => Map.groupBy(done, (each) => each.contact_id))
      const tagsOf = (done: typeof on, id: string) => done?.get(id)?.map((each) => each.tag_id) ?? []
      const changed = ids.filter((id) => on!.has(id) || off!.has(id))
      return answer(200, {
        changed: changed.map((id) => ({ contact_id: id, added: tagsOf(on, id), removed: tagsOf(off, id) })),
        unchanged: ids.length - changed.length,
        tags: chosen(asked),
      })
    }),
  ),

  bind(schema.listTagChanges, async ({ params, query }, { db, actor }) =>
    answer(200, await listTagChanges(db, actor, params.id, query)),
  ),
]

/** The tags of a change as they are now, merged ones followed. */
async function spokenOf(
  tx: Tx,
  actor: Actor,
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<{ asked: string[]; chosen: (ids: readonly string[]) => TagChip[] }> {
  const chips = await chipsById(tx, actor.org_id)
  const resolved = await resolveTags(tx, actor.org_id, [...add, ...remove])
  return {
    asked: [...new Set([...resolved.values()].map((tag) => tag.id))],
    chosen: (ids) => ids.flatMap((id) => chips.get(id) ?? []),
  }
}
