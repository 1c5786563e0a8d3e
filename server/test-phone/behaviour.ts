// How played customers take what is sent to them.
import { sql } from 'kysely'
import { systemActor, type Actor } from '../access/actor.ts'
import { forgetTestPauses } from '../channels/pausing.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { Behaviour } from './schema.ts'

/** Of a row `b` of test_phone_customers, which most have none of. */
export const BEHAVES = sql`jsonb_build_object('reads', coalesce(b.reads, true), 'silent', coalesce(b.silent, false),
  'refuses_with', b.refuses_with, 'delay_seconds', coalesce(b.delay_seconds, 0))`

/**
 * Sets it, from the next message on, and answers what it was before. Refuses a contact that is not played. Pauses that an
 * error brought about end.
 */
export async function setBehaviour(tx: Tx, actor: Actor, contactId: string, behaviour: Behaviour): Promise<Behaviour> {
  const { rows: before } = await sql<{ behaviour: Behaviour }>`
    select ${BEHAVES} as behaviour from contacts c left join test_phone_customers b on b.org_id = c.org_id and b.contact_id = c.id
    where c.org_id = ${actor.org_id} and c.id = ${contactId} and c.test for update of c`.execute(tx)
  const { rows } = await sql`
    insert into test_phone_customers (org_id, contact_id, reads, silent, refuses_with, delay_seconds)
    select org_id, id, ${behaviour.reads}::boolean, ${behaviour.silent}::boolean, ${behaviour.refuses_with}::integer, ${behaviour.delay_seconds}::integer
    from contacts where org_id = ${actor.org_id} and id = ${contactId} and test
    on conflict (org_id, contact_id) do update set reads = excluded.reads, silent = excluded.silent,
      refuses_with = excluded.refuses_with, delay_seconds = excluded.delay_seconds
    returning contact_id`.execute(tx)
  if (rows.length === 0 || !before[0])
    throw new Problem('not_found', 'There is no such customer on the test phone.', { reason: 'customer_missing' })
  await forgetTestPauses(tx, actor.org_id)
  return before[0].behaviour
}

interface PlayedContact {
  id: string
  phone: string | null
  user_id: string | null
  behaviour: Behaviour
}

/** The played customer at this address: a phone with a plus, or a user id. */
export async function findPlayed(db: Db, orgId: string, address: string): Promise<PlayedContact | null> {
  const [kind, value] = address.startsWith('+') ? ['phone', address.slice(1)] : ['bsuid', address]
  const { rows } = await sql<PlayedContact>`
    select c.id, c.phone, ${BEHAVES} as behaviour, (select u.value from contact_identities u
      where u.org_id = c.org_id and u.contact_id = c.id and u.kind = 'bsuid' and u.retired_at is null order by u.created_at desc limit 1) as user_id
    from contact_identities i join contacts c on c.org_id = i.org_id and c.id = i.contact_id
      left join test_phone_customers b on b.org_id = c.org_id and b.contact_id = c.id
    where i.org_id = ${orgId} and i.kind = ${kind} and i.value = ${value} and c.test limit 1`.execute(db)
  return rows[0] ?? null
}

/** As WhatsApp shows it, unless a message comes first. */
const WRITING_SECONDS = 25

/** The played customer who wrote this message sees from now on that somebody writes, and the open test phone hears of it. */
export async function showWriting(tx: Tx, orgId: string, waMessageId: string): Promise<void> {
  const { rows } = await sql<{ contact_id: string; conversation_id: string | null }>`
    with written as (
      select m.contact_id, m.conversation_id from messages m join contacts c on c.org_id = m.org_id and c.id = m.contact_id
      where m.org_id = ${orgId} and m.wa_message_id = ${waMessageId} and m.direction = 'in' and c.test limit 1
    ), noted as (
      insert into test_phone_customers (org_id, contact_id, writing_since) select ${orgId}, contact_id, now() from written
      on conflict (org_id, contact_id) do update set writing_since = now()
    )
    select contact_id, conversation_id from written`.execute(tx)
  const { contact_id, conversation_id } = rows[0] ?? {}
  if (contact_id !== undefined)
    await recordEvents(tx, systemActor(orgId), [
      { kind: 'conversation.delivery', contact_id, after: { conversation_id } },
    ])
}

/** Until when a played customer sees that somebody writes; null when nobody does, or a message has come since. */
export async function writingUntil(db: Db, orgId: string, contactId: string): Promise<string | null> {
  const { rows } = await sql<{ until: string }>`
    select b.writing_since + make_interval(secs => ${WRITING_SECONDS}) as until from test_phone_customers b
    where b.org_id = ${orgId} and b.contact_id = ${contactId} and b.writing_since > now() - make_interval(secs => ${WRITING_SECONDS})
      and not exists (select from messages m where m.org_id = b.org_id and m.contact_id = b.contact_id and m.direction = 'out'
        and m.sent_at >= b.writing_since)`.execute(db)
  return rows[0]?.until ?? null
}
