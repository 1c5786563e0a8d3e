// The door of the tag catalog and of tags on contacts.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { startMerge } from '../operations/starting.ts'
import type { TagChip } from './schema.ts'
import * as schema from './schema.ts'
import { listTagsAsOf as tagsAsOf } from './as-of-schema.ts'
import { listTagChanges, listTagsAsOf } from './history.ts'
import { deleteTags, restoreTag, restoreTags } from './deleting.ts'
import { restoreTags as restoreMany } from './restoring-schema.ts'
import { changeTagsOfMany } from './many-schema.ts'
import { changeNamedTags } from './naming.ts'
import { createTag, getTag, listTags, updateTag } from './tags.ts'

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

  bind(restoreMany, ({ body }, { actor, write }) =>
    write(async (tx) => answer(200, await restoreTags(tx, actor, body.ids))),
  ),

  bind(schema.changeContactTags, ({ params, body }, { actor, write }) =>
    write(async (tx) => {
      const { changed, asked } = await changeNamedTags(tx, actor, [params.id], body)
      const { added = [], removed = [], suggested = [] } = changed[0] ?? {}
      const unchanged = asked.filter((tag) => ![...added, ...removed, ...suggested].includes(tag))
      return answer(200, { added, removed, suggested, unchanged })
    }),
  ),

  bind(changeTagsOfMany, ({ body: { contact_ids, ...body } }, { actor, write }) =>
    write(async (tx) => {
      const { changed, unchanged, asked } = await changeNamedTags(tx, actor, contact_ids, body)
      const ids = (tags: readonly TagChip[]) => tags.map((tag) => tag.id)
      return answer(200, {
        changed: changed.map(({ contact_id, added, removed, suggested }) => ({
          contact_id,
          added: ids(added),
          removed: ids(removed),
          suggested: ids(suggested),
        })),
        unchanged,
        tags: asked,
      })
    }),
  ),

  bind(tagsAsOf, async ({ params, query }, { db, actor }) =>
    answer(200, await listTagsAsOf(db, actor, params.id, query.as_of)),
  ),

  bind(schema.listTagChanges, async ({ params, query }, { db, actor }) =>
    answer(200, await listTagChanges(db, actor, params.id, query)),
  ),
]
