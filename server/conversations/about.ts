// What is said about a message by others: changes, deletions, reactions. It shows on that message, and not by itself.
import { sql, type RawBuilder } from 'kysely'

type Named = 'm' | 'r'

/** Types of messages in which nobody says anything by themselves: what is about another one, and WhatsApp's notices. */
export const SAY_NOTHING = ['reaction', 'edit', 'revoke', 'system'] as const

/** Somebody says something in a message, by the name of its type. */
export const says = (type: 'm.type' | 'q.type' | 'u.type' | 'type' = 'm.type'): RawBuilder<boolean> =>
  sql`${sql.ref(type)} not in (${sql.join(SAY_NOTHING.map((each) => sql.lit(each)))})`

/** Those of messages m that are shown by themselves: what is about another one shows on that, as long as it is known. */
export const stands: RawBuilder<unknown> = sql`(m.target is null or m.type not in ('reaction', 'edit', 'revoke') or not exists (
  select from messages t where t.org_id = m.org_id and t.channel_id = m.channel_id and t.wa_message_id = m.target))`

/** The messages a of a type that are about a message. */
export const about = (type: 'reaction' | 'edit' | 'revoke', of: Named = 'm'): RawBuilder<unknown> =>
  sql`from messages a where a.org_id = ${sql.ref(`${of}.org_id`)} and a.channel_id = ${sql.ref(`${of}.channel_id`)} and a.target = ${sql.ref(`${of}.wa_message_id`)} and a.type = ${type}`

/** It was deleted for everyone. */
export const isRevoked = (of: Named = 'm'): RawBuilder<unknown> => sql`exists (select ${about('revoke', of)})`

/** What it says now. */
export const textNow = (of: Named = 'm'): RawBuilder<unknown> =>
  sql`coalesce((select a.text ${about('edit', of)} order by a.sent_at desc, a.id desc limit 1), ${sql.ref(`${of}.text`)})`

/** The first of the messages a that are about the same as a message m, or about m itself, and meet a condition. */
const firstAbout = (target: 'target' | 'wa_message_id', condition: RawBuilder<unknown>) => sql`(
  select a.id from messages a where a.org_id = m.org_id and a.channel_id = m.channel_id and a.target = ${sql.ref(`m.${target}`)} and ${condition} limit 1)`

/**
 * What a message m says is there to be read: it was neither deleted nor changed, and is no change or reaction that a later
 * one replaced. Looked up for one message after another: of an `exists` the planner may read all messages first.
 */
export const isThere: RawBuilder<unknown> = sql`case
  when m.type in ('reaction', 'edit') and (
    select t.id from messages t where t.org_id = m.org_id and t.channel_id = m.channel_id and t.wa_message_id = m.target limit 1) is not null
  then ${firstAbout(
    'target',
    sql`case when m.type = 'edit' and a.type = 'revoke' then true
      else a.type = m.type and (a.type = 'edit' or a.direction = m.direction) and (a.sent_at, a.id) > (m.sent_at, m.id) end`,
  )} is null
  else ${firstAbout('wa_message_id', sql`(a.type = 'revoke' or (a.type = 'edit' and a.text is not null))`)} is null end`

/** The beginning of it, for a line in a list or above an answer: nothing of what was deleted. */
export const lineNow = (letters: number, of: Named = 'm'): RawBuilder<unknown> =>
  sql`case when not ${isRevoked(of)} then left(${textNow(of)}, ${letters}) end`
