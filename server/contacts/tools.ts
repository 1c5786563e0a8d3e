// The door of contacts for AI agents.
import { z } from 'zod'
import { SearchText } from '../lib/shapes.ts'
import { tool } from '../mcp/tool.ts'
import { sourcesOfTags } from '../tags/history.ts'
import { idsOfNamed } from '../tags/resolving.ts'
import { NamedTags, TagSource } from '../tags/schema.ts'
import { getContact, listContacts } from './contacts.ts'
import { Contact } from './schema.ts'

const { id, phone, display_name, username, first_seen_at, last_seen_at } = Contact.shape
const CarriedTag = z.object({ name: z.string(), source: TagSource })

export const contactTools = [
  tool({
    name: 'search_contacts',
    title: 'Search contacts',
    description:
      'Contacts that match all that is given, most recently seen first, with their tags and how each was put on. Without anything given: all contacts.',
    scope: 'contacts:read',
    writes: false,
    input: z.strictObject({
      search: SearchText.optional().describe('Any part of phone, name or username, ignoring case and accents.'),
      any_tags: NamedTags.describe('Carries at least one of these tags, by id or by name.'),
      all_tags: NamedTags.describe('Carries every one of them.'),
      no_tags: NamedTags.describe('Carries none of them.'),
      limit: z.int().min(1).max(50).default(20),
      cursor: z.string().max(4000).optional().describe('next_cursor of the page before, with the same filters.'),
    }),
    output: z.object({
      contacts: z.array(z.object({ id, phone, display_name, username, last_seen_at, tags: z.array(CarriedTag) })),
      next_cursor: z.string().nullable(),
    }),
    async run({ search, any_tags, all_tags, no_tags, ...page }, { db, actor }) {
      const tags = await idsOfNamed(db, actor.org_id, { any_tags, all_tags, no_tags })
      const { contacts, next_cursor } = await listContacts(
        db,
        actor,
        { search, ...tags },
        { sort: 'last_seen', ...page },
      )
      const sources = await sourcesOfTags(
        db,
        actor,
        contacts.map((contact) => contact.id),
      )
      return { contacts: contacts.map((contact) => ({ ...contact, tags: sources.get(contact.id) ?? [] })), next_cursor }
    },
  }),

  tool({
    name: 'get_contact',
    title: 'Get a contact',
    description:
      'One contact with its tags: how, when and by whom each was put on. Deleted tags cannot be put on or taken off any more.',
    scope: 'contacts:read',
    writes: false,
    input: z.strictObject({ contact_id: id }),
    output: z.object({
      id,
      phone,
      display_name,
      username,
      first_seen_at,
      last_seen_at,
      tags: z.array(
        CarriedTag.extend({
          added_at: first_seen_at,
          by: z.string().describe('The person, key or AI.'),
          removable: z.boolean().describe('Whether you may take it off.'),
        }),
      ),
      deleted_tags: z.array(z.string()),
    }),
    async run({ contact_id }, { db, actor }) {
      const { active_tags, historical_tags, ...contact } = await getContact(db, actor, contact_id)
      return {
        ...contact,
        tags: active_tags.map(({ tag, actor: by, ...carried }) => ({ ...carried, name: tag.name, by: by.name })),
        deleted_tags: historical_tags.map(({ tag }) => tag.name),
      }
    },
  }),
]
