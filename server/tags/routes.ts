// The door of the tag catalog and of tags on contacts.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import * as schema from './schema.ts'
import { tagChangesOf } from './history.ts'
import { changeTags } from './tagging.ts'
import { chipsById, createTag, deleteTags, listTags, restoreTag, updateTag } from './tags.ts'

export const tagRoutes = [
  bind(schema.listTags, async ({ query }, { db, actor }) =>
    answer(200, { tags: await listTags(db, actor, query.status) }),
  ),

  bind(schema.createTag, async ({ body }, { db, actor }) =>
    answer(201, await db.transaction().execute((tx) => createTag(tx, actor, body))),
  ),

  bind(schema.updateTag, async ({ params, body }, { db, actor }) =>
    answer(200, await db.transaction().execute((tx) => updateTag(tx, actor, params.id, body))),
  ),

  bind(schema.deleteTags, async ({ body }, { db, actor }) =>
    answer(200, { deleted: await db.transaction().execute((tx) => deleteTags(tx, actor, body.ids)) }),
  ),

  bind(schema.restoreTag, async ({ params, body }, { db, actor }) =>
    answer(200, await db.transaction().execute((tx) => restoreTag(tx, actor, params.id, body))),
  ),

  bind(schema.changeContactTags, async ({ params, body }, { db, actor }) =>
    db.transaction().execute(async (tx) => {
      const { added, removed } = await changeTags(tx, actor, [params.id], body)
      const chips = await chipsById(tx, actor.org_id)
      const chosen = (ids: string[]) => ids.flatMap((id) => chips.get(id) ?? [])
      const changed = new Set([...added, ...removed].map((done) => done.tag_id))
      return answer(200, {
        added: chosen(added.map((done) => done.tag_id)),
        removed: chosen(removed.map((done) => done.tag_id)),
        unchanged: chosen([...body.add, ...body.remove].filter((id) => !changed.has(id))),
      })
    }),
  ),

  bind(schema.listTagChanges, async ({ params }, { db, actor }) =>
    answer(200, { changes: await tagChangesOf(db, actor, params.id) }),
  ),
]
