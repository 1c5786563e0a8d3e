// Shapes and routes of the tag catalog and of tags on contacts.
import { z } from 'zod'
import { characterCount } from '../lib/fold.ts'
import { route } from '../lib/route.ts'
import { Id, Instant, problems } from '../lib/shapes.ts'

/** The preset colours of a tag; null is the default colour. */
export const TAG_COLORS = [
  'red',
  'rose',
  'pink',
  'fuchsia',
  'purple',
  'violet',
  'indigo',
  'blue',
  'sky',
  'cyan',
  'teal',
  'emerald',
  'green',
  'lime',
  'olive',
  'yellow',
  'amber',
  'orange',
  'brown',
  'slate',
] as const
export const TagColor = z.enum(TAG_COLORS)
export type TagColor = z.output<typeof TagColor>

export const TAG_NAME_MAX = 50
export const TAG_DESCRIPTION_MAX = 500

/** Where a tag on a contact came from; there are exactly these five. */
export const TagSource = z
  .enum(['manual_admin', 'manual_agent', 'api', 'ai_tool', 'ai_auto_close'])
  .meta({ id: 'TagSource' })
export type TagSource = z.output<typeof TagSource>

const characters = (max: number) => (text: string) => characterCount(text) <= max

const TagName = z
  .string()
  .transform((name) => name.normalize('NFC').replace(/\s+/gu, ' ').trim())
  .pipe(
    z
      .string()
      .min(1, 'Give the tag a name.')
      // More code units than 50 grapheme clusters ever need in practice; keeps stacked marks within bounds.
      .max(500, `Use at most ${TAG_NAME_MAX} characters.`)
      .refine(characters(TAG_NAME_MAX), `Use at most ${TAG_NAME_MAX} characters.`)
      .refine((name) => !/\p{Cc}/u.test(name), 'Leave out control characters.')
      .refine((name) => /[^\p{Z}\p{C}\p{M}]/u.test(name), 'Use at least one visible character.'),
  )
const TagDescription = z
  .string()
  .trim()
  .max(5000, `Use at most ${TAG_DESCRIPTION_MAX} characters.`)
  .refine(characters(TAG_DESCRIPTION_MAX), `Use at most ${TAG_DESCRIPTION_MAX} characters.`)
  .refine((text) => !text.includes('\0'), 'Leave out control characters.')

export const CreateTag = z
  .object({
    name: TagName,
    description: TagDescription.default(''),
    color: TagColor.nullable().default(null).describe('One of the presets, or null for the default colour.'),
  })
  .meta({ id: 'CreateTag' })

export const Tag = z
  .object({
    id: Id,
    name: z.string(),
    description: z.string(),
    color: TagColor.nullable(),
    created_at: Instant,
    updated_at: Instant,
    deleted_at: Instant.nullable(),
    contact_count: z.int().describe('How many contacts carry it.'),
  })
  .meta({ id: 'Tag' })
export type Tag = z.output<typeof Tag>

export const UpdateTag = z
  .object({ name: TagName.optional(), description: TagDescription.optional(), color: TagColor.nullable().optional() })
  .refine(
    (changes) => Object.values(changes).some((value) => value !== undefined),
    'Say what to change: name, description or color.',
  )
  .meta({ id: 'UpdateTag' })

export const RestoreTag = z
  .object({ new_name: TagName.optional().describe('When an active tag has taken the name meanwhile.') })
  .meta({ id: 'RestoreTag' })

/** A tag as a chip needs it. */
export const TagChip = z
  .object({ id: Id, name: z.string(), color: TagColor.nullable(), deleted: z.boolean() })
  .meta({ id: 'TagChip' })
export type TagChip = z.output<typeof TagChip>

export const ActorShape = z.object({ kind: z.string(), id: z.string(), name: z.string() }).meta({ id: 'Actor' })

/** Why a tag was put on or taken off, beyond who did it: an operation, an import, an AI's reason and evidence. */
export const Why = z.record(z.string(), z.unknown())
export type Why = z.output<typeof Why>

