-- How long each organization keeps what its customers wrote. Without a row messages stay for ever, raw deliveries 30 days.
create table retention (
  org_id         uuid primary key references organizations (id) on delete cascade,
  -- Null is for ever.
  message_days   integer check (message_days between 30 and 3650),
  delivery_days  integer not null check (delivery_days between 8 and 30)
);
