-- Identity conflicts, merges of contacts, changes of ids that came before anybody was known, and statuses of messages.

-- Where two identities point to two contacts, or a known one arrives with somebody else's: for a person to decide.
create table contact_conflicts (
  org_id            uuid not null,
  id                uuid not null,
  -- two_contacts: a phone and an id that belong to two contacts came together; possible_new_owner: a known phone came
  -- with another id; number_taken: somebody changed to ids that belong to another contact.
  reason            text not null check (reason in ('two_contacts', 'possible_new_owner', 'number_taken')),
  -- The contact that got the message, and the one that the other identity belongs to, if any. No foreign keys: the
  -- record of a decision outlives a contact that was merged away.
  contact_id        uuid not null,
  other_contact_id  uuid,
  -- The identity that did not fit.
  kind              text not null,
  scope             text not null,
  value             text not null,
  detected_at       timestamptz(3) not null default now(),
  last_seen_at      timestamptz(3) not null default now(),
  times_seen        integer not null default 1,
  resolution        text check (resolution in ('merged', 'same_person', 'kept_apart')),
  merge_id          uuid,
  resolved_at       timestamptz(3),
  resolved_by_id    text,
  resolved_by_name  text,
  primary key (org_id, id),
  foreign key (org_id) references organizations (id) on delete cascade,
  constraint contact_conflicts_once unique (org_id, contact_id, kind, scope, value),
  check ((resolution is null) = (resolved_at is null))
);
create index contact_conflicts_open on contact_conflicts (org_id, last_seen_at desc, id) where resolution is null;

-- One contact that became part of another, with all that is needed to take it apart again.
create table contact_merges (
  org_id       uuid not null references organizations (id) on delete cascade,
  id           uuid not null,
  kept_id      uuid not null,
  merged_id    uuid not null,
  -- The two rows as they were before.
  kept_row     jsonb not null,
  merged_row   jsonb not null,
  identities   jsonb not null,
  messages     uuid[] not null,
  assignments  bigint[] not null,
  actor_kind   text not null,
  actor_id     text not null,
  actor_name   text not null,
  merged_at    timestamptz(3) not null default now(),
  undone_at       timestamptz(3),
  undone_by_name  text,
  primary key (org_id, id)
);
create index contact_merges_merged on contact_merges (org_id, merged_id) where undone_at is null;

-- A change of ids of somebody who has not been seen yet: applied to the contact that comes under any of them.
create table pending_identity_changes (
  org_id  uuid not null references organizations (id) on delete cascade,
  id      bigint generated always as identity,
  -- The identities it speaks of, as "kind\nscope\nvalue".
  keys    text[] not null,
  change  jsonb not null,
  primary key (org_id, id),
  constraint pending_identity_changes_once unique (org_id, keys)
);
create index pending_identity_changes_keys on pending_identity_changes using gin (keys);

-- What became of a message, as WhatsApp told it; a message may be unknown here, or come later.
create table message_statuses (
  org_id         uuid not null,
  channel_id     uuid not null,
  wa_message_id  text not null,
  status         text not null,
  at             timestamptz(3) not null,
  received_at    timestamptz(3) not null,
  content        jsonb not null,
  primary key (org_id, channel_id, wa_message_id, status),
  foreign key (org_id, channel_id) references channels (org_id, id) on delete cascade
);
