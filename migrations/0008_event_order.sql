-- The order of events: a number given after commit, so that whoever reads on by it misses nothing that was committed late.

-- Null until the sequencer has seen the event committed; from then on 1, 2, 3 … within the organization.
alter table events add column seq bigint;
create unique index events_order on events (org_id, seq) where seq is not null;
create index events_unnumbered on events (org_id, id) where seq is null;
-- Signs of life of contacts are kept for an hour only.
create index events_activity on events (at) where kind = 'contacts.active';

-- The last number given in each organization. Kept beside the events, as the newest of them may be erased.
create table event_positions (
  org_id    uuid primary key references organizations (id) on delete cascade,
  position  bigint not null
);
