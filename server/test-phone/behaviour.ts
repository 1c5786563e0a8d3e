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

/**
 * The played customer who wrote this message sees from now on that it and those before it were read, and if so that somebody
 * writes; the open test phone hears of it.
 */
export async function showRead(
  tx: Tx,
  orgId: string,
  { message_id: waMessageId, typing }: { message_id: string; typing: boolean },
): Promise<void> {
  const { rows } = await sql<{ contact_id: string; conversation_id: string | null }>`
    with written as (
      select m.id, m.contact_id, m.conversation_id from messages m join contacts c on c.org_id = m.org_id and c.id = m.contact_id
      where m.org_id = ${orgId} and m.wa_message_id = ${waMessageId} and m.direction = 'in' and c.test limit 1
    ), noted as (
      insert into test_phone_customers as b (org_id, contact_id, read_to, writing_since)
      select ${orgId}, contact_id, id, case when ${typing} then now() end from written
      on conflict (org_id, contact_id) do update set read_to = greatest(b.read_to, excluded.read_to),
        writing_since = coalesce(excluded.writing_since, b.writing_since)
      where excluded.writing_since is not null or b.read_to is null or b.read_to < excluded.read_to
      returning contact_id
    )
    select contact_id, w.conversation_id from written w join noted using (contact_id)`.execute(tx)
  const { contact_id, conversation_id } = rows[0] ?? {}
  if (contact_id !== undefined)
    await recordEvents(tx, systemActor(orgId), [
      { kind: 'conversation.delivery', contact_id, after: { conversation_id } },
    ])
}

export interface Shown {
  /** The last of the customer's messages that was read. */
  read_to: string | null
  /** Until when somebody writes; null when nobody does, or a message has come since. */
  writing_until: string | null
}

/** What a played customer sees of whoever reads and answers. */
export async function shownTo(db: Db, orgId: string, contactId: string): Promise<Shown> {
  const { rows } = await sql<Shown>`
    select b.read_to, case when b.writing_since > now() - make_interval(secs => ${WRITING_SECONDS})
      and not exists (select from messages m where m.org_id = b.org_id and m.contact_id = b.contact_id and m.direction = 'out'
        and m.sent_at >= b.writing_since) then b.writing_since + make_interval(secs => ${WRITING_SECONDS}) end as writing_until
    from test_phone_customers b where b.org_id = ${orgId} and b.contact_id = ${contactId}`.execute(db)
  return rows[0] ?? { read_to: null, writing_until: null }
}
