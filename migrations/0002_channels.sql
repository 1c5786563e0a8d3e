-- WhatsApp accounts, their numbers (channels), and the raw deliveries that Meta posts.

create table whatsapp_accounts (
  org_id                uuid not null references organizations (id) on delete cascade,
  id                    uuid not null,
  kind                  text not null check (kind in ('live', 'test')),
  name                  text not null check (length(name) between 1 and 100),
  portfolio_id          text not null check (length(portfolio_id) between 1 and 100),
  waba_id               text not null check (length(waba_id) between 1 and 100),
  -- Encrypted with SECRET_KEY (see server/lib/crypto.ts), never shown again.
  app_secret            bytea not null,
  previous_app_secret   bytea,
  verify_token          bytea not null,
  access_token          bytea,
  created_at            timestamptz(3) not null default now(),
  last_delivery_at      timestamptz(3),
  refused_count         bigint not null default 0,
  last_refused_at       timestamptz(3),
  last_refused_reason   text,
  primary key (org_id, id),
  -- The webhook's address knows the account only.
  constraint whatsapp_accounts_id_unique unique (id)
);
create unique index whatsapp_accounts_one_test on whatsapp_accounts (org_id) where kind = 'test';

create table channels (
  org_id           uuid not null,
  id               uuid not null,
  account_id       uuid not null,
  name             text not null check (length(name) between 1 and 100),
  phone_number_id  text not null check (phone_number_id ~ '^[0-9]{1,32}$'),
  phone            text not null check (phone ~ '^\+[0-9]{5,20}$'),
  created_at       timestamptz(3) not null default now(),
  primary key (org_id, id),
  foreign key (org_id, account_id) references whatsapp_accounts (org_id, id) on delete cascade,
  -- Within the organization only: otherwise one tenant could squat another's number.
  constraint channels_phone_number_id_unique unique (org_id, phone_number_id)
);
create index channels_account on channels (org_id, account_id);

-- The raw body of every accepted POST. A row is its own queue entry: uninterpreted until interpreted_at.
-- Partitioned by day of arrival, so that old ones are dropped, not deleted.
create sequence deliveries_id_seq;
create table deliveries (
  org_id          uuid not null,
  id              bigint not null default nextval('deliveries_id_seq'),
  account_id      uuid not null,
  received_at     timestamptz(3) not null default now(),
  body            bytea not null,
  interpreted_at  timestamptz(3),
  -- Interpreting it failed this often, last with this reason; it is tried again at retry_at, or never when that is null.
  failures        integer not null default 0,
  retry_at        timestamptz(3),
  problem         text,
  -- Ids of numbers in it that were not connected when it was interpreted; connecting one interprets it again.
  left_for        text[],
  primary key (org_id, account_id, id, received_at)
) partition by range (received_at);
create index deliveries_waiting on deliveries (org_id, id) where interpreted_at is null;
create index deliveries_problem on deliveries (org_id, id) where problem is not null;
create index deliveries_left on deliveries (org_id, account_id, id) where left_for is not null;
create table deliveries_default partition of deliveries default;
