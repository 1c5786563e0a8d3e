// The tabs that people have open, as these tell it: each is a row that has to be told again, or it counts as gone.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { conversationMissing } from '../conversations/missing.ts'
import type { Db, Tx } from '../lib/db.ts'
import type { TabReport } from './schema.ts'

/** Tabs say every 25 seconds that they are there; out of sight browsers let them do so once a minute. */
const LAPSE_SECONDS = 75
/** A tab that writes says so every 5 seconds. */
const WRITING_SECONDS = 8
/** Of one person; more are somebody's script. The oldest give way. */
const MOST_TABS = 30

/** Of a row `p` of presences. */
export const STILL_THERE = sql`p.seen_at > now() - make_interval(secs => ${LAPSE_SECONDS})`

/** Notes what a tab shows, in the place of what it showed before. Refuses a conversation that is not there. */
export async function reportTab(
  tx: Tx,
  actor: Actor,
  tabId: string,
  { conversation_id, writing }: TabReport,
): Promise<void> {
  if (conversation_id !== null) {
    const { rows } =
      await sql`select from conversations where org_id = ${actor.org_id} and id = ${conversation_id}`.execute(tx)
    if (rows.length === 0) throw await conversationMissing(tx, actor.org_id, conversation_id)
  }
  const { rows } = await sql<{ is_new: boolean }>`
    insert into presences (org_id, user_id, tab_id, conversation_id, writing_until)
    values (${actor.org_id}, ${actor.id}, ${tabId}, ${conversation_id},
      case when ${writing && conversation_id !== null} then now() + make_interval(secs => ${WRITING_SECONDS}) end)
    on conflict (org_id, user_id, tab_id) do update set conversation_id = excluded.conversation_id,
      writing_until = excluded.writing_until, seen_at = now()
    returning xmax = 0 as is_new`.execute(tx)
  if (!rows[0]!.is_new) return
  await sql`
    delete from presences where org_id = ${actor.org_id} and user_id = ${actor.id} and tab_id in (
      select tab_id from presences where org_id = ${actor.org_id} and user_id = ${actor.id}
      order by seen_at desc, tab_id offset ${MOST_TABS})`.execute(tx)
}

/** The tab is there no more; one that is not known is none either. */
export async function closeTab(tx: Tx, actor: Actor, tabId: string): Promise<void> {
  await sql`delete from presences where org_id = ${actor.org_id} and user_id = ${actor.id} and tab_id = ${tabId}`.execute(
    tx,
  )
}

/** Removes the rows of tabs that have said nothing for long. */
export async function forgetTabs(db: Db): Promise<void> {
  await sql`delete from presences p where not (${STILL_THERE})`.execute(db)
}
