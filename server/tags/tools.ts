// The door of tags for AI agents.
import { z } from 'zod'
import { foldForSearch } from '../lib/fold.ts'
import { Id, Instant, refusal, SearchText } from '../lib/shapes.ts'
import { tool } from '../mcp/tool.ts'
import { aiModesOf } from './ai-modes.ts'
import { listTagChanges } from './history.ts'
import { changeNamedTags } from './naming.ts'
import { ChangeTags, Tag, TagChange, TagSource, type TagChip } from './schema.ts'
import { listTags } from './tags.ts'

/** Contacts in one call of a tool. */
const MOST_TAGGED = 100

const names = (tags: readonly TagChip[]) => tags.map((tag) => tag.name)

export const tagTools = [
  tool({
    name: 'list_tags',
    title: 'List tags',
    description:
      'The tags of the catalog by name, with what each means, how many contacts carry it, and what AIs may do with it. Nothing else can be put on a contact.',
    scope: 'tags:read',
    writes: false,
    input: z.strictObject({
      search: SearchText.default('').describe('Part of a name or description. Left out: all tags.'),
      limit: z.int().min(1).max(500).default(200),
    }),
    output: z.object({
      tags: z.array(
        Tag.pick({ id: true, name: true, description: true, contact_count: true }).extend({
          for_ai: z
            .enum(['apply', 'suggest', 'off'])
            .describe('apply: an AI puts it on; suggest: a person decides each time; off: not to be used by an AI.'),
        }),
      ),
      more: z.int().describe('Tags beyond the limit: search for a part of the name.'),
    }),
    async run({ search, limit }, { db, actor }) {
      const wanted = foldForSearch(search)
      const found = (await listTags(db, actor)).filter(({ name, description }) =>
        foldForSearch(`${name}\n${description}`).includes(wanted),
      )
      const shown = found.slice(0, limit)
      const modes = await aiModesOf(
        db,
        actor.org_id,
        shown.map(({ id }) => id),
      )
      return {
        tags: shown.map((tag) => ({ ...tag, for_ai: modes.get(tag.id)?.ai_mode ?? 'off' })),
        more: found.length - shown.length,
      }
    },
  }),

  tool({
    name: 'tag_contacts',
    title: 'Tag contacts',
    description:
      'Puts tags on contacts and takes tags off: on all of them, or, when one is refused, on none. A tag that AIs may only suggest is suggested instead, and a person decides. Repeating it changes nothing. With dry_run nothing is changed, and the answer says what would be.',
    scope: 'contacts:write',
    writes: true,
    input: ChangeTags.safeExtend({
      contact_ids: z
        .array(Id)
        .min(1, refusal('contacts_unnamed', 'Choose at least one contact.'))
        .max(
          MOST_TAGGED,
          refusal('too_many_for_tool', `Name at most ${MOST_TAGGED} contacts in a call.`, { max: MOST_TAGGED }),
        )
        .describe('As search_contacts answers them.'),
      dry_run: z.boolean().default(false).describe('Only say what would change.'),
    }).strict(),
    output: z.object({
      dry_run: z.boolean(),
      changed: z
        .array(
          z.object({
            contact_id: Id,
            added: z.array(z.string()),
            removed: z.array(z.string()),
            suggested: z.array(z.string()).describe('Not on: they wait for a person’s decision.'),
          }),
        )
        .describe('Tags by name.'),
      unchanged: z.int().describe('Contacts on which all of it was so, or suggested, already.'),
    }),
    async run({ contact_ids, dry_run, ...named }, { actor, write, rehearse }) {
      const { changed, unchanged } = await (dry_run ? rehearse : write)((tx) =>
        changeNamedTags(tx, actor, contact_ids, named),
      )
      return {
        dry_run,
        changed: changed.map(({ contact_id, added, removed, suggested }) => ({
          contact_id,
          added: names(added),
          removed: names(removed),
          suggested: names(suggested),
        })),
        unchanged,
      }
    },
  }),

  tool({
    name: 'contact_history',
    title: 'History of a contact',
    description: 'Every change of tags on a contact, newest first: which tag, by whom, how and when.',
    scope: 'contacts:read',
    writes: false,
    input: z.strictObject({
      contact_id: Id,
      limit: z.int().min(1).max(50).default(20),
      cursor: z.string().max(100).optional().describe('next_cursor of the page before.'),
    }),
    output: z.object({
      changes: z.array(
        z.object({
          at: Instant,
          change: TagChange.shape.change,
          tag: z.string(),
          source: TagSource,
          by: z.string().describe('The person, key or AI.'),
        }),
      ),
      next_cursor: z.string().nullable(),
    }),
    async run({ contact_id, ...page }, { db, actor }) {
      const { changes, next_cursor } = await listTagChanges(db, actor, contact_id, page)
      return {
        changes: changes.map(({ at, change, tag, source, actor: by }) => ({
          at,
          change,
          tag: tag.name,
          source,
          by: by.name,
        })),
        next_cursor,
      }
    },
  }),
]
