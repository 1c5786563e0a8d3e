-- AI agents that answer customers, the numbers that each answers, what each has to do in a conversation, and what it did.

create table ai_agents (
  org_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  name text not null check (length(name) between 1 and 64),
  active boolean not null,
  -- It answers customers; otherwise it works behind the scenes, and reads conversations once they are closed.
  user_facing boolean not null,
  instructions text not null check (length(instructions) <= 8000),
  -- The language model. Without one it answers nobody.
  provider_id uuid,
  -- A customer's message with one of them goes to people.
  hand_over_words text[] not null default '{}',
  most_answers integer not null check (most_answers between 1 and 200),
  -- After so long without a word of the customer it closes; null for never.
  close_after_minutes integer check (close_after_minutes between 5 and 1380),
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  -- It stays for what it did, and is shown nowhere else.
  removed_at timestamptz(3),
  primary key (org_id, id),
  foreign key (org_id, provider_id) references model_providers (org_id, id) on delete set null (provider_id),
  check (removed_at is null or not active)
);

-- What an agent is, is kept with its numbers, so that the database itself refuses a second one that is active.
create table ai_agent_channels (
  org_id uuid not null,
  agent_id uuid not null,
  channel_id uuid not null,
  active boolean not null,
  user_facing boolean not null,
  primary key (org_id, agent_id, channel_id),
  foreign key (org_id, agent_id) references ai_agents (org_id, id) on delete cascade,
  foreign key (org_id, channel_id) references channels (org_id, id) on delete cascade
);
create unique index ai_agent_channels_one_active on ai_agent_channels (org_id, channel_id, user_facing) where active;

-- A conversation that an agent took. It is its own entry in the queue while it is open.
create table ai_agent_conversations (
  org_id uuid not null,
  conversation_id uuid not null,
  agent_id uuid not null,
  taken_at timestamptz(3) not null default now(),
  -- Null while the agent has it.
  ended_at timestamptz(3),
  -- Counts up whenever an answer is begun: only who began last may write one.
  turn integer not null default 0,
  failures integer not null default 0,
  retry_at timestamptz(3),
  answers integer not null default 0,
  answered_at timestamptz(3),
  primary key (org_id, conversation_id),
  foreign key (org_id, conversation_id) references conversations (org_id, id) on delete cascade,
  foreign key (org_id, agent_id) references ai_agents (org_id, id) on delete cascade
);
create index ai_agent_conversations_open on ai_agent_conversations (org_id, conversation_id) where ended_at is null;
create index ai_agent_conversations_agent on ai_agent_conversations (org_id, agent_id);

-- What agents did, for people who want to know. Words of customers are not copied.
create table ai_agent_acts (
  org_id uuid not null,
  id uuid not null,
  agent_id uuid not null,
  conversation_id uuid not null,
  kind text not null,
  at timestamptz(3) not null default now(),
  message_id uuid,
  tag_id uuid,
  -- Why, as one of few words that the console knows.
  reason text,
  -- What the agent wrote for colleagues, or who silenced it.
  words text check (length(words) <= 1000),
  primary key (org_id, id),
  foreign key (org_id, conversation_id) references conversations (org_id, id) on delete cascade,
  foreign key (org_id, agent_id) references ai_agents (org_id, id) on delete cascade,
  foreign key (org_id, tag_id) references tags (org_id, id) on delete set null (tag_id)
);
create index ai_agent_acts_agent on ai_agent_acts (org_id, agent_id, id);
create index ai_agent_acts_words on ai_agent_acts (org_id, at) where words is not null;
create index ai_agent_acts_conversation on ai_agent_acts (org_id, conversation_id);

-- Somebody had it, or an AI handed it over: from then on no AI takes it.
alter table conversations add column people_only boolean not null default false;
create index conversations_for_ai on conversations (org_id, channel_id) where status = 'pending' and not people_only;
