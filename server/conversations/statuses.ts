// Statuses as rows: read on page by page, to forget those of one person, and old ones that belong to no message.
import { sql, type RawBuilder } from 'kysely'
import type { IsTrace } from '../channels/whatsapp/cutting.ts'
import type { Tx } from '../lib/db.ts'

/** A status by its key. */
export type StatusPlace = [channelId: string, waMessageId: string, status: string]

interface StatusKey {
  channel_id: string
  wa_message_id: string
  status: string
}

const PAGE = 2000

/**
 * Forgets, in one page after a place, the statuses of messages to one person that came until `until`: those that name them,
 * also where the message itself is not known. Answers where the next page begins; null after the last.
 */
export async function forgetStatusesOf(
  tx: Tx,
  orgId: string,
  isTrace: IsTrace,
  { after, until, test }: { after: StatusPlace | null; until: string; test: boolean },
): Promise<StatusPlace | null> {
  const rows = await pageOf<{ received_at: string; recipients: (string | null)[] }>(
    tx,
    orgId,
    after,
    sql`received_at, array[content ->> 'recipient_id', content ->> 'recipient_user_id',
      content ->> 'recipient_participant_id', content ->> 'recipient_participant_user_id'] as recipients`,
  )
  const { rows: channels } = await sql<{ id: string }>`
    select c.id from channels c join whatsapp_accounts a on a.org_id = c.org_id and a.id = c.account_id
    where c.org_id = ${orgId} and (a.kind = 'test') = ${test}`.execute(tx)
  const ours = new Set(channels.map((channel) => channel.id))
  const gone = rows.filter(
    (row) =>
      ours.has(row.channel_id) &&
      row.received_at <= until &&
      (isTrace(row.wa_message_id) || row.recipients.some(isTrace)),
  )
  await remove(tx, orgId, gone)
  return nextPlace(rows)
}

/**
 * Forgets, in one page after a place, the statuses that came so many days ago and longer and whose message is not known.
 * Answers where the next page begins; null after the last.
 */
export async function forgetLoneStatuses(
  tx: Tx,
  orgId: string,
  { days, after }: { days: number; after: StatusPlace | null },
): Promise<StatusPlace | null> {
  const rows = await pageOf<{ gone: boolean }>(
    tx,
    orgId,
    after,
    sql`received_at < now() - make_interval(days => ${days}) and not exists (select from messages m
      where m.org_id = s.org_id and m.channel_id = s.channel_id and m.wa_message_id = s.wa_message_id) as gone`,
  )
  await remove(
    tx,
    orgId,
    rows.filter(({ gone }) => gone),
  )
  return nextPlace(rows)
}

async function pageOf<More>(
  tx: Tx,
  orgId: string,
  after: StatusPlace | null,
  more: RawBuilder<unknown>,
): Promise<(StatusKey & More)[]> {
  const from: RawBuilder<unknown> =
    after === null
      ? sql``
      : sql`and (channel_id, wa_message_id, status) > (${after[0]}::uuid, ${after[1]}, ${after[2]})`
  const { rows } = await sql<StatusKey & More>`
    select channel_id, wa_message_id, status, ${more}
    from message_statuses s where org_id = ${orgId} ${from} order by channel_id, wa_message_id, status limit ${PAGE}`.execute(
    tx,
  )
  return rows
}

async function remove(tx: Tx, orgId: string, rows: readonly StatusKey[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    delete from message_statuses s using unnest(${rows.map((row) => row.channel_id)}::uuid[], ${rows.map((row) => row.wa_message_id)}::text[],
      ${rows.map((row) => row.status)}::text[]) as gone (channel_id, wa_message_id, status)
    where s.org_id = ${orgId} and s.channel_id = gone.channel_id and s.wa_message_id = gone.wa_message_id and s.status = gone.status`.execute(
    tx,
  )
}

function nextPlace(rows: readonly StatusKey[]): StatusPlace | null {
  const last = rows.at(-1)
  return rows.length === PAGE && last ? [last.channel_id, last.wa_message_id, last.status] : null
}
