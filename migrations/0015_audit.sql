-- What people did to the organization itself: who came in, people, settings, exports, erasures. Kept for good, with the
-- names of then.
create table audit_entries (
  org_id        uuid not null references organizations (id) on delete cascade,
  id            bigint generated always as identity,
  at            timestamptz(3) not null default now(),
  act           text not null,
  actor_kind    text not null,
  actor_id      text not null,
  actor_name    text not null,
  -- Where the call came from, as the server saw it.
  address       text,
  subject_id    text,
  subject_name  text,
  details       jsonb,
  primary key (org_id, id)
);
create index audit_entries_act on audit_entries (org_id, act, id);
create index audit_entries_actor on audit_entries (org_id, actor_id, id);
