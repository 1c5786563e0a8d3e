-- Contacts, the identities by which WhatsApp knows them, and their messages.

create table contacts (
  org_id         uuid not null references organizations (id) on delete cascade,
  id             uuid not null,
  -- Played by the test phone: its identities never meet those of real customers.
  test           boolean not null default false,
  -- '+' and digits; null for a contact that WhatsApp shows by username or id only.
  phone          text check (phone ~ '^\+[0-9]{5,20}$'),
  display_name   text check (length(display_name) between 1 and 1000),
  -- Where display_name came from: a WhatsApp profile name wins over a given one.
  name_origin    text check (name_origin in ('whatsapp', 'given')),
  username       text,
  first_seen_at  timestamptz(3) not null,
  -- Known so far only from what the business wrote: the first message of their own sets first_seen_at.
  first_seen_provisional boolean not null default false,
  last_seen_at   timestamptz(3),
  -- Display name, username, phones and ids, folded by server/lib/fold.ts; what the search looks in.
  search_text    text not null,
  -- Every tag with an assignment that has not ended, deleted tags too; written by server/tags/tagging.ts only.
  tag_ids        uuid[] not null default '{}',
  created_at     timestamptz(3) not null default now(),
  primary key (org_id, id)
);
-- The list's default order; a contact that never wrote comes last.
create index contacts_last_seen on contacts (org_id, (coalesce(last_seen_at, '-infinity'::timestamptz)) desc, id desc);
create index contacts_first_seen on contacts (org_id, first_seen_at desc, id desc);
create index contacts_search on contacts using gin (search_text gin_trgm_ops);
create index contacts_tags on contacts using gin (tag_ids);

create table contact_identities (
  org_id      uuid not null,
  -- phone: WhatsApp's wa_id, digits as they came; bsuid: the business-scoped user id, whole;
  -- parent_bsuid: the id in the parent portfolio, kept but never looked up by.
  kind        text not null check (kind in ('phone', 'bsuid', 'parent_bsuid')),
  -- The business portfolio of a bsuid; '' for a phone; 'test' and 'test:…' for the test phone.
  scope       text not null,
  value       text not null check (length(value) between 1 and 200),
  contact_id  uuid not null,
  created_at  timestamptz(3) not null default now(),
  -- Replaced by another of its kind and scope: still found, no longer written to.
  retired_at  timestamptz(3),
  primary key (org_id, kind, scope, value),
  foreign key (org_id, contact_id) references contacts (org_id, id) on delete cascade
);
create index contact_identities_contact on contact_identities (org_id, contact_id);

-- Last seen that is not on the contact yet: in a flood it is gathered here, where writing it touches no index.
create table contact_activity (
  org_id        uuid not null,
  contact_id    uuid not null,
  last_seen_at  timestamptz(3) not null,
  gathered_at   timestamptz(3) not null default now(),
  primary key (org_id, contact_id),
  foreign key (org_id, contact_id) references contacts (org_id, id) on delete cascade
) with (fillfactor = 50);

create table messages (
  org_id         uuid not null,
  id             uuid not null,
  contact_id     uuid not null,
  channel_id     uuid not null,
  wa_message_id  text not null,
  direction      text not null check (direction in ('in', 'out')),
  -- How it came: live from the customer, echoed from the phone app, from the time before, or sent from here.
  origin         text not null check (origin in ('live', 'echo', 'history', 'sent')),
  -- As WhatsApp writes it.
  type           text not null,
  text           text,
  -- The message as WhatsApp wrote it.
  content        jsonb not null,
  -- The message that this one answers; and the one that a reaction, edit or deletion is about.
  reply_to       text,
  target         text,
  group_id       text,
  -- WhatsApp's time, and the time of arrival here.
  sent_at        timestamptz(3) not null,
  received_at    timestamptz(3) not null,
  primary key (org_id, id),
  foreign key (org_id, contact_id) references contacts (org_id, id) on delete cascade,
  foreign key (org_id, channel_id) references channels (org_id, id) on delete cascade,
  constraint messages_wa_id_unique unique (org_id, channel_id, wa_message_id)
);
create index messages_contact on messages (org_id, contact_id, sent_at desc, id desc);
