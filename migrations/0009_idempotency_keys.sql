-- Keys that callers give to their writes, so that a write repeated after a lost answer happens once.

create table idempotency_keys (
  org_id        uuid not null references organizations (id) on delete cascade,
  actor_kind    text not null,
  actor_id      text not null,
  key           text not null check (length(key) between 1 and 200),
  -- HMAC of route, parameters, query and body: the same key with another request is a mistake.
  request_hash  bytea not null,
  -- Status and body of the answer as JSON, sealed: it may hold people's data and secrets. Null only while the write is under way.
  answer        bytea,
  created_at    timestamptz(3) not null default now(),
  primary key (org_id, actor_kind, actor_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
