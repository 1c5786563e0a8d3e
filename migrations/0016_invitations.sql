-- Links by which people join an organization, and when each of its people last had it open.

create table invitations (
  org_id           uuid not null references organizations (id) on delete cascade,
  id               uuid not null,
  -- The link itself is shown once and kept nowhere.
  token_hash       bytea not null constraint invitations_token_unique unique,
  role             text not null check (role in ('admin', 'agent')),
  -- Whom it is meant for, as the inviter noted it; empty when they did not.
  email            text not null default '' check (length(email) <= 254),
  invited_by       uuid not null,
  -- With the name of then, so that it survives the person.
  invited_by_name  text not null,
  created_at       timestamptz(3) not null default now(),
  expires_at       timestamptz(3) not null,
  accepted_at      timestamptz(3),
  accepted_by      uuid,
  withdrawn_at     timestamptz(3),
  primary key (org_id, id)
);

alter table memberships add column last_seen_at timestamptz(3);
