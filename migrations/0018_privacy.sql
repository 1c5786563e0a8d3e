-- Privacy: contacts that are erased for good.

-- Who erased whom when; of the contact itself nothing but ids that lead to nobody.
create table contact_erasures (
  org_id          uuid not null references organizations (id) on delete cascade,
  id              uuid not null,
  -- The contact, then those that were merged into it.
  contact_ids     uuid[] not null,
  erased_at       timestamptz(3) not null default now(),
  erased_by_id    text not null,
  erased_by_name  text not null,
  -- What its last traces are found by, while they are searched in the background.
  traces          jsonb,
  -- Up to where they were searched.
  place           jsonb not null default '{"step": "answers"}',
  deliveries_cut  integer not null default 0,
  finished_at     timestamptz(3),
  primary key (org_id, id),
  check ((traces is null) = (finished_at is not null))
);
create index contact_erasures_unfinished on contact_erasures (erased_at) where finished_at is null;
create index contact_erasures_contacts on contact_erasures using gin (contact_ids);

create index contact_merges_kept on contact_merges (org_id, kept_id);
