// The shape and route of tags on many contacts in one call.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, problems, refusal } from '../lib/shapes.ts'
import { EvidenceId } from './evidence-schema.ts'
import { ANY_TAG, NamedTags, NOT_BOTH, TagChip } from './schema.ts'

/** Contacts in one call; for more there are operations. */
const MOST_TAGGED = 1000

const ChangeTagsOfMany = z
  .object({
    contact_ids: z
      .array(Id)
      .min(1, refusal('contacts_unnamed', 'Choose at least one contact.'))
      .max(
        MOST_TAGGED,
        refusal('too_many_tagged', `Name at most ${MOST_TAGGED} contacts in a call, or start an operation.`, {
          max: MOST_TAGGED,
        }),
      ),
    add: NamedTags,
    remove: NamedTags,
    evidence: EvidenceId,
  })
  .refine((c) => c.add.length + c.remove.length > 0, ANY_TAG)
  .refine((c) => !c.add.some((tag) => c.remove.includes(tag)), NOT_BOTH)
  .meta({
    id: 'ChangeTagsOfMany',
    examples: [{ contact_ids: ['01969d2f-7c3e-7000-8000-3f1c5f0a8d44'], add: ['VIP'], remove: ['Prospect'] }],
  })

export const changeTagsOfMany = route({
  method: 'post',
  path: '/v1/contacts/tags',
  operationId: 'changeTagsOfMany',
  summary: 'Put tags on up to 1,000 contacts and take tags off: on all of them, or, when one is refused, on none',
  permission: 'contacts:bulk',
  scope: 'contacts:write',
  body: ChangeTagsOfMany,
  responses: {
    200: {
      description: 'What changed. Contacts on which it was so already are not listed.',
      schema: z
        .object({
          changed: z.array(
            z.object({
              contact_id: Id,
              added: z.array(Id),
              removed: z.array(Id),
              suggested: z.array(Id).describe('What AIs may only suggest: each waits for a person’s decision.'),
            }),
          ),
          unchanged: z.int().describe('Contacts on which all of it was so already.'),
          tags: z.array(TagChip).describe('The tags that are spoken of.'),
        })
        .meta({ id: 'ChangedTagsOfMany' }),
    },
    ...problems,
  },
})
