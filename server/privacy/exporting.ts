// Everything about one contact as JSON: from one snapshot, written as it is read.
import { Readable } from 'node:stream'
import { sql, type RawBuilder } from 'kysely'
import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { getContact } from '../contacts/contacts.ts'
import { wholeContact } from '../contacts/erasing.ts'
import { copiedText, linesOf, openSnapshot, type Snapshot } from '../lib/copy.ts'

/**
 * The file of one contact as a stream, in the shape of `ContactExport`, with constant memory. An error on the way ends the
 * stream with that error, so that the file is no JSON, never one that seems whole. Refuses a contact that is not there.
 */
export async function exportContact(
  pool: pg.Pool,
  actor: Actor,
  contactId: string,
  { publicUrl }: { publicUrl: string },
): Promise<Readable> {
  const snapshot = await openSnapshot(pool)
  try {
    const { active_tags: _, historical_tags: __, ...contact } = await getContact(snapshot.db, actor, contactId)
    const ids = await wholeContact(snapshot.db, actor.org_id, contactId)
    const head = {
      format: 'earmark-contact',
      version: 1,
      exported_at: new Date().toISOString(),
      contact,
      merged_ids: ids.slice(1),
    }
    const file = Readable.from(pieces(snapshot, head, listsOf(actor.org_id, ids, publicUrl)), {
      objectMode: true,
      highWaterMark: 4,
    })
    file.once('close', () => void snapshot.close())
    return file
  } catch (error) {
    await snapshot.close()
    throw error
  }
}

async function* pieces(
  { db, copy }: Snapshot,
  head: object,
  lists: Record<string, RawBuilder<unknown>>,
): AsyncGenerator<Buffer> {
  yield Buffer.from(JSON.stringify(head, null, 2).slice(0, -2))
  for (const [name, list] of Object.entries(lists)) {
    yield Buffer.from(`,\n  "${name}": [`)
    let between = '\n    '
    for await (const lines of linesOf(copy(sql`select row_to_json(l) from (${list}) l`.compile(db)))) {
      yield Buffer.from(between + lines.map(copiedText).join(',\n    '), 'latin1')
      between = ',\n    '
    }
    yield Buffer.from('\n  ]')
  }
  yield Buffer.from('\n}\n')
}

function listsOf(orgId: string, ids: readonly string[], publicUrl: string): Record<string, RawBuilder<unknown>> {
  const those = sql`any(${ids}::uuid[])`
  return {
    tags: sql`
      select a.id, a.tag_id, t.name as tag, a.added_at, a.added_source, a.added_actor_name, a.added_why, a.removed_at, a.removed_source, a.removed_actor_name, a.removed_why
      from tag_assignments a join tags t on t.org_id = a.org_id and t.id = a.tag_id
      where a.org_id = ${orgId} and a.contact_id = ${those} order by a.id`,
    conversations: sql`
      select c.id, c.channel_id, c.status, c.agent_name, c.opened_at, c.taken_at, c.first_answered_at, c.first_answered_by_name, c.closed_at, k.actor_name as closed_by
      from conversations c left join conversation_closings k on k.org_id = c.org_id and k.conversation_id = c.id
      where c.org_id = ${orgId} and c.contact_id = ${those} order by c.opened_at, c.id`,
    messages: sql`
      select id, conversation_id, channel_id, wa_message_id, direction, origin, type, text, content, reply_to, target, group_id, sent_by_name, sent_at, received_at
      from messages where org_id = ${orgId} and contact_id = ${those} order by sent_at, id`,
    files: sql`
      select f.id, f.message_id, f.mime_type, f.size, f.file_name, f.state, f.error, f.stored_at,
        case when f.state = 'stored' then ${`${publicUrl}/v1/media/`}::text || f.id || '?organization=' || o.slug end as address
      from messages m join media f on f.org_id = m.org_id and f.message_id = m.id join organizations o on o.id = m.org_id
      where m.org_id = ${orgId} and m.contact_id = ${those} order by m.sent_at, m.id`,
    statuses: sql`
      select s.channel_id, s.wa_message_id, s.status, s.at, s.received_at, s.content
      from messages m join message_statuses s on s.org_id = m.org_id and s.channel_id = m.channel_id and s.wa_message_id = m.wa_message_id
      where m.org_id = ${orgId} and m.contact_id = ${those} order by s.at, s.wa_message_id, s.status`,
    ai_acts: sql`
      select x.id, x.conversation_id, a.name as agent, x.kind, x.at, x.message_id, x.tag_id, x.reason, x.words
      from conversations c join ai_agent_acts x on x.org_id = c.org_id and x.conversation_id = c.id join ai_agents a on a.org_id = x.org_id and a.id = x.agent_id
      where c.org_id = ${orgId} and c.contact_id = ${those} order by x.id`,
    conflicts: sql`
      select id, reason, contact_id, other_contact_id, kind, scope, value, detected_at, last_seen_at, times_seen, resolution, resolved_at, resolved_by_name
      from contact_conflicts where org_id = ${orgId} and (contact_id = ${those} or other_contact_id = ${those}) order by detected_at, id`,
    merges: sql`
      select id, kept_id, merged_id, merged_at, actor_name, undone_at, undone_by_name,
        case when kept_id = ${those} then kept_row end as kept, case when merged_id = ${those} then merged_row end as merged
      from contact_merges where org_id = ${orgId} and (kept_id = ${those} or merged_id = ${those}) order by merged_at, id`,
    events: sql`
      select id, kind, at, tag_id, actor_kind, actor_name, source, before, after
      from events where org_id = ${orgId} and contact_id = ${those} order by id`,
  }
}
