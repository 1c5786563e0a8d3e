-- Organizations, the people in them, and their sessions.

create extension if not exists pg_trgm;

create table organizations (
  id          uuid primary key,
  slug        text not null constraint organizations_slug_unique unique
              check (slug ~ '^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$'),
  name        text not null check (length(name) between 1 and 200),
  created_at  timestamptz(3) not null default now()
);

-- Global: one person may belong to several organizations.
create table users (
  id             uuid primary key,
  email          text not null check (length(email) between 3 and 254),
  email_key      text not null constraint users_email_unique unique,
  name           text not null check (length(name) between 1 and 200),
  password_hash  text not null,
  created_at     timestamptz(3) not null default now()
);

create table memberships (
  org_id      uuid not null references organizations (id) on delete cascade,
  user_id     uuid not null references users (id) on delete cascade,
  role        text not null check (role in ('admin', 'agent')),
  created_at  timestamptz(3) not null default now(),
  primary key (org_id, user_id)
);
create index memberships_user on memberships (user_id);

-- Global: a session belongs to a person; the organization is named by each call.
create table sessions (
  token_hash    bytea primary key,
  user_id       uuid not null references users (id) on delete cascade,
  created_at    timestamptz(3) not null default now(),
  last_seen_at  timestamptz(3) not null default now(),
  expires_at    timestamptz(3) not null,
  user_agent    text not null default ''
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

-- Global: how often signing in failed lately, by address and by e-mail.
create table sign_in_failures (
  key        text not null,
  failed_at  timestamptz(3) not null default now()
);
create index sign_in_failures_key on sign_in_failures (key, failed_at);

-- Global: one-time links to create the first administrator.
create table setup_links (
  token_hash  bytea primary key,
  created_at  timestamptz(3) not null default now()
);
