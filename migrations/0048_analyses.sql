-- What AIs may do with a tag, the analysis of each closed conversation, and the tags that are only suggested by it.

-- The tags that are there already are suggested, not put on: nobody has decided yet that an AI may. New ones are put on.
alter table tags
  add column ai_mode text not null default 'suggest' check (ai_mode in ('off', 'suggest', 'apply')),
  add column ai_threshold real not null default 0.5 check (ai_threshold >= 0 and ai_threshold <= 1);
alter table tags alter column ai_mode set default 'apply';

-- One a closing. A waiting one is its own entry in the queue; due_at moves on while somebody works on it.
create table analyses (
  org_id uuid not null,
  conversation_id uuid not null,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
  attempts integer not null default 0,
  due_at timestamptz(3) not null default now(),
  finished_at timestamptz(3),
  engine text,
  -- A message talked to whoever tags, so that nothing was put on.
  guarded boolean not null default false,
  applied integer not null default 0,
  suggested integer not null default 0,
  -- Judged deserved, and left: a person had taken it off, or it is on already.
  held_back integer not null default 0,
  primary key (org_id, conversation_id),
  foreign key (org_id, conversation_id) references conversations (org_id, id) on delete cascade
);
create index analyses_due on analyses (due_at) where state = 'waiting';

-- The contact is the conversation's, so that it stays right when contacts are merged. The text of the evidence is not copied.
create table suggestions (
  org_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  tag_id uuid not null,
  message_id uuid,
  confidence real not null,
  engine text not null,
  made_at timestamptz(3) not null default now(),
  state text not null default 'open' check (state in ('open', 'accepted', 'rejected')),
  decided_at timestamptz(3),
  decided_by_id text,
  decided_by_name text,
  primary key (org_id, id),
  foreign key (org_id, conversation_id) references conversations (org_id, id) on delete cascade,
  foreign key (org_id, tag_id) references tags (org_id, id) on delete cascade,
  check ((state = 'open') = (decided_at is null))
);
create unique index suggestions_of_conversation on suggestions (org_id, conversation_id, tag_id);
create index suggestions_open on suggestions (org_id, id) where state = 'open';
create index suggestions_of_tag on suggestions (org_id, tag_id);
