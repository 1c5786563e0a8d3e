-- Language models that an organization has chosen, what they may use up, and the log of every call.

create table model_providers (
  org_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  kind text not null check (kind in ('openai_compatible', 'anthropic')),
  name text not null check (length(name) between 1 and 100),
  base_url text not null check (length(base_url) between 1 and 500),
  model text not null check (length(model) between 1 and 200),
  -- Sealed. Some need none, as a model on the same machine.
  api_key bytea,
  -- Its last characters, by which people recognize it.
  api_key_end text check (length(api_key_end) <= 4),
  -- For a million tokens, in whatever money the organization counts.
  input_price numeric(12, 6) check (input_price >= 0),
  output_price numeric(12, 6) check (output_price >= 0),
  -- Parts of a question that this address has refused, and is asked without.
  without text[] not null default '{}',
  created_at timestamptz(3) not null default clock_timestamp(),
  created_by_name text not null,
  primary key (org_id, id),
  check ((api_key is null) = (api_key_end is null))
);

-- Where there is no row: the built-in classifier, no budget, thirty days.
create table model_settings (
  org_id uuid primary key references organizations (id) on delete cascade,
  -- Who tags closed conversations; null is the built-in classifier.
  tagging_provider_id uuid,
  monthly_tokens bigint check (monthly_tokens >= 0),
  keep_days integer not null default 30 check (keep_days between 1 and 365),
  foreign key (org_id, tagging_provider_id) references model_providers (org_id, id) on delete set null (tagging_provider_id)
);

-- What was used up, by month in UTC. It stays when the log goes.
create table model_months (
  org_id uuid not null references organizations (id) on delete cascade,
  month date not null,
  calls integer not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  primary key (org_id, month)
);

-- One question to a model over HTTP. Provider and model are named as they were then.
create table model_calls (
  org_id uuid not null references organizations (id) on delete cascade,
  id uuid not null,
  purpose text not null check (purpose in ('auto_close', 'agent', 'test', 'try')),
  provider_id uuid not null,
  provider_name text not null,
  model text not null,
  conversation_id uuid,
  agent_id uuid,
  at timestamptz(3) not null default clock_timestamp(),
  -- Null while it is under way.
  outcome text,
  status integer,
  latency_ms integer,
  input_tokens integer not null default 0,
  output_tokens integer not null default 0,
  -- The other side did not count them.
  estimated boolean not null default false,
  cost numeric(14, 6),
  primary key (org_id, id),
  foreign key (org_id, conversation_id) references conversations (org_id, id) on delete set null (conversation_id)
);
create index model_calls_of_conversation on model_calls (org_id, conversation_id) where conversation_id is not null;
create index model_calls_under_way on model_calls (at) where outcome is null;

-- What was written and answered. It goes with the conversation that it speaks of.
create table model_exchanges (
  org_id uuid not null,
  call_id uuid not null,
  conversation_id uuid,
  request text not null,
  response text not null,
  primary key (org_id, call_id),
  foreign key (org_id, call_id) references model_calls (org_id, id) on delete cascade,
  foreign key (org_id, conversation_id) references conversations (org_id, id) on delete cascade
);
create index model_exchanges_of_conversation on model_exchanges (org_id, conversation_id) where conversation_id is not null;

alter table analyses
  -- Found by the AI, and not taken: not in the catalog, or what it quotes stands in no message of the customer.
  add column refused integer not null default 0,
  -- Why the language model that should have done it did not.
  add column fallback text;
create index analyses_finished on analyses (org_id, finished_at) where finished_at is not null;
