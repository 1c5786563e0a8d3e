// Colleagues on the phone: whether one writes to the customer of a conversation, whose answer is then for people.
import { sql, type RawBuilder } from 'kysely'

/**
 * A colleague wrote from the phone in a conversation c, or to its contact by its number within a day before: then the
 * customer answers them. Each is looked up by an index of its own, whatever the number of conversations.
 */
export const colleagueWrote: RawBuilder<boolean> = sql`(
  (select e.id from messages e where e.org_id = c.org_id and e.conversation_id = c.id and e.origin = 'echo' limit 1) is not null
  or (select e.id from messages e where e.org_id = c.org_id and e.contact_id = c.contact_id and e.channel_id = c.channel_id
    and e.sent_at > c.opened_at - interval '24 hours' and e.sent_at <= c.opened_at and e.origin = 'echo' and e.group_id is null limit 1) is not null)`
