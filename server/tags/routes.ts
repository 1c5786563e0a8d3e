// The door of the tag catalog and of tags on contacts.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { startMerge } from '../operations/starting.ts'
import * as schema from './schema.ts'
import { listTagChanges } from './history.ts'
import { deleteTags, restoreTag, restoreTags } from './deleting.ts'
import { resolveTags } from './resolving.ts'
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
      const { added, removed } = await changeTags(tx, actor, [params.id], body)
      const chips = await chipsById(tx, actor.org_id)
      const chosen = (ids: string[]) => ids.flatMap((id) => chips.get(id) ?? [])
      const asked = await resolveTags(tx, actor.org_id, [...body.add, ...body.remove])
      const named = new Set([...asked.values()].map((tag) => tag.id))
      const changed = new Set([...added, ...removed].map((done) => done.tag_id))
      return answer(200, {
        added: chosen(added.map((done) => done.tag_id)),
        removed: chosen(removed.map((done) => done.tag_id)),
        unchanged: chosen([...named].filter((id) => !changed.has(id))),
      })
    }),
  ),

  bind(schema.listTagChanges, async ({ params, query }, { db, actor }) =>
    answer(200, await listTagChanges(db, actor, params.id, query)),
  ),
]
