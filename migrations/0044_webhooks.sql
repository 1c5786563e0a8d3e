-- Webhooks: the addresses of other systems that are told of events, and how each event is on its way to each of them.

create table webhook_endpoints (
  org_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  url text not null check (length(url) between 1 and 2000),
  description text not null default '' check (length(description) <= 500),
  types text[] not null check (cardinality(types) > 0),
  -- Sealed. After a rotation both sign for a day.
  secret bytea not null,
  old_secret bytea,
  old_until timestamptz(3),
  -- The number of the event up to which all that concern it have been put in line.
  position bigint not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  created_by_name text not null,
  off_at timestamptz(3),
  -- By a person; because it answered 410; because nothing came through for days; because the secret cannot be opened.
  off_reason text check (off_reason in ('person', 'gone', 'dead', 'secret_lost')),
  off_by_name text,
  -- Since the last that it accepted: when the first attempt failed, and how many have.
  failing_since timestamptz(3),
  failures integer not null default 0,
  paused_until timestamptz(3),
  last_accepted_at timestamptz(3),
  primary key (org_id, id),
  check ((old_secret is null) = (old_until is null)),
  check ((off_at is null) = (off_reason is null)),
  check ((failing_since is null) = (failures = 0))
);

-- One event on its way to one endpoint. Its body is the event, and is not kept a second time.
create table webhook_dispatches (
  org_id uuid not null,
  endpoint_id uuid not null,
  event_seq bigint not null,
  type text not null,
  event_at timestamptz(3) not null,
  contact_id uuid,
  -- What goes in order: a contact, or else a tag; null goes by itself.
  lane uuid,
  -- Somebody wanted it once more: it waits for no others than such ones.
  replayed boolean not null default false,
  state text not null default 'waiting' check (state in ('waiting', 'accepted', 'given_up')),
  next_at timestamptz(3) not null default now(),
  -- Since it was put in line, or was wanted again.
  attempts integer not null default 0,
  first_tried_at timestamptz(3),
  settled_at timestamptz(3),
  -- Each attempt: when, what status came back or why none, how long it took.
  tries jsonb not null default '[]',
  -- What the last attempt was answered with, up to some kilobytes.
  answer text,
  primary key (org_id, endpoint_id, event_seq),
  foreign key (org_id, endpoint_id) references webhook_endpoints (org_id, id) on delete cascade,
  check ((state = 'waiting') = (settled_at is null))
);

create index webhook_dispatches_due on webhook_dispatches (org_id, endpoint_id, next_at) where state = 'waiting';
create index webhook_dispatches_given_up on webhook_dispatches (org_id, endpoint_id, event_seq) where state = 'given_up';
create index webhook_dispatches_contact on webhook_dispatches (org_id, endpoint_id, contact_id, event_seq) where contact_id is not null;
create index webhook_dispatches_settled on webhook_dispatches (settled_at) where settled_at is not null;

-- Events of a span of time are found for a replay. They lie in the order of their time, nearly, and this costs writers next to nothing.
create index events_at on events using brin (at) with (pages_per_range = 32, autosummarize = on);
