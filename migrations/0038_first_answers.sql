-- Who gave the first answer in a conversation, and the orders in which the figures of a period are read.

alter table conversations
  -- Null while there is none, and for what a colleague wrote in the phone app; no reference, so that it outlives people.
  add column first_answered_by_id uuid,
  add column first_answered_by_name text,
  add check ((first_answered_by_id is null) = (first_answered_by_name is null)),
  add check (first_answered_by_id is null or first_answered_at is not null);

update conversations c set first_answered_by_id = m.sent_by_id::uuid, first_answered_by_name = m.sent_by_name
  from (
    select distinct on (org_id, conversation_id) org_id, conversation_id, sent_by_id, sent_by_name from messages
    where conversation_id is not null and direction = 'out' and type not in ('system', 'reaction', 'edit', 'revoke')
    order by org_id, conversation_id, sent_at, id
  ) m
  where c.org_id = m.org_id and c.id = m.conversation_id and c.first_answered_at is not null and m.sent_by_id is not null;

create index conversations_answered on conversations (org_id, first_answered_at) where first_answered_at is not null;
create index conversations_closed on conversations (org_id, closed_at) where closed_at is not null;
