-- Saved replies: texts that agents put into what they write.

create table saved_replies (
  org_id     uuid not null references organizations (id) on delete cascade,
  id         uuid not null,
  name       text not null check (length(name) between 1 and 100),
  name_key   text not null,
  text       text not null check (length(text) between 1 and 4096),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (org_id, id),
  constraint saved_replies_name_unique unique (org_id, name_key)
);
