-- API keys: how other systems are let in. Of a key only a hash is kept.

create table api_keys (
  org_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  name text not null,
  -- Decides the source of the tags that it puts on: API, or AI tool.
  kind text not null check (kind in ('third_party', 'ai_agent')),
  scopes text[] not null,
  secret_hash bytea not null,
  -- The first letters of the key, by which people know it again.
  prefix text not null,
  -- After a rotation the key before it is taken for a while.
  old_secret_hash bytea,
  old_prefix text,
  old_until timestamptz(3),
  expires_at timestamptz(3),
  -- Networks as PostgreSQL writes a cidr; null lets in from everywhere.
  allowed_ips text[],
  per_minute integer not null check (per_minute > 0),
  created_at timestamptz(3) not null default clock_timestamp(),
  created_by_id text not null,
  created_by_name text not null,
  last_used_at timestamptz(3),
  last_used_from text,
  revoked_at timestamptz(3),
  revoked_by_name text,
  primary key (org_id, id),
  check ((old_secret_hash is null) = (old_until is null) and (old_secret_hash is null) = (old_prefix is null))
);

create unique index api_keys_secret on api_keys (secret_hash);
create unique index api_keys_old_secret on api_keys (old_secret_hash) where old_secret_hash is not null;

-- How many calls of a minute were given out to the servers. What a crash forgets is one minute.
create unlogged table api_key_minutes (
  org_id uuid not null,
  key_id uuid not null,
  minute timestamptz(3) not null,
  taken integer not null,
  given integer not null,
  primary key (org_id, key_id),
  foreign key (org_id, key_id) references api_keys (org_id, id) on delete cascade
);
