-- One's own account: sessions that can be listed and ended one by one, the second factor, and links to set a new password.

-- A session is named by its id, since its token is nobody's but the browser's; the address is where it was last used from.
alter table sessions
  add column id       uuid not null default gen_random_uuid() constraint sessions_id_unique unique,
  add column address  text;

-- Global: a person's authenticator app. Without confirmed_at it is being set up, and asks nothing of anybody.
create table two_factors (
  user_id       uuid primary key references users (id) on delete cascade,
  secret        bytea not null,
  created_at    timestamptz(3) not null default now(),
  confirmed_at  timestamptz(3),
  -- The 30 seconds whose code was accepted last: no code of theirs, or of those before, is accepted again.
  last_step     bigint not null default 0
);

-- Global: each lets its person in once when the authenticator app is lost.
create table recovery_codes (
  user_id    uuid not null references two_factors (user_id) on delete cascade,
  code_hash  bytea not null,
  primary key (user_id, code_hash)
);

-- Global: one-time links to set a new password, at most one for each person.
create table reset_links (
  user_id           uuid primary key references users (id) on delete cascade,
  token_hash        bytea not null constraint reset_links_token_unique unique,
  -- The administrator who made it; null when the operator did.
  made_by           uuid references users (id) on delete cascade,
  ends_two_factor   boolean not null,
  created_at        timestamptz(3) not null default now(),
  expires_at        timestamptz(3) not null
);
create index reset_links_maker on reset_links (made_by);
create index reset_links_expiry on reset_links (expires_at);