/** A tag on a contact, with where it came from. */
export const Assignment = z
  .object({
    tag: TagChip,
    source: TagSource,
    added_at: Instant,
    actor: ActorShape,
    why: Why.nullable(),
    removable: z.boolean().describe('Whether the caller may take it off.'),
  })
  .meta({ id: 'Assignment' })
export type Assignment = z.output<typeof Assignment>

export const TagChange = z
  .object({
    at: Instant,
    change: z.enum(['added', 'removed']),
    tag: TagChip,
    source: TagSource,
    actor: ActorShape,
    why: Why.nullable(),
  })
  .meta({ id: 'TagChange' })
export type TagChange = z.output<typeof TagChange>

export const ChangeTags = z
  .object({ add: z.array(Id).max(100).default([]), remove: z.array(Id).max(100).default([]) })
  .refine((c) => c.add.length + c.remove.length > 0, 'Name at least one tag to add or to remove.')
  .refine((c) => !c.add.some((id) => c.remove.includes(id)), 'A tag can be added or removed, not both.')
  .meta({ id: 'ChangeTags' })

export const ChangeTagsResult = z
  .object({ added: z.array(TagChip), removed: z.array(TagChip), unchanged: z.array(TagChip) })
  .meta({ id: 'ChangeTagsResult' })

export const listTags = route({
  method: 'get',
  path: '/v1/tags',
  operationId: 'listTags',
  summary: 'The catalog by name: the tags that can be put on a contact, the deleted ones, or all',
  permission: 'tags:read',
  query: z.object({ status: z.enum(['active', 'deleted', 'all']).default('active') }),
  responses: {
    200: { description: 'All of them.', schema: z.object({ tags: z.array(Tag) }).meta({ id: 'TagList' }) },
    ...problems,
  },
})

export const createTag = route({
  method: 'post',
  path: '/v1/tags',
  operationId: 'createTag',
  summary: 'Create a tag',
  permission: 'tags:write',
  body: CreateTag,
  responses: { 201: { description: 'Tag created.', schema: Tag }, ...problems },
})

export const updateTag = route({
  method: 'patch',
  path: '/v1/tags/{id}',
  operationId: 'updateTag',
  summary: 'Rename a tag, or change its description or color; it shows on every contact at once',
  permission: 'tags:write',
  params: z.object({ id: Id }),
  body: UpdateTag,
  responses: { 200: { description: 'Tag updated.', schema: Tag }, ...problems },
})

export const deleteTags = route({
  method: 'post',
  path: '/v1/tags/delete',
  operationId: 'deleteTags',
  summary:
    'Delete tags from the catalog, all or none; contacts that carry them are unaffected and they can be restored',
  permission: 'tags:write',
  body: z.object({ ids: z.array(Id).min(1, 'Name at least one tag.').max(1000) }),
  responses: {
    200: {
      description: 'What was deleted; tags deleted before are not counted.',
      schema: z.object({ deleted: z.array(Id) }).meta({ id: 'TagsDeleted' }),
    },
    ...problems,
  },
})

export const restoreTag = route({
  method: 'post',
  path: '/v1/tags/{id}/restore',
  operationId: 'restoreTag',
  summary: 'Restore a deleted tag; its assignments count again',
  permission: 'tags:write',
  params: z.object({ id: Id }),
  body: RestoreTag,
  responses: { 200: { description: 'Tag restored.', schema: Tag }, ...problems },
})

export const changeContactTags = route({
  method: 'post',
  path: '/v1/contacts/{id}/tags',
  operationId: 'changeContactTags',
  summary: 'Put tags on a contact and take tags off',
  permission: 'contacts:tag',
  params: z.object({ id: Id }),
  body: ChangeTags,
  responses: { 200: { description: 'What changed and what was so already.', schema: ChangeTagsResult }, ...problems },
})

export const listTagChanges = route({
  method: 'get',
  path: '/v1/contacts/{id}/tag-history',
  operationId: 'listTagChanges',
  summary: 'Every change of tags on a contact, newest first',
  permission: 'contacts:read',
  params: z.object({ id: Id }),
  responses: {
    200: { description: 'The changes.', schema: z.object({ changes: z.array(TagChange) }).meta({ id: 'TagHistory' }) },
    ...problems,
  },
})
