-- What happened, by whom: append-only, written in the transaction of the change itself.

create table events (
  org_id      uuid not null references organizations (id) on delete cascade,
  id          bigint generated always as identity,
  kind        text not null,
  contact_id  uuid,
  tag_id      uuid,
  actor_kind  text not null,
  actor_id    text not null,
  actor_name  text not null,
  source      text,
  before      jsonb,
  after       jsonb,
  at          timestamptz(3) not null default now(),
  primary key (org_id, id)
);
create index events_contact on events (org_id, contact_id, id) where contact_id is not null;
