-- Conversations: what a customer and a number of the organization say to each other, from a customer's message until it is closed.

create table conversations (
  org_id            uuid not null,
  id                uuid not null,
  contact_id        uuid not null,
  channel_id        uuid not null,
  status            text not null default 'pending' check (status in ('pending', 'active', 'closed_by_agent', 'closed_by_admin', 'expired', 'ai_auto_closed')),
  -- Who has it, or had it when it was closed; no reference, so that it outlives people.
  agent_id          uuid,
  agent_name        text,
  opened_at         timestamptz(3) not null,
  taken_at          timestamptz(3),
  first_answered_at timestamptz(3),
  closed_at         timestamptz(3),
  last_message_at   timestamptz(3) not null,
  last_message_id   uuid,
  -- Until then WhatsApp takes free text: 24 hours after the customer's last message.
  window_ends_at    timestamptz(3) not null,
  -- Since when the customer waits for an answer; null once there was one.
  waiting_since     timestamptz(3),
  -- Messages of the customer after the one that was read last. Ids sort in the order of arrival.
  unread_count      integer not null default 0 check (unread_count >= 0),
  read_to           uuid,
  primary key (org_id, id),
  foreign key (org_id, contact_id) references contacts (org_id, id) on delete cascade,
  foreign key (org_id, channel_id) references channels (org_id, id) on delete cascade,
  check ((status in ('pending', 'active')) = (closed_at is null)),
  check ((agent_id is null) = (agent_name is null)),
  check (status <> 'active' or agent_id is not null),
  check (status <> 'pending' or agent_id is null)
);
create unique index conversations_open on conversations (org_id, contact_id, channel_id) where closed_at is null;
create index conversations_contact on conversations (org_id, contact_id, opened_at);
create index conversations_activity on conversations (org_id, last_message_at, id);
create index conversations_status on conversations (org_id, status, last_message_at, id);
create index conversations_agent on conversations (org_id, agent_id, last_message_at, id) where agent_id is not null;
create index conversations_unclosed on conversations (org_id, last_message_at, id) where closed_at is null;
create index conversations_window on conversations (window_ends_at) where closed_at is null;

-- How each conversation ended: once, whatever way.
create table conversation_closings (
  org_id          uuid not null,
  conversation_id uuid not null,
  status          text not null check (status in ('closed_by_agent', 'closed_by_admin', 'expired', 'ai_auto_closed')),
  closed_at       timestamptz(3) not null,
  actor_kind      text not null,
  actor_id        text not null,
  actor_name      text not null,
  -- Null for what had ended before there were conversations: nothing follows from it.
  announced_at    timestamptz(3) default now(),
  primary key (org_id, conversation_id),
  foreign key (org_id, conversation_id) references conversations (org_id, id) on delete cascade
);

alter table messages
  add column conversation_id uuid,
  -- Who of the organization wrote it, as far as it was sent from here.
  add column sent_by_id text,
  add column sent_by_name text,
  -- What is sent from here has none until WhatsApp has taken it.
  alter column wa_message_id drop not null;
alter table messages add constraint messages_wa_id_known check (wa_message_id is not null or origin = 'sent');

alter table contact_merges add column conversations jsonb not null default '[]';

-- What was said before: a customer's message more than 24 hours after the one before begins another conversation.
create temporary table customer_messages on commit drop as
  select org_id, contact_id, channel_id, id, sent_at,
    sum(begins) over (partition by org_id, contact_id, channel_id order by sent_at, id) as n
  from (
    select org_id, contact_id, channel_id, id, sent_at,
      case when sent_at >= lag(sent_at) over (partition by org_id, contact_id, channel_id order by sent_at, id) + interval '24 hours' then 1 else 0 end as begins
    from messages
    where direction = 'in' and origin = 'live' and type not in ('system', 'reaction', 'edit', 'revoke')
  ) m;

create temporary table grouped on commit drop as
  select org_id, contact_id, channel_id, min(sent_at) as opened_at, max(sent_at) as last_at, count(*)::int as messages,
    row_number() over (partition by org_id, contact_id, channel_id order by n desc) = 1 as newest,
    -- Of version 7, by the time at which it began.
    (lpad(to_hex((extract(epoch from min(sent_at)) * 1000)::bigint), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid as id
  from customer_messages
  group by org_id, contact_id, channel_id, n;

insert into conversations (org_id, id, contact_id, channel_id, status, opened_at, closed_at, last_message_at, window_ends_at, waiting_since, unread_count)
  select org_id, id, contact_id, channel_id,
    case when newest and last_at + interval '24 hours' > now() then 'pending' else 'expired' end,
    opened_at,
    case when newest and last_at + interval '24 hours' > now() then null else last_at + interval '24 hours' end,
    last_at, last_at + interval '24 hours', opened_at, messages
  from grouped;

insert into conversation_closings (org_id, conversation_id, status, closed_at, actor_kind, actor_id, actor_name, announced_at)
  select org_id, id, status, closed_at, 'system', 'system', 'Earmark', null from conversations where closed_at is not null;

update messages m set conversation_id = c.id
  from conversations c
  where c.org_id = m.org_id and c.contact_id = m.contact_id and c.channel_id = m.channel_id and m.origin <> 'history'
    and m.sent_at >= c.opened_at and m.sent_at < c.window_ends_at;

update conversations c set last_message_at = m.sent_at, last_message_id = m.id
  from (
    select distinct on (org_id, conversation_id) org_id, conversation_id, id, sent_at from messages
    where conversation_id is not null and type not in ('system', 'reaction', 'edit', 'revoke')
    order by org_id, conversation_id, sent_at desc, id desc
  ) m
  where c.org_id = m.org_id and c.id = m.conversation_id;

-- Answered from the phone app: nobody waits.
update conversations c set waiting_since = null, first_answered_at = o.first_at
  from (
    select org_id, conversation_id, min(sent_at) as first_at, max(sent_at) as last_at from messages
    where conversation_id is not null and direction = 'out' group by org_id, conversation_id
  ) o
  where c.org_id = o.org_id and c.id = o.conversation_id
    and not exists (select from messages m where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'in' and m.sent_at > o.last_at);

create index messages_conversation on messages (org_id, conversation_id, sent_at, id) where conversation_id is not null;
alter table messages
  add constraint messages_conversation_fkey foreign key (org_id, conversation_id) references conversations (org_id, id) on delete set null (conversation_id);
