-- The test phone: how each played customer takes what is sent to them; most have no row, and take it as people do.

create table test_phone_customers (
  org_id        uuid not null,
  contact_id    uuid not null,
  reads         boolean not null default true,
  -- The phone is off: nothing is delivered.
  silent        boolean not null default false,
  -- Meta's number of an error with which every message fails.
  refuses_with  integer,
  delay_seconds integer not null default 0 check (delay_seconds between 0 and 3600),
  primary key (org_id, contact_id),
  foreign key (org_id, contact_id) references contacts (org_id, id) on delete cascade
);
