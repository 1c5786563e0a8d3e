-- Operations: what changes many contacts in the background, in batches that are their own queue.

create table operations (
  org_id        uuid not null references organizations (id) on delete cascade,
  id            uuid not null,
  kind          text not null check (kind in ('change_tags', 'merge_tags', 'undo')),
  status        text not null default 'waiting' check (status in ('waiting', 'running', 'cancelling', 'cancelled', 'done', 'failed')),
  -- Who started it, as they were then: the source of every change follows from it.
  actor_kind    text not null,
  actor_id      text not null,
  actor_name    text not null,
  -- The role of a person, the kind of a key.
  actor_role    text,
  -- What was asked: filter or number of contacts chosen, tags to add and to remove.
  request       jsonb not null,
  -- The tags it speaks of: of two operations with a tag in common the older goes first.
  tag_ids       uuid[] not null,
  -- The operation that this one takes back.
  undoes        uuid,
  -- Contacts: taken at the start, worked on so far, and what became of them.
  matched       integer not null,
  done          integer not null default 0,
  changed       integer not null default 0,
  unchanged     integer not null default 0,
  failed        integer not null default 0,
  -- Why it ended before its end, for people.
  error         text,
  created_at    timestamptz(3) not null default now(),
  started_at    timestamptz(3),
  finished_at   timestamptz(3),
  -- When a batch was last done, and when progress was last told: operations take turns, and progress is told once a second.
  worked_at     timestamptz(3),
  announced_at  timestamptz(3),
  primary key (org_id, id),
  foreign key (org_id, undoes) references operations (org_id, id),
  check ((status in ('cancelled', 'done', 'failed')) = (finished_at is not null)),
  check ((status = 'failed') = (error is not null)),
  check ((kind = 'undo') = (undoes is not null))
);
create index operations_unfinished on operations (org_id, id) where status in ('waiting', 'running', 'cancelling');
-- What was cancelled midway may be taken up again: it only touches what still stands.
create unique index operations_undone_once on operations (org_id, undoes) where undoes is not null and status <> 'cancelled';

-- The contacts that matched when the operation was started, some hundreds a row; a row without an end waits.
create table operation_batches (
  org_id        uuid not null,
  operation_id  uuid not null,
  n             integer not null,
  -- Empty for an undo, which takes back what its operation's batch of the same number changed.
  contact_ids   uuid[] not null,
  -- How many contacts it counts for in the progress.
  size          integer not null,
  done_at       timestamptz(3),
  changed       integer not null default 0,
  -- The assignments that it really began and ended.
  added         bigint[] not null default '{}',
  removed       bigint[] not null default '{}',
  -- One a contact: contact_id, reason, message and, where one is at fault, tag_id.
  failures      jsonb not null default '[]',
  primary key (org_id, operation_id, n),
  foreign key (org_id, operation_id) references operations (org_id, id) on delete cascade
);
create index operation_batches_waiting on operation_batches (org_id, operation_id, n) where done_at is null;
