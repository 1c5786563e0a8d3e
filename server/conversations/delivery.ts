// How far a message came that was sent: what WhatsApp's statuses, and before them the outbox, say of it.
import { sql, type RawBuilder } from 'kysely'

/**
 * Of a message m that was sent, the furthest status st; whatever order they came in, none goes back. A failure is the last
 * word.
 */
export const furthestStatus: RawBuilder<unknown> = sql`
  from message_statuses st
  where m.direction = 'out' and st.org_id = m.org_id and st.channel_id = m.channel_id and st.wa_message_id = m.wa_message_id
    and st.status in ('sent', 'delivered', 'read', 'played', 'failed')
  order by array_position(array['sent', 'failed', 'delivered', 'read', 'played'], st.status) desc limit 1`

/** As the outbox has it, of a row o. */
export const outboxState: RawBuilder<unknown> = sql`case o.state when 'accepted' then 'sent' else o.state end`

/** Of a message m: how far it came; null of the customer's. */
export const deliveryState: RawBuilder<unknown> = sql`case when m.direction = 'out' then coalesce(
  (select st.status ${furthestStatus}),
  (select ${outboxState} from outgoing_messages o where o.org_id = m.org_id and o.message_id = m.id),
  'sent') end`
