-- The catalog of tags, and the assignments of tags to contacts.

create table tags (
  org_id       uuid not null references organizations (id) on delete cascade,
  id           uuid not null,
  name         text not null check (length(name) between 1 and 500),
  -- The name folded by server/lib/fold.ts: two active tags never differ only in case, spaces or composition.
  name_key     text not null,
  description  text not null default '' check (length(description) <= 5000),
  -- Null is the default colour.
  color        text,
  created_at   timestamptz(3) not null default now(),
  updated_at   timestamptz(3) not null default now(),
  deleted_at   timestamptz(3),
  primary key (org_id, id)
);
create unique index tags_name_unique on tags (org_id, name_key) where deleted_at is null;

-- One row is one interval during which a contact carried a tag: a beginning and, once taken off, an end.
create table tag_assignments (
  org_id              uuid not null,
  id                  bigint generated always as identity,
  contact_id          uuid not null,
  tag_id              uuid not null,
  added_at            timestamptz(3) not null,
  added_source        text not null check (added_source in ('manual_admin', 'manual_agent', 'api', 'ai_tool', 'ai_auto_close')),
  added_actor_kind    text not null,
  added_actor_id      text not null,
  added_actor_name    text not null,
  added_why           jsonb,
  removed_at          timestamptz(3),
  removed_source      text check (removed_source in ('manual_admin', 'manual_agent', 'api', 'ai_tool', 'ai_auto_close')),
  removed_actor_kind  text,
  removed_actor_id    text,
  removed_actor_name  text,
  removed_why         jsonb,
  primary key (org_id, id),
  foreign key (org_id, contact_id) references contacts (org_id, id) on delete cascade,
  foreign key (org_id, tag_id) references tags (org_id, id) on delete cascade,
  check (removed_at is null or (removed_source is not null and removed_actor_kind is not null
    and removed_actor_id is not null and removed_actor_name is not null))
);
create unique index tag_assignments_active on tag_assignments (org_id, contact_id, tag_id) where removed_at is null;
create index tag_assignments_contact on tag_assignments (org_id, contact_id, id);
create index tag_assignments_tag on tag_assignments (org_id, tag_id, added_at) where removed_at is null;
