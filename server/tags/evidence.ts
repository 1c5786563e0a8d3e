// How a message that an AI went by is read: as it stands now, after edits, and not at all once it was taken back.
import { sql, type RawBuilder } from 'kysely'

/** No AI reads more of a message, and so none of what it went by is left out. */
export const MOST_QUOTED = 1500

const about = (type: 'edit' | 'revoke') =>
  sql`from messages e where e.org_id = m.org_id and e.channel_id = m.channel_id and e.target = m.wa_message_id and e.type = ${sql.lit(type)}`

/** The text of a message `m`, as its customer left it. */
export const textNow: RawBuilder<string | null> =
  sql`coalesce((select e.text ${about('edit')} order by e.sent_at desc, e.id desc limit 1), m.text)`

/** Whether a message `m` is still there for others. */
export const notTakenBack: RawBuilder<boolean> = sql`not exists (select ${about('revoke')})`
