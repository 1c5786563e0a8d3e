// What is said about a message by others: changes, deletions, reactions. It shows on that message, and not by itself.
import { sql, type RawBuilder } from 'kysely'

type Named = 'm' | 'r'

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

/** The beginning of it, for a line in a list or above an answer: nothing of what was deleted. */
export const lineNow = (letters: number, of: Named = 'm'): RawBuilder<unknown> =>
  sql`case when not ${isRevoked(of)} then left(${textNow(of)}, ${letters}) end`
