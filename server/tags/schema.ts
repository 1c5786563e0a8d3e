// Shapes and routes of the tag catalog and of tags on contacts.
import { z } from 'zod'
import { characterCount } from '../lib/fold.ts'
import { route } from '../lib/route.ts'
import { Evidence, EvidenceId } from './evidence-schema.ts'
import { atMost, Id, Instant, pageLimit, problems, refusal, writtenText } from '../lib/shapes.ts'

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

/** Code points to a character on the average, of a text as long as may be: a family is seven. The tables and the index of names hold no more. */
const PARTS = 10
const TOO_INTRICATE = refusal(
  'too_intricate',
  'Some characters are put together of too many parts, such as accents upon accents. Use simpler ones.',
)
/** Of an endless text only as much is counted as could be right: a code point is at most two units. */
const characters = (max: number) => (text: string) => characterCount(text.slice(0, max * PARTS * 2)) <= max
const parts = (max: number) => (text: string) => Array.from(text).length <= max * PARTS

const CONTROLS = refusal('control_characters', 'Leave out control characters.')

const TagName = z
  .string()
  .transform((name) => name.normalize('NFC').replace(/\s+/gu, ' ').trim())
  .pipe(
    z
      .string()
      .min(1, refusal('tag_name_missing', 'Give the tag a name.'))
      .refine(characters(TAG_NAME_MAX), atMost(TAG_NAME_MAX))
      .refine(parts(TAG_NAME_MAX), TOO_INTRICATE)
      .refine((name) => !/\p{Cc}/u.test(name), CONTROLS)
      .refine(
        (name) => /[^\p{Z}\p{C}\p{M}]/u.test(name),
        refusal('no_visible_character', 'Use at least one visible character.'),
      ),
  )
  .meta({ description: `At most ${TAG_NAME_MAX} characters. No other active tag may bear it.`, examples: ['VIP'] })
const TagDescription = z
  .string()
  .trim()
  .refine(characters(TAG_DESCRIPTION_MAX), atMost(TAG_DESCRIPTION_MAX))
  .refine(parts(TAG_DESCRIPTION_MAX), TOO_INTRICATE)
  .refine((text) => !text.includes('\0'), CONTROLS)

export const CreateTag = z
  .object({
    name: TagName,
    description: TagDescription.default(''),
    color: TagColor.nullable().default(null).describe('One of the presets, or null for the default colour.'),
    if_deleted: z
      .enum(['create', 'refuse'])
      .optional()
      .describe(
        'When a deleted tag bears the name: create another (the default), or refuse (`name_deleted`) so that somebody may decide to restore that one.',
      ),
  })
  .meta({ id: 'CreateTag' })

/** A tag as a chip needs it. */
export const TagChip = z
  .object({ id: Id, name: z.string(), color: TagColor.nullable(), deleted: z.boolean() })
  .meta({ id: 'TagChip' })
export type TagChip = z.output<typeof TagChip>

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
    merged_into: TagChip.nullable().describe('The tag that took its assignments, and to which its name and id lead.'),
  })
  .meta({ id: 'Tag' })
export type Tag = z.output<typeof Tag>

export const CreatedTag = z
  .object({
    ...Tag.shape,
    deleted_namesake: Tag.nullable().describe('The tag last deleted under the same name, which could be restored.'),
  })
  .meta({ id: 'CreatedTag' })

/** What can be changed of a tag. */
export const TAG_FIELDS = ['name', 'description', 'color'] as const
export type TagField = (typeof TAG_FIELDS)[number]

export const UpdateTag = z
  .object({
    name: TagName.optional(),
    description: TagDescription.optional(),
    color: TagColor.nullable().optional(),
    expected: z
      .object({ name: z.string(), description: z.string(), color: TagColor.nullable() })
      .partial()
      .optional()
      .describe(
        'What the fields held when the caller looked. One that somebody changed meanwhile is not overwritten (`changed_meanwhile`).',
      ),
  })
  .refine(
    (changes) => TAG_FIELDS.some((field) => changes[field] !== undefined),
    refusal('no_change', 'Say what to change: name, description or color.'),
  )
  .meta({ id: 'UpdateTag' })

