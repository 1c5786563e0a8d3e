-- What the built-in classifier learned from the people of an organization: from tags that they put on, took off, or rejected.

create table learnings (
  org_id         uuid primary key references organizations (id) on delete cascade,
  -- Decisions before it do not count. Null: all do that are known.
  since          timestamptz(3),
  -- How far the events were looked through for decisions, and how many there were since it began to learn last.
  seen_position  bigint not null default 0,
  new_lessons    integer not null default 0,
  -- When to learn; it moves on while a server is at it. Null: nothing is to be done.
  due_at         timestamptz(3),
  -- Grows whenever somebody begins, or asks for another beginning: who has an older one writes nothing.
  round          integer not null default 0,
  failures       integer not null default 0,
  -- How far that is: conversations and tags.
  steps_done     integer not null default 0,
  steps          integer not null default 0,
  -- Grows whenever something else was learned, or it was forgotten.
  version        integer not null default 0,
  learned_at     timestamptz(3),
  conversations  integer not null default 0,
  check (steps_done between 0 and steps)
);
create index learnings_due on learnings (due_at) where due_at is not null;

create table tag_learners (
  org_id     uuid not null references organizations (id) on delete cascade,
  tag_id     uuid not null,
  -- How many conversations people gave it in, and how many they took it off in.
  positives  integer not null,
  negatives  integer not null,
  weights    bytea not null,
  primary key (org_id, tag_id),
  foreign key (org_id, tag_id) references tags (org_id, id) on delete cascade
);
alter table tag_learners alter column weights set storage external;

-- What the texts of conversations that were learned from mean, so that it need not be worked out again.
create table lesson_vectors (
  org_id           uuid not null,
  conversation_id  uuid not null,
  vectors          bytea not null,
  primary key (org_id, conversation_id),
  foreign key (org_id, conversation_id) references conversations (org_id, id) on delete cascade
);
alter table lesson_vectors alter column vectors set storage external;

-- Tags that a person put on by hand, newest first; those of operations and imports were not decided one by one.
create index tag_assignments_taught on tag_assignments (org_id, tag_id, added_at)
  where added_source in ('manual_admin', 'manual_agent') and (added_why is null or added_why ->> 'reason' = 'suggestion');
-- And those that AIs put on.
create index tag_assignments_by_ai on tag_assignments (org_id, tag_id, added_at) where added_source in ('ai_tool', 'ai_auto_close');
