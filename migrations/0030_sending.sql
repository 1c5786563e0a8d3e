-- Sending: messages that wait for WhatsApp to take them, in order, and what became of each attempt.

create table outgoing_messages (
  org_id       uuid not null,
  message_id   uuid not null,
  channel_id   uuid not null,
  -- uncertain: the connection broke after it was handed over; nobody knows whether WhatsApp has it.
  state        text not null default 'waiting' check (state in ('waiting', 'sending', 'accepted', 'failed', 'uncertain')),
  -- The body for Meta without the recipient, who is looked up when it is sent.
  -- By which whoever wrote it knows it again before they have heard of it.
  client_key   text,
  payload      jsonb not null,
  -- How often it was handed over or tried to, since somebody last wanted it sent.
  attempts     integer not null default 0,
  -- Until then it waits, and with it what was written to the same contact after it.
  retry_at     timestamptz(3),
  -- What Meta or the network said last.
  error_code   integer,
  error_text   text,
  -- Since when it is to be sent.
  wanted_at    timestamptz(3) not null default now(),
  sending_at   timestamptz(3),
  settled_at   timestamptz(3),
  primary key (org_id, message_id),
  foreign key (org_id, message_id) references messages (org_id, id) on delete cascade,
  foreign key (org_id, channel_id) references channels (org_id, id) on delete cascade,
  check ((state in ('accepted', 'failed')) = (settled_at is not null)),
  check ((state = 'sending') = (sending_at is not null))
);
-- Ids sort in the order of writing.
create index outgoing_messages_queue on outgoing_messages (org_id, channel_id, message_id) where state in ('waiting', 'sending');
create index outgoing_messages_uncertain on outgoing_messages (org_id, channel_id, message_id) where state = 'uncertain';

alter table channels
  -- Until then nothing is sent by this number: Meta asked to wait, or does not answer.
  add column paused_until timestamptz(3),
  add column pause_reason text;
alter table whatsapp_accounts
  -- Since when Meta refuses the access token.
  add column token_refused_at timestamptz(3);
