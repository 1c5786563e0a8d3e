-- Media: the files of messages, kept here, because WhatsApp keeps them for some weeks only.

create table media (
  org_id       uuid not null,
  id           uuid not null,
  message_id   uuid not null,
  -- WhatsApp's id; null for what is sent from here, until it was uploaded.
  wa_media_id  text,
  uploaded_at  timestamptz(3),
  mime_type    text,
  -- In bytes; null until it is known.
  size         bigint,
  file_name    text,
  -- waiting: to be fetched from WhatsApp.
  state        text not null default 'waiting' check (state in ('waiting', 'stored', 'failed', 'too_large')),
  attempts     integer not null default 0,
  -- Until then it is not tried again.
  retry_at     timestamptz(3),
  -- Why the last attempt brought nothing.
  error        text check (error in ('gone', 'refused', 'token_refused', 'token_missing', 'address_private', 'damaged', 'unreachable')),
  created_at   timestamptz(3) not null default now(),
  stored_at    timestamptz(3),
  primary key (org_id, id),
  foreign key (org_id, message_id) references messages (org_id, id) on delete cascade,
  check ((state = 'stored') = (stored_at is not null)),
  check (state <> 'stored' or (size is not null and mime_type is not null)),
  check (state = 'stored' or wa_media_id is not null)
);
create unique index media_message on media (org_id, message_id);
create index media_waiting on media (coalesce(retry_at, created_at)) where state = 'waiting';

-- The bytes, in pieces from 0 on. What is not stored yet may have some of them.
create table media_chunks (
  org_id    uuid not null,
  media_id  uuid not null,
  n         integer not null,
  bytes     bytea not null check (octet_length(bytes) between 1 and 262144),
  primary key (org_id, media_id, n),
  foreign key (org_id, media_id) references media (org_id, id) on delete cascade
);
-- Photos and recordings are compressed already: trying again takes time and saves nothing, and a piece of them is read at once.
alter table media_chunks alter column bytes set storage external;

-- What came before there were media, as far as WhatsApp may still have it.
insert into media (org_id, id, message_id, wa_media_id, mime_type, file_name)
  select org_id, (lpad(to_hex((extract(epoch from received_at) * 1000)::bigint), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
    id, content #>> array[type, 'id'], left(content #>> array[type, 'mime_type'], 200), left(content #>> array[type, 'filename'], 300)
  from messages
  where type in ('image', 'audio', 'video', 'document', 'sticker') and origin <> 'sent' and received_at > now() - interval '30 days'
    and content #>> array[type, 'id'] ~ '^[A-Za-z0-9_.-]{1,200}$';