export const RestoreTag = z
  .object({
    new_name: TagName.optional().describe('When an active tag has taken the name meanwhile.'),
    merge_into: Id.optional().describe('Instead of restoring: merge it into this tag, which gets its assignments.'),
  })
  .refine(
    (c) => c.new_name === undefined || c.merge_into === undefined,
    refusal('restore_or_merge', 'Either restore it under a new name, or merge it.'),
  )
  .meta({ id: 'RestoreTag' })

export const ActorShape = z.object({ kind: z.string(), id: z.string(), name: z.string() }).meta({ id: 'Actor' })

/** Why a tag was put on or taken off, beyond who did it: an operation, an import, an AI's reason and evidence. */
export const Why = z
  .record(z.string(), z.unknown())
  .describe('`words` is an AI’s reason, as in a suggestion’s `reason`, and `engine` which AI it was.')
export type Why = z.output<typeof Why>

/** A tag on a contact, with where it came from. */
export const Assignment = z
  .object({
    tag: TagChip,
    source: TagSource,
    added_at: Instant,
    actor: ActorShape,
    why: Why.nullable(),
    evidence: Evidence.nullable(),
    removable: z.boolean().describe('Whether the caller may take it off.'),
  })
  .meta({ id: 'Assignment' })
export type Assignment = z.output<typeof Assignment>

export const TagChange = z
  .object({
    id: z.string(),
    at: Instant,
    change: z.enum(['added', 'removed']),
    tag: TagChip,
    source: TagSource,
    actor: ActorShape,
    why: Why.nullable(),
  })
  .meta({ id: 'TagChange' })
export type TagChange = z.output<typeof TagChange>

export const ANY_TAG = refusal('no_tag', 'Name at least one tag to add or to remove.')
export const NOT_BOTH = refusal('tag_both', 'A tag can be added or removed, not both.')

/** By its id, or by its name without regard to case and spacing. */
const NamedTag = writtenText().trim().min(1, refusal('no_tag_named', 'Name at least one tag.')).max(1000, atMost(1000))
export const NamedTags = z.array(NamedTag).max(100).default([]).describe('Tags of the catalog, by id or by name.')

export const ChangeTags = z
  .object({ add: NamedTags, remove: NamedTags, evidence: EvidenceId })
  .refine((c) => c.add.length + c.remove.length > 0, ANY_TAG)
  .refine((c) => !c.add.some((tag) => c.remove.includes(tag)), NOT_BOTH)
  .meta({ id: 'ChangeTags', examples: [{ add: ['VIP'], remove: ['Prospect'] }] })

export const ChangeTagsResult = z
  .object({
    added: z.array(TagChip),
    removed: z.array(TagChip),
    suggested: z
      .array(TagChip)
      .describe('Of what an AI added, the tags that AIs may only suggest: each waits for a person’s decision.'),
    unchanged: z.array(TagChip).describe('So already, or suggested already.'),
  })
  .meta({ id: 'ChangeTagsResult' })

export const TagIds = z.object({ ids: z.array(Id).min(1, refusal('no_tag_named', 'Name at least one tag.')).max(5000) })

export const listTags = route({
  method: 'get',
  path: '/v1/tags',
  operationId: 'listTags',
  summary: 'The catalog by name: the tags that can be put on a contact, the deleted ones, or all',
  permission: 'tags:read',
  scope: 'tags:read',
  query: z.object({
    status: z
      .enum(['active', 'deleted', 'all'])
      .default('active')
      .describe('Which tags: deleted ones can be restored.'),
  }),
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
  scope: 'tags:write',
  body: CreateTag,
  responses: { 201: { description: 'Tag created.', schema: CreatedTag }, ...problems },
})

export const updateTag = route({
  method: 'patch',
  path: '/v1/tags/{id}',
  operationId: 'updateTag',
  summary: 'Rename a tag, or change its description or color; it shows on every contact at once',
  permission: 'tags:write',
  scope: 'tags:write',
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
  scope: 'tags:write',
  body: TagIds,
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
  scope: 'tags:write',
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
  scope: 'contacts:write',
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
  scope: 'contacts:read',
  params: z.object({ id: Id }),
  query: z.object({
    limit: pageLimit({ most: 200, usual: 50 }),
    cursor: z.string().max(100).optional().describe('next_cursor of the page before.'),
  }),
  responses: {
    200: {
      description: 'A page.',
      schema: z.object({ changes: z.array(TagChange), next_cursor: z.string().nullable() }).meta({ id: 'TagHistory' }),
    },
    ...problems,
  },
})
