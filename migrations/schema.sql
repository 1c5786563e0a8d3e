-- The schema that the migrations make, to be read. Made by `npm run schema`: neither run nor edited.

create extension pg_trgm;

create sequence deliveries_id_seq;

create table ai_agent_acts (
  org_id           uuid not null,
  id               uuid not null,
  agent_id         uuid not null,
  conversation_id  uuid not null,
  kind             text not null,
  at               timestamptz(3) not null default now(),
  message_id       uuid,
  tag_id           uuid,
  reason           text,
  words            text,
  constraint ai_agent_acts_pkey PRIMARY KEY (org_id, id),
  constraint ai_agent_acts_words_check CHECK ((length(words) <= 1000)),
  constraint ai_agent_acts_org_id_agent_id_fkey FOREIGN KEY (org_id, agent_id) REFERENCES ai_agents(org_id, id) ON DELETE CASCADE,
  constraint ai_agent_acts_org_id_conversation_id_fkey FOREIGN KEY (org_id, conversation_id) REFERENCES conversations(org_id, id) ON DELETE CASCADE,
  constraint ai_agent_acts_org_id_tag_id_fkey FOREIGN KEY (org_id, tag_id) REFERENCES tags(org_id, id) ON DELETE SET NULL (tag_id)
);
CREATE INDEX ai_agent_acts_agent ON ai_agent_acts USING btree (org_id, agent_id, id);
CREATE INDEX ai_agent_acts_conversation ON ai_agent_acts USING btree (org_id, conversation_id);
CREATE INDEX ai_agent_acts_failures ON ai_agent_acts USING btree (org_id, agent_id, id) WHERE (kind = ANY (ARRAY['failed'::text, 'refused'::text]));
CREATE INDEX ai_agent_acts_handed_over ON ai_agent_acts USING btree (org_id, agent_id, id) WHERE (kind = ANY (ARRAY['handed_over'::text, 'silenced'::text]));
CREATE INDEX ai_agent_acts_tags ON ai_agent_acts USING btree (org_id, agent_id, id) WHERE (kind = ANY (ARRAY['tagged'::text, 'suggested'::text, 'untagged'::text, 'refused'::text]));
CREATE INDEX ai_agent_acts_words ON ai_agent_acts USING btree (org_id, at) WHERE (words IS NOT NULL);

create table ai_agent_channels (
  org_id       uuid not null,
  agent_id     uuid not null,
  channel_id   uuid not null,
  active       boolean not null,
  user_facing  boolean not null,
  constraint ai_agent_channels_pkey PRIMARY KEY (org_id, agent_id, channel_id),
  constraint ai_agent_channels_org_id_agent_id_fkey FOREIGN KEY (org_id, agent_id) REFERENCES ai_agents(org_id, id) ON DELETE CASCADE,
  constraint ai_agent_channels_org_id_channel_id_fkey FOREIGN KEY (org_id, channel_id) REFERENCES channels(org_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX ai_agent_channels_one_active ON ai_agent_channels USING btree (org_id, channel_id, user_facing) WHERE active;

create table ai_agent_conversations (
  org_id           uuid not null,
  conversation_id  uuid not null,
  agent_id         uuid not null,
  taken_at         timestamptz(3) not null default now(),
  ended_at         timestamptz(3),
  turn             integer not null default 0,
  failures         integer not null default 0,
  retry_at         timestamptz(3),
  answers          integer not null default 0,
  answered_at      timestamptz(3),
  constraint ai_agent_conversations_pkey PRIMARY KEY (org_id, conversation_id),
  constraint ai_agent_conversations_org_id_agent_id_fkey FOREIGN KEY (org_id, agent_id) REFERENCES ai_agents(org_id, id) ON DELETE CASCADE,
  constraint ai_agent_conversations_org_id_conversation_id_fkey FOREIGN KEY (org_id, conversation_id) REFERENCES conversations(org_id, id) ON DELETE CASCADE
);
CREATE INDEX ai_agent_conversations_agent ON ai_agent_conversations USING btree (org_id, agent_id);
CREATE INDEX ai_agent_conversations_open ON ai_agent_conversations USING btree (org_id, conversation_id) WHERE (ended_at IS NULL);

create table ai_agents (
  org_id               uuid not null,
  id                   uuid not null,
  name                 text not null,
  active               boolean not null,
  user_facing          boolean not null,
  instructions         text not null,
  provider_id          uuid,
  hand_over_words      text[] not null default '{}'::text[],
  most_answers         integer not null,
  close_after_minutes  integer,
  created_at           timestamptz(3) not null default now(),
  updated_at           timestamptz(3) not null default now(),
  removed_at           timestamptz(3),
  constraint ai_agents_pkey PRIMARY KEY (org_id, id),
  constraint ai_agents_check CHECK (((removed_at IS NULL) OR (NOT active))),
  constraint ai_agents_close_after_minutes_check CHECK (((close_after_minutes >= 5) AND (close_after_minutes <= 1380))),
  constraint ai_agents_instructions_check CHECK ((length(instructions) <= 8000)),
  constraint ai_agents_most_answers_check CHECK (((most_answers >= 1) AND (most_answers <= 200))),
  constraint ai_agents_name_check CHECK (((length(name) >= 1) AND (length(name) <= 64))),
  constraint ai_agents_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint ai_agents_org_id_provider_id_fkey FOREIGN KEY (org_id, provider_id) REFERENCES model_providers(org_id, id) ON DELETE SET NULL (provider_id)
);

create table analyses (
  org_id           uuid not null,
  conversation_id  uuid not null,
  state            text not null default 'waiting'::text,
  attempts         integer not null default 0,
  due_at           timestamptz(3) not null default now(),
  finished_at      timestamptz(3),
  engine           text,
  guarded          boolean not null default false,
  applied          integer not null default 0,
  suggested        integer not null default 0,
  held_back        integer not null default 0,
  refused          integer not null default 0,
  fallback         text,
  constraint analyses_pkey PRIMARY KEY (org_id, conversation_id),
  constraint analyses_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'failed'::text]))),
  constraint analyses_org_id_conversation_id_fkey FOREIGN KEY (org_id, conversation_id) REFERENCES conversations(org_id, id) ON DELETE CASCADE
);
CREATE INDEX analyses_due ON analyses USING btree (due_at) WHERE (state = 'waiting'::text);
CREATE INDEX analyses_finished ON analyses USING btree (org_id, finished_at) WHERE (finished_at IS NOT NULL);

create unlogged table api_key_minutes (
  org_id  uuid not null,
  key_id  uuid not null,
  minute  timestamptz(3) not null,
  taken   integer not null,
  given   integer not null,
  constraint api_key_minutes_pkey PRIMARY KEY (org_id, key_id),
  constraint api_key_minutes_org_id_key_id_fkey FOREIGN KEY (org_id, key_id) REFERENCES api_keys(org_id, id) ON DELETE CASCADE
);

create table api_keys (
  org_id           uuid not null,
  id               uuid not null,
  name             text not null,
  kind             text not null,
  scopes           text[] not null,
  secret_hash      bytea not null,
  prefix           text not null,
  old_secret_hash  bytea,
  old_prefix       text,
  old_until        timestamptz(3),
  expires_at       timestamptz(3),
  allowed_ips      text[],
  per_minute       integer not null,
  created_at       timestamptz(3) not null default clock_timestamp(),
  created_by_id    text not null,
  created_by_name  text not null,
  last_used_at     timestamptz(3),
  last_used_from   text,
  revoked_at       timestamptz(3),
  revoked_by_name  text,
  constraint api_keys_pkey PRIMARY KEY (org_id, id),
  constraint api_keys_check CHECK ((((old_secret_hash IS NULL) = (old_until IS NULL)) AND ((old_secret_hash IS NULL) = (old_prefix IS NULL)))),
  constraint api_keys_kind_check CHECK ((kind = ANY (ARRAY['third_party'::text, 'ai_agent'::text]))),
  constraint api_keys_per_minute_check CHECK ((per_minute > 0)),
  constraint api_keys_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX api_keys_old_secret ON api_keys USING btree (old_secret_hash) WHERE (old_secret_hash IS NOT NULL);
CREATE UNIQUE INDEX api_keys_secret ON api_keys USING btree (secret_hash);

create table audit_entries (
  org_id        uuid not null,
  id            bigint not null generated always as identity,
  at            timestamptz(3) not null default now(),
  act           text not null,
  actor_kind    text not null,
  actor_id      text not null,
  actor_name    text not null,
  address       text,
  subject_id    text,
  subject_name  text,
  details       jsonb,
  constraint audit_entries_pkey PRIMARY KEY (org_id, id),
  constraint audit_entries_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE INDEX audit_entries_act ON audit_entries USING btree (org_id, act, id);
CREATE INDEX audit_entries_actor ON audit_entries USING btree (org_id, actor_id, id);

create table channels (
  org_id           uuid not null,
  id               uuid not null,
  account_id       uuid not null,
  name             text not null,
  phone_number_id  text not null,
  phone            text not null,
  created_at       timestamptz(3) not null default now(),
  paused_until     timestamptz(3),
  pause_reason     text,
  constraint channels_pkey PRIMARY KEY (org_id, id),
  constraint channels_phone_number_id_unique UNIQUE (org_id, phone_number_id),
  constraint channels_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint channels_phone_check CHECK ((phone ~ '^\+[0-9]{5,20}$'::text)),
  constraint channels_phone_number_id_check CHECK ((phone_number_id ~ '^[0-9]{1,32}$'::text)),
  constraint channels_org_id_account_id_fkey FOREIGN KEY (org_id, account_id) REFERENCES whatsapp_accounts(org_id, id) ON DELETE CASCADE
);
CREATE INDEX channels_account ON channels USING btree (org_id, account_id);

create table contact_activity (
  org_id        uuid not null,
  contact_id    uuid not null,
  last_seen_at  timestamptz(3) not null,
  gathered_at   timestamptz(3) not null default now(),
  constraint contact_activity_pkey PRIMARY KEY (org_id, contact_id),
  constraint contact_activity_org_id_contact_id_fkey FOREIGN KEY (org_id, contact_id) REFERENCES contacts(org_id, id) ON DELETE CASCADE
);

create table contact_conflicts (
  org_id            uuid not null,
  id                uuid not null,
  reason            text not null,
  contact_id        uuid not null,
  other_contact_id  uuid,
  kind              text not null,
  scope             text not null,
  value             text not null,
  detected_at       timestamptz(3) not null default now(),
  last_seen_at      timestamptz(3) not null default now(),
  times_seen        integer not null default 1,
  resolution        text,
  merge_id          uuid,
  resolved_at       timestamptz(3),
  resolved_by_id    text,
  resolved_by_name  text,
  constraint contact_conflicts_pkey PRIMARY KEY (org_id, id),
  constraint contact_conflicts_once UNIQUE (org_id, contact_id, kind, scope, value),
  constraint contact_conflicts_check CHECK (((resolution IS NULL) = (resolved_at IS NULL))),
  constraint contact_conflicts_reason_check CHECK ((reason = ANY (ARRAY['two_contacts'::text, 'possible_new_owner'::text, 'number_taken'::text]))),
  constraint contact_conflicts_resolution_check CHECK ((resolution = ANY (ARRAY['merged'::text, 'same_person'::text, 'kept_apart'::text]))),
  constraint contact_conflicts_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE INDEX contact_conflicts_open ON contact_conflicts USING btree (org_id, last_seen_at DESC, id) WHERE (resolution IS NULL);

create table contact_erasures (
  org_id          uuid not null,
  id              uuid not null,
  contact_ids     uuid[] not null,
  erased_at       timestamptz(3) not null default now(),
  erased_by_id    text not null,
  erased_by_name  text not null,
  traces          jsonb,
  place           jsonb not null default '{"step": "answers"}'::jsonb,
  deliveries_cut  integer not null default 0,
  finished_at     timestamptz(3),
  constraint contact_erasures_pkey PRIMARY KEY (org_id, id),
  constraint contact_erasures_check CHECK (((traces IS NULL) = (finished_at IS NOT NULL))),
  constraint contact_erasures_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE INDEX contact_erasures_contacts ON contact_erasures USING gin (contact_ids);
CREATE INDEX contact_erasures_unfinished ON contact_erasures USING btree (erased_at) WHERE (finished_at IS NULL);

create table contact_identities (
  org_id      uuid not null,
  kind        text not null,
  scope       text not null,
  value       text not null,
  contact_id  uuid not null,
  created_at  timestamptz(3) not null default now(),
  retired_at  timestamptz(3),
  constraint contact_identities_pkey PRIMARY KEY (org_id, kind, scope, value),
  constraint contact_identities_external_check CHECK (((kind <> 'external_id'::text) OR ((length(scope) >= 1) AND (length(scope) <= 50)))),
  constraint contact_identities_kind_check CHECK ((kind = ANY (ARRAY['phone'::text, 'bsuid'::text, 'parent_bsuid'::text, 'external_id'::text]))),
  constraint contact_identities_value_check CHECK (((length(value) >= 1) AND (length(value) <= 200))),
  constraint contact_identities_org_id_contact_id_fkey FOREIGN KEY (org_id, contact_id) REFERENCES contacts(org_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_identities_contact ON contact_identities USING btree (org_id, contact_id);

create table contact_merges (
  org_id          uuid not null,
  id              uuid not null,
  kept_id         uuid not null,
  merged_id       uuid not null,
  kept_row        jsonb not null,
  merged_row      jsonb not null,
  identities      jsonb not null,
  messages        uuid[] not null,
  assignments     bigint[] not null,
  actor_kind      text not null,
  actor_id        text not null,
  actor_name      text not null,
  merged_at       timestamptz(3) not null default now(),
  undone_at       timestamptz(3),
  undone_by_name  text,
  conversations   jsonb not null default '[]'::jsonb,
  suggestions     jsonb not null default '[]'::jsonb,
  constraint contact_merges_pkey PRIMARY KEY (org_id, id),
  constraint contact_merges_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE INDEX contact_merges_kept ON contact_merges USING btree (org_id, kept_id);
CREATE INDEX contact_merges_merged ON contact_merges USING btree (org_id, merged_id) WHERE (undone_at IS NULL);

create table contacts (
  org_id                  uuid not null,
  id                      uuid not null,
  test                    boolean not null default false,
  phone                   text,
  display_name            text,
  name_origin             text,
  username                text,
  first_seen_at           timestamptz(3) not null,
  first_seen_provisional  boolean not null default false,
  last_seen_at            timestamptz(3),
  search_text             text not null,
  tag_ids                 uuid[] not null default '{}'::uuid[],
  created_at              timestamptz(3) not null default now(),
  sort_name               text,
  search_grams            text[],
  channel_ids             uuid[] not null default '{}'::uuid[],
  tag_sources             smallint not null default 0,
  constraint contacts_pkey PRIMARY KEY (org_id, id),
  constraint contacts_display_name_check CHECK (((length(display_name) >= 1) AND (length(display_name) <= 1000))),
  constraint contacts_name_origin_check CHECK ((name_origin = ANY (ARRAY['whatsapp'::text, 'given'::text]))),
  constraint contacts_phone_check CHECK ((phone ~ '^\+[0-9]{5,20}$'::text)),
  constraint contacts_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE INDEX contacts_channels ON contacts USING gin (channel_ids);
CREATE INDEX contacts_first_seen ON contacts USING btree (org_id, first_seen_at, id);
CREATE INDEX contacts_grams ON contacts USING gin (search_grams);
CREATE INDEX contacts_last_seen ON contacts USING btree (org_id, last_seen_at, id) INCLUDE (tag_ids, first_seen_at);
CREATE INDEX contacts_name ON contacts USING btree (org_id, sort_name, id);
CREATE INDEX contacts_search ON contacts USING gin (search_text gin_trgm_ops) WITH (gin_pending_list_limit='512');
CREATE INDEX contacts_tag_sources ON contacts USING btree (org_id, tag_sources);
CREATE INDEX contacts_tags ON contacts USING gin (tag_ids);

create table conversation_closings (
  org_id           uuid not null,
  conversation_id  uuid not null,
  status           text not null,
  closed_at        timestamptz(3) not null,
  actor_kind       text not null,
  actor_id         text not null,
  actor_name       text not null,
  announced_at     timestamptz(3) default now(),
  constraint conversation_closings_pkey PRIMARY KEY (org_id, conversation_id),
  constraint conversation_closings_status_check CHECK ((status = ANY (ARRAY['closed_by_agent'::text, 'closed_by_admin'::text, 'expired'::text, 'ai_auto_closed'::text]))),
  constraint conversation_closings_org_id_conversation_id_fkey FOREIGN KEY (org_id, conversation_id) REFERENCES conversations(org_id, id) ON DELETE CASCADE
);

create table conversations (
  org_id                  uuid not null,
  id                      uuid not null,
  contact_id              uuid not null,
  channel_id              uuid not null,
  status                  text not null default 'pending'::text,
  agent_id                uuid,
  agent_name              text,
  opened_at               timestamptz(3) not null,
  taken_at                timestamptz(3),
  first_answered_at       timestamptz(3),
  closed_at               timestamptz(3),
  last_message_at         timestamptz(3) not null,
  last_message_id         uuid,
  window_ends_at          timestamptz(3) not null,
  waiting_since           timestamptz(3),
  unread_count            integer not null default 0,
  read_to                 uuid,
  first_answered_by_id    uuid,
  first_answered_by_name  text,
  waits_until             timestamptz(3),
  first_asked_at          timestamptz(3),
  writing_told_at         timestamptz(3),
  people_only             boolean not null default false,
  constraint conversations_pkey PRIMARY KEY (org_id, id),
  constraint conversations_check CHECK (((status = ANY (ARRAY['pending'::text, 'active'::text])) = (closed_at IS NULL))),
  constraint conversations_check1 CHECK (((agent_id IS NULL) = (agent_name IS NULL))),
  constraint conversations_check2 CHECK (((status <> 'active'::text) OR (agent_id IS NOT NULL))),
  constraint conversations_check3 CHECK (((status <> 'pending'::text) OR (agent_id IS NULL))),
  constraint conversations_check4 CHECK (((first_answered_by_id IS NULL) = (first_answered_by_name IS NULL))),
  constraint conversations_check5 CHECK (((first_answered_by_id IS NULL) OR (first_answered_at IS NOT NULL))),
  constraint conversations_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'active'::text, 'closed_by_agent'::text, 'closed_by_admin'::text, 'expired'::text, 'ai_auto_closed'::text]))),
  constraint conversations_unread_count_check CHECK ((unread_count >= 0)),
  constraint conversations_org_id_channel_id_fkey FOREIGN KEY (org_id, channel_id) REFERENCES channels(org_id, id) ON DELETE CASCADE,
  constraint conversations_org_id_contact_id_fkey FOREIGN KEY (org_id, contact_id) REFERENCES contacts(org_id, id) ON DELETE CASCADE
);
CREATE INDEX conversations_activity ON conversations USING btree (org_id, last_message_at, id);
CREATE INDEX conversations_agent ON conversations USING btree (org_id, agent_id, last_message_at, id) WHERE (agent_id IS NOT NULL);
CREATE INDEX conversations_answered ON conversations USING btree (org_id, first_answered_at) WHERE (first_answered_at IS NOT NULL);
CREATE INDEX conversations_channel ON conversations USING btree (org_id, channel_id, last_message_at, id);
CREATE INDEX conversations_closed ON conversations USING btree (org_id, closed_at) WHERE (closed_at IS NOT NULL);
CREATE INDEX conversations_contact ON conversations USING btree (org_id, contact_id, opened_at);
CREATE INDEX conversations_expiry ON conversations USING btree (GREATEST(window_ends_at, waits_until)) WHERE (closed_at IS NULL);
CREATE INDEX conversations_for_ai ON conversations USING btree (org_id, channel_id) WHERE ((status = 'pending'::text) AND (NOT people_only));
CREATE INDEX conversations_long ON conversations USING btree (org_id, last_message_at, id) WHERE ((last_message_at - opened_at) > '7 days'::interval);
CREATE UNIQUE INDEX conversations_open ON conversations USING btree (org_id, contact_id, channel_id) WHERE (closed_at IS NULL);
CREATE INDEX conversations_status ON conversations USING btree (org_id, status, last_message_at, id);
CREATE INDEX conversations_unclosed ON conversations USING btree (org_id, last_message_at, id) WHERE (closed_at IS NULL);

create table deliveries (
  org_id          uuid not null,
  id              bigint not null default nextval('deliveries_id_seq'::regclass),
  account_id      uuid not null,
  received_at     timestamptz(3) not null default now(),
  body            bytea not null,
  interpreted_at  timestamptz(3),
  failures        integer not null default 0,
  retry_at        timestamptz(3),
  problem         text,
  left_for        text[],
  constraint deliveries_pkey PRIMARY KEY (org_id, account_id, id, received_at)
) partition by RANGE (received_at);
create table deliveries_default partition of deliveries DEFAULT;
CREATE INDEX deliveries_left ON ONLY deliveries USING btree (org_id, account_id, id) WHERE (left_for IS NOT NULL);
CREATE INDEX deliveries_problem ON ONLY deliveries USING btree (org_id, id) WHERE (problem IS NOT NULL);
CREATE INDEX deliveries_waiting ON ONLY deliveries USING btree (org_id, id) WHERE (interpreted_at IS NULL);

create table event_positions (
  org_id    uuid not null,
  position  bigint not null,
  constraint event_positions_pkey PRIMARY KEY (org_id),
  constraint event_positions_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);

create table events (
  org_id      uuid not null,
  id          bigint not null generated always as identity,
  kind        text not null,
  contact_id  uuid,
  tag_id      uuid,
  actor_kind  text not null,
  actor_id    text not null,
  actor_name  text not null,
  source      text,
  before      jsonb,
  after       jsonb,
  at          timestamptz(3) not null default now(),
  seq         bigint,
  constraint events_pkey PRIMARY KEY (org_id, id),
  constraint events_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE INDEX events_activity ON events USING btree (at) WHERE (kind = 'contacts.active'::text);
CREATE INDEX events_at ON events USING brin (at) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_contact ON events USING btree (org_id, contact_id, id) WHERE (contact_id IS NOT NULL);
CREATE UNIQUE INDEX events_order ON events USING btree (org_id, seq) WHERE (seq IS NOT NULL);
CREATE INDEX events_tag ON events USING btree (org_id, tag_id, id) WHERE (kind = ANY (ARRAY['tag.created'::text, 'tag.updated'::text, 'tag.deleted'::text, 'tag.restored'::text, 'tag.merged'::text]));
CREATE INDEX events_unnumbered ON events USING btree (org_id, id) WHERE (seq IS NULL);

create table idempotency_keys (
  org_id        uuid not null,
  actor_kind    text not null,
  actor_id      text not null,
  key           text not null,
  request_hash  bytea not null,
  answer        bytea,
  created_at    timestamptz(3) not null default now(),
  constraint idempotency_keys_pkey PRIMARY KEY (org_id, actor_kind, actor_id, key),
  constraint idempotency_keys_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200))),
  constraint idempotency_keys_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE INDEX idempotency_keys_age ON idempotency_keys USING btree (created_at);

create table import_parts (
  org_id     uuid not null,
  import_id  uuid not null,
  n          integer not null,
  bytes      bytea not null,
  constraint import_parts_pkey PRIMARY KEY (org_id, import_id, n),
  constraint import_parts_bytes_check CHECK (((octet_length(bytes) >= 1) AND (octet_length(bytes) <= 500000))),
  constraint import_parts_n_check CHECK (((n >= 0) AND (n <= 399))),
  constraint import_parts_org_id_import_id_fkey FOREIGN KEY (org_id, import_id) REFERENCES imports(org_id, id) ON DELETE CASCADE
);

create table import_rows (
  org_id         uuid not null,
  import_id      uuid not null,
  n              integer not null,
  cells          text[] not null,
  reason         text,
  same_as        integer,
  keys           text[] not null default '{}'::text[],
  person         text,
  contact_id     uuid,
  display_name   text,
  tags           integer[],
  first_seen_at  timestamptz(3),
  last_seen_at   timestamptz(3),
  folded_name    text,
  name_grams     text[],
  constraint import_rows_pkey PRIMARY KEY (org_id, import_id, n),
  constraint import_rows_org_id_import_id_fkey FOREIGN KEY (org_id, import_id) REFERENCES imports(org_id, id) ON DELETE CASCADE
);
CREATE INDEX import_rows_refused ON import_rows USING btree (org_id, import_id, n) WHERE (reason IS NOT NULL);

create table import_tags (
  org_id     uuid not null,
  import_id  uuid not null,
  n          integer not null,
  name       text not null,
  name_key   text not null,
  uses       integer not null,
  choice     text,
  tag_id     uuid,
  constraint import_tags_pkey PRIMARY KEY (org_id, import_id, n),
  constraint import_tags_check CHECK (((choice = 'use'::text) <= (tag_id IS NOT NULL))),
  constraint import_tags_choice_check CHECK ((choice = ANY (ARRAY['create'::text, 'use'::text, 'leave_out'::text]))),
  constraint import_tags_org_id_import_id_fkey FOREIGN KEY (org_id, import_id) REFERENCES imports(org_id, id) ON DELETE CASCADE
);

create table imports (
  org_id        uuid not null,
  id            uuid not null,
  actor_kind    text not null,
  actor_id      text not null,
  actor_name    text not null,
  file_name     text not null,
  file_bytes    bigint not null,
  status        text not null default 'uploading'::text,
  guess         jsonb,
  settings      jsonb,
  check_no      integer not null default 0,
  must_read     boolean not null default true,
  read_bytes    bigint not null default 0,
  read_rows     integer not null default 0,
  result        jsonb,
  error         jsonb,
  operation_id  uuid,
  refused_late  integer not null default 0,
  created_at    timestamptz(3) not null default now(),
  touched_at    timestamptz(3) not null default now(),
  constraint imports_pkey PRIMARY KEY (org_id, id),
  constraint imports_check CHECK (((status = 'started'::text) = (operation_id IS NOT NULL))),
  constraint imports_check1 CHECK (((status = 'failed'::text) = (error IS NOT NULL))),
  constraint imports_file_bytes_check CHECK (((file_bytes >= 1) AND (file_bytes <= 200000000))),
  constraint imports_status_check CHECK ((status = ANY (ARRAY['uploading'::text, 'uploaded'::text, 'checking'::text, 'checked'::text, 'failed'::text, 'started'::text]))),
  constraint imports_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint imports_org_id_operation_id_fkey FOREIGN KEY (org_id, operation_id) REFERENCES operations(org_id, id) ON DELETE CASCADE
);
CREATE INDEX imports_checking ON imports USING btree (org_id, id) WHERE (status = 'checking'::text);
CREATE UNIQUE INDEX imports_operation ON imports USING btree (org_id, operation_id) WHERE (operation_id IS NOT NULL);

create table invitations (
  org_id           uuid not null,
  id               uuid not null,
  token_hash       bytea not null,
  role             text not null,
  email            text not null default ''::text,
  invited_by       uuid not null,
  invited_by_name  text not null,
  created_at       timestamptz(3) not null default now(),
  expires_at       timestamptz(3) not null,
  accepted_at      timestamptz(3),
  accepted_by      uuid,
  withdrawn_at     timestamptz(3),
  constraint invitations_pkey PRIMARY KEY (org_id, id),
  constraint invitations_token_unique UNIQUE (token_hash),
  constraint invitations_email_check CHECK ((length(email) <= 254)),
  constraint invitations_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'agent'::text]))),
  constraint invitations_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);

create table learnings (
  org_id         uuid not null,
  since          timestamptz(3),
  seen_position  bigint not null default 0,
  new_lessons    integer not null default 0,
  due_at         timestamptz(3),
  round          integer not null default 0,
  failures       integer not null default 0,
  steps_done     integer not null default 0,
  steps          integer not null default 0,
  version        integer not null default 0,
  learned_at     timestamptz(3),
  conversations  integer not null default 0,
  constraint learnings_pkey PRIMARY KEY (org_id),
  constraint learnings_check CHECK (((steps_done >= 0) AND (steps_done <= steps))),
  constraint learnings_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE INDEX learnings_due ON learnings USING btree (due_at) WHERE (due_at IS NOT NULL);

create table lesson_vectors (
  org_id           uuid not null,
  conversation_id  uuid not null,
  vectors          bytea not null,
  constraint lesson_vectors_pkey PRIMARY KEY (org_id, conversation_id),
  constraint lesson_vectors_org_id_conversation_id_fkey FOREIGN KEY (org_id, conversation_id) REFERENCES conversations(org_id, id) ON DELETE CASCADE
);

create table media (
  org_id       uuid not null,
  id           uuid not null,
  message_id   uuid not null,
  wa_media_id  text,
  uploaded_at  timestamptz(3),
  mime_type    text,
  size         bigint,
  file_name    text,
  state        text not null default 'waiting'::text,
  attempts     integer not null default 0,
  retry_at     timestamptz(3),
  error        text,
  created_at   timestamptz(3) not null default now(),
  stored_at    timestamptz(3),
  constraint media_pkey PRIMARY KEY (org_id, id),
  constraint media_check CHECK (((state = 'stored'::text) = (stored_at IS NOT NULL))),
  constraint media_check1 CHECK (((state <> 'stored'::text) OR ((size IS NOT NULL) AND (mime_type IS NOT NULL)))),
  constraint media_check2 CHECK (((state = 'stored'::text) OR (wa_media_id IS NOT NULL))),
  constraint media_error_check CHECK ((error = ANY (ARRAY['gone'::text, 'refused'::text, 'token_refused'::text, 'token_missing'::text, 'address_private'::text, 'damaged'::text, 'unreachable'::text]))),
  constraint media_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'stored'::text, 'failed'::text, 'too_large'::text]))),
  constraint media_org_id_message_id_fkey FOREIGN KEY (org_id, message_id) REFERENCES messages(org_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX media_message ON media USING btree (org_id, message_id);
CREATE INDEX media_waiting ON media USING btree (COALESCE(retry_at, created_at)) WHERE (state = 'waiting'::text);

create table media_chunks (
  org_id    uuid not null,
  media_id  uuid not null,
  n         integer not null,
  bytes     bytea not null,
  constraint media_chunks_pkey PRIMARY KEY (org_id, media_id, n),
  constraint media_chunks_bytes_check CHECK (((octet_length(bytes) >= 1) AND (octet_length(bytes) <= 262144))),
  constraint media_chunks_org_id_media_id_fkey FOREIGN KEY (org_id, media_id) REFERENCES media(org_id, id) ON DELETE CASCADE
);

create table memberships (
  org_id        uuid not null,
  user_id       uuid not null,
  role          text not null,
  created_at    timestamptz(3) not null default now(),
  last_seen_at  timestamptz(3),
  constraint memberships_pkey PRIMARY KEY (org_id, user_id),
  constraint memberships_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'agent'::text]))),
  constraint memberships_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX memberships_user ON memberships USING btree (user_id);

create table message_statuses (
  org_id         uuid not null,
  channel_id     uuid not null,
  wa_message_id  text not null,
  status         text not null,
  at             timestamptz(3) not null,
  received_at    timestamptz(3) not null,
  content        jsonb not null,
  constraint message_statuses_pkey PRIMARY KEY (org_id, channel_id, wa_message_id, status),
  constraint message_statuses_org_id_channel_id_fkey FOREIGN KEY (org_id, channel_id) REFERENCES channels(org_id, id) ON DELETE CASCADE
);

create table messages (
  org_id           uuid not null,
  id               uuid not null,
  contact_id       uuid not null,
  channel_id       uuid not null,
  wa_message_id    text,
  direction        text not null,
  origin           text not null,
  type             text not null,
  text             text,
  content          jsonb not null,
  reply_to         text,
  target           text,
  group_id         text,
  sent_at          timestamptz(3) not null,
  received_at      timestamptz(3) not null,
  conversation_id  uuid,
  sent_by_id       text,
  sent_by_name     text,
  constraint messages_pkey PRIMARY KEY (org_id, id),
  constraint messages_wa_id_unique UNIQUE (org_id, channel_id, wa_message_id),
  constraint messages_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
  constraint messages_origin_check CHECK ((origin = ANY (ARRAY['live'::text, 'echo'::text, 'history'::text, 'sent'::text]))),
  constraint messages_wa_id_known CHECK (((wa_message_id IS NOT NULL) OR (origin = 'sent'::text))),
  constraint messages_conversation_fkey FOREIGN KEY (org_id, conversation_id) REFERENCES conversations(org_id, id) ON DELETE SET NULL (conversation_id),
  constraint messages_org_id_channel_id_fkey FOREIGN KEY (org_id, channel_id) REFERENCES channels(org_id, id) ON DELETE CASCADE,
  constraint messages_org_id_contact_id_fkey FOREIGN KEY (org_id, contact_id) REFERENCES contacts(org_id, id) ON DELETE CASCADE
);
CREATE INDEX messages_contact ON messages USING btree (org_id, contact_id, sent_at DESC, id DESC);
CREATE INDEX messages_conversation ON messages USING btree (org_id, conversation_id, sent_at, id) WHERE (conversation_id IS NOT NULL);
CREATE INDEX messages_grams ON messages USING gin (message_grams(org_id, received_at, text)) WITH (gin_pending_list_limit='512') WHERE (conversation_id IS NOT NULL);
CREATE INDEX messages_target ON messages USING btree (org_id, channel_id, target) WHERE (target IS NOT NULL);

create table model_calls (
  org_id           uuid not null,
  id               uuid not null,
  purpose          text not null,
  provider_id      uuid not null,
  provider_name    text not null,
  model            text not null,
  conversation_id  uuid,
  agent_id         uuid,
  at               timestamptz(3) not null default clock_timestamp(),
  outcome          text,
  status           integer,
  latency_ms       integer,
  input_tokens     integer not null default 0,
  output_tokens    integer not null default 0,
  estimated        boolean not null default false,
  cost             numeric(14,6),
  constraint model_calls_pkey PRIMARY KEY (org_id, id),
  constraint model_calls_purpose_check CHECK ((purpose = ANY (ARRAY['auto_close'::text, 'agent'::text, 'test'::text, 'try'::text]))),
  constraint model_calls_org_id_conversation_id_fkey FOREIGN KEY (org_id, conversation_id) REFERENCES conversations(org_id, id) ON DELETE SET NULL (conversation_id),
  constraint model_calls_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE INDEX model_calls_of_conversation ON model_calls USING btree (org_id, conversation_id) WHERE (conversation_id IS NOT NULL);
CREATE INDEX model_calls_under_way ON model_calls USING btree (at) WHERE (outcome IS NULL);

create table model_exchanges (
  org_id           uuid not null,
  call_id          uuid not null,
  conversation_id  uuid,
  request          text not null,
  response         text not null,
  constraint model_exchanges_pkey PRIMARY KEY (org_id, call_id),
  constraint model_exchanges_org_id_call_id_fkey FOREIGN KEY (org_id, call_id) REFERENCES model_calls(org_id, id) ON DELETE CASCADE,
  constraint model_exchanges_org_id_conversation_id_fkey FOREIGN KEY (org_id, conversation_id) REFERENCES conversations(org_id, id) ON DELETE CASCADE
);
CREATE INDEX model_exchanges_of_conversation ON model_exchanges USING btree (org_id, conversation_id) WHERE (conversation_id IS NOT NULL);

create table model_months (
  org_id         uuid not null,
  month          date not null,
  calls          integer not null default 0,
  input_tokens   bigint not null default 0,
  output_tokens  bigint not null default 0,
  constraint model_months_pkey PRIMARY KEY (org_id, month),
  constraint model_months_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);

create table model_providers (
  org_id           uuid not null,
  id               uuid not null,
  kind             text not null,
  name             text not null,
  base_url         text not null,
  model            text not null,
  api_key          bytea,
  api_key_end      text,
  input_price      numeric(12,6),
  output_price     numeric(12,6),
  without          text[] not null default '{}'::text[],
  created_at       timestamptz(3) not null default clock_timestamp(),
  created_by_name  text not null,
  constraint model_providers_pkey PRIMARY KEY (org_id, id),
  constraint model_providers_api_key_end_check CHECK ((length(api_key_end) <= 4)),
  constraint model_providers_base_url_check CHECK (((length(base_url) >= 1) AND (length(base_url) <= 500))),
  constraint model_providers_check CHECK (((api_key IS NULL) = (api_key_end IS NULL))),
  constraint model_providers_input_price_check CHECK ((input_price >= (0)::numeric)),
  constraint model_providers_kind_check CHECK ((kind = ANY (ARRAY['openai_compatible'::text, 'anthropic'::text]))),
  constraint model_providers_model_check CHECK (((length(model) >= 1) AND (length(model) <= 200))),
  constraint model_providers_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint model_providers_output_price_check CHECK ((output_price >= (0)::numeric)),
  constraint model_providers_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);

create table model_settings (
  org_id               uuid not null,
  tagging_provider_id  uuid,
  monthly_tokens       bigint,
  keep_days            integer not null default 30,
  constraint model_settings_pkey PRIMARY KEY (org_id),
  constraint model_settings_keep_days_check CHECK (((keep_days >= 1) AND (keep_days <= 365))),
  constraint model_settings_monthly_tokens_check CHECK ((monthly_tokens >= 0)),
  constraint model_settings_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint model_settings_org_id_tagging_provider_id_fkey FOREIGN KEY (org_id, tagging_provider_id) REFERENCES model_providers(org_id, id) ON DELETE SET NULL (tagging_provider_id)
);

create table operation_batches (
  org_id        uuid not null,
  operation_id  uuid not null,
  n             integer not null,
  contact_ids   uuid[] not null,
  size          integer not null,
  done_at       timestamptz(3),
  changed       integer not null default 0,
  added         bigint[] not null default '{}'::bigint[],
  removed       bigint[] not null default '{}'::bigint[],
  failures      jsonb not null default '[]'::jsonb,
  first_row     integer,
  last_row      integer,
  created       uuid[] not null default '{}'::uuid[],
  renamed       jsonb not null default '[]'::jsonb,
  constraint operation_batches_pkey PRIMARY KEY (org_id, operation_id, n),
  constraint operation_batches_org_id_operation_id_fkey FOREIGN KEY (org_id, operation_id) REFERENCES operations(org_id, id) ON DELETE CASCADE
);
CREATE INDEX operation_batches_waiting ON operation_batches USING btree (org_id, operation_id, n) WHERE (done_at IS NULL);

create table operations (
  org_id        uuid not null,
  id            uuid not null,
  kind          text not null,
  status        text not null default 'waiting'::text,
  actor_kind    text not null,
  actor_id      text not null,
  actor_name    text not null,
  actor_role    text,
  request       jsonb not null,
  tag_ids       uuid[] not null,
  undoes        uuid,
  matched       integer not null,
  done          integer not null default 0,
  changed       integer not null default 0,
  unchanged     integer not null default 0,
  failed        integer not null default 0,
  error         text,
  created_at    timestamptz(3) not null default now(),
  started_at    timestamptz(3),
  finished_at   timestamptz(3),
  worked_at     timestamptz(3),
  announced_at  timestamptz(3),
  created       integer not null default 0,
  constraint operations_pkey PRIMARY KEY (org_id, id),
  constraint operations_check CHECK (((status = ANY (ARRAY['cancelled'::text, 'done'::text, 'failed'::text])) = (finished_at IS NOT NULL))),
  constraint operations_check1 CHECK (((status = 'failed'::text) = (error IS NOT NULL))),
  constraint operations_check2 CHECK (((kind = 'undo'::text) = (undoes IS NOT NULL))),
  constraint operations_kind_check CHECK ((kind = ANY (ARRAY['change_tags'::text, 'merge_tags'::text, 'import'::text, 'undo'::text]))),
  constraint operations_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'running'::text, 'cancelling'::text, 'cancelled'::text, 'done'::text, 'failed'::text]))),
  constraint operations_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint operations_org_id_undoes_fkey FOREIGN KEY (org_id, undoes) REFERENCES operations(org_id, id)
);
CREATE UNIQUE INDEX operations_undone_once ON operations USING btree (org_id, undoes) WHERE ((undoes IS NOT NULL) AND (status <> 'cancelled'::text));
CREATE INDEX operations_unfinished ON operations USING btree (org_id, id) WHERE (status = ANY (ARRAY['waiting'::text, 'running'::text, 'cancelling'::text]));

create table organizations (
  id          uuid not null,
  slug        text not null,
  name        text not null,
  created_at  timestamptz(3) not null default now(),
  constraint organizations_pkey PRIMARY KEY (id),
  constraint organizations_slug_unique UNIQUE (slug),
  constraint organizations_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint organizations_slug_check CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$'::text))
);

create table outgoing_messages (
  org_id      uuid not null,
  message_id  uuid not null,
  channel_id  uuid not null,
  state       text not null default 'waiting'::text,
  client_key  text,
  payload     jsonb not null,
  attempts    integer not null default 0,
  retry_at    timestamptz(3),
  error_code  integer,
  error_text  text,
  wanted_at   timestamptz(3) not null default now(),
  sending_at  timestamptz(3),
  settled_at  timestamptz(3),
  constraint outgoing_messages_pkey PRIMARY KEY (org_id, message_id),
  constraint outgoing_messages_check CHECK (((state = ANY (ARRAY['accepted'::text, 'failed'::text])) = (settled_at IS NOT NULL))),
  constraint outgoing_messages_check1 CHECK (((state = 'sending'::text) = (sending_at IS NOT NULL))),
  constraint outgoing_messages_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sending'::text, 'accepted'::text, 'failed'::text, 'uncertain'::text]))),
  constraint outgoing_messages_org_id_channel_id_fkey FOREIGN KEY (org_id, channel_id) REFERENCES channels(org_id, id) ON DELETE CASCADE,
  constraint outgoing_messages_org_id_message_id_fkey FOREIGN KEY (org_id, message_id) REFERENCES messages(org_id, id) ON DELETE CASCADE
);
CREATE INDEX outgoing_messages_queue ON outgoing_messages USING btree (org_id, channel_id, message_id) WHERE (state = ANY (ARRAY['waiting'::text, 'sending'::text]));
CREATE INDEX outgoing_messages_uncertain ON outgoing_messages USING btree (org_id, channel_id, message_id) WHERE (state = 'uncertain'::text);

create table pending_identity_changes (
  org_id  uuid not null,
  id      bigint not null generated always as identity,
  keys    text[] not null,
  change  jsonb not null,
  constraint pending_identity_changes_pkey PRIMARY KEY (org_id, id),
  constraint pending_identity_changes_once UNIQUE (org_id, keys),
  constraint pending_identity_changes_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE INDEX pending_identity_changes_keys ON pending_identity_changes USING gin (keys);

create unlogged table presences (
  org_id           uuid not null,
  user_id          uuid not null,
  tab_id           uuid not null,
  conversation_id  uuid,
  writing_until    timestamptz(3),
  seen_at          timestamptz(3) not null default now(),
  constraint presences_pkey PRIMARY KEY (org_id, user_id, tab_id),
  constraint presences_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES memberships(org_id, user_id) ON DELETE CASCADE
);

create table recovery_codes (
  user_id    uuid not null,
  code_hash  bytea not null,
  constraint recovery_codes_pkey PRIMARY KEY (user_id, code_hash),
  constraint recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES two_factors(user_id) ON DELETE CASCADE
);

create table reset_links (
  user_id          uuid not null,
  token_hash       bytea not null,
  made_by          uuid,
  ends_two_factor  boolean not null,
  created_at       timestamptz(3) not null default now(),
  expires_at       timestamptz(3) not null,
  constraint reset_links_pkey PRIMARY KEY (user_id),
  constraint reset_links_token_unique UNIQUE (token_hash),
  constraint reset_links_made_by_fkey FOREIGN KEY (made_by) REFERENCES users(id) ON DELETE CASCADE,
  constraint reset_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX reset_links_expiry ON reset_links USING btree (expires_at);
CREATE INDEX reset_links_maker ON reset_links USING btree (made_by);

create table retention (
  org_id         uuid not null,
  message_days   integer,
  delivery_days  integer not null,
  constraint retention_pkey PRIMARY KEY (org_id),
  constraint retention_delivery_days_check CHECK (((delivery_days >= 8) AND (delivery_days <= 30))),
  constraint retention_message_days_check CHECK (((message_days >= 30) AND (message_days <= 3650))),
  constraint retention_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);

create table saved_replies (
  org_id      uuid not null,
  id          uuid not null,
  name        text not null,
  name_key    text not null,
  text        text not null,
  created_at  timestamptz(3) not null default now(),
  updated_at  timestamptz(3) not null default now(),
  constraint saved_replies_pkey PRIMARY KEY (org_id, id),
  constraint saved_replies_name_unique UNIQUE (org_id, name_key),
  constraint saved_replies_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint saved_replies_text_check CHECK (((length(text) >= 1) AND (length(text) <= 4096))),
  constraint saved_replies_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);

create table sessions (
  token_hash    bytea not null,
  user_id       uuid not null,
  created_at    timestamptz(3) not null default now(),
  last_seen_at  timestamptz(3) not null default now(),
  expires_at    timestamptz(3) not null,
  user_agent    text not null default ''::text,
  id            uuid not null default gen_random_uuid(),
  address       text,
  constraint sessions_pkey PRIMARY KEY (token_hash),
  constraint sessions_id_unique UNIQUE (id),
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX sessions_expiry ON sessions USING btree (expires_at);
CREATE INDEX sessions_user ON sessions USING btree (user_id);

create table setup_links (
  token_hash  bytea not null,
  created_at  timestamptz(3) not null default now(),
  constraint setup_links_pkey PRIMARY KEY (token_hash)
);

create table sign_in_failures (
  key        text not null,
  failed_at  timestamptz(3) not null default now()
);
CREATE INDEX sign_in_failures_key ON sign_in_failures USING btree (key, failed_at);

create table suggestions (
  org_id           uuid not null,
  id               uuid not null,
  conversation_id  uuid not null,
  tag_id           uuid not null,
  message_id       uuid,
  confidence       real,
  engine           text not null,
  made_at          timestamptz(3) not null default now(),
  state            text not null default 'open'::text,
  decided_at       timestamptz(3),
  decided_by_id    text,
  decided_by_name  text,
  reason           text,
  source           text not null default 'ai_auto_close'::text,
  constraint suggestions_pkey PRIMARY KEY (org_id, id),
  constraint suggestions_check CHECK (((state = 'open'::text) = (decided_at IS NULL))),
  constraint suggestions_reason_check CHECK ((length(reason) <= 300)),
  constraint suggestions_source_check CHECK ((source = ANY (ARRAY['ai_auto_close'::text, 'ai_tool'::text]))),
  constraint suggestions_state_check CHECK ((state = ANY (ARRAY['open'::text, 'accepted'::text, 'rejected'::text]))),
  constraint suggestions_org_id_conversation_id_fkey FOREIGN KEY (org_id, conversation_id) REFERENCES conversations(org_id, id) ON DELETE CASCADE,
  constraint suggestions_org_id_tag_id_fkey FOREIGN KEY (org_id, tag_id) REFERENCES tags(org_id, id) ON DELETE CASCADE
);
CREATE INDEX suggestions_in_conversation ON suggestions USING btree (org_id, conversation_id, tag_id);
CREATE UNIQUE INDEX suggestions_of_conversation ON suggestions USING btree (org_id, conversation_id, tag_id) WHERE (state = 'open'::text);
CREATE INDEX suggestions_of_tag ON suggestions USING btree (org_id, tag_id);
CREATE INDEX suggestions_open ON suggestions USING btree (org_id, id) WHERE (state = 'open'::text);

create table tag_assignments (
  org_id              uuid not null,
  id                  bigint not null generated always as identity,
  contact_id          uuid not null,
  tag_id              uuid not null,
  added_at            timestamptz(3) not null,
  added_source        text not null,
  added_actor_kind    text not null,
  added_actor_id      text not null,
  added_actor_name    text not null,
  added_why           jsonb,
  removed_at          timestamptz(3),
  removed_source      text,
  removed_actor_kind  text,
  removed_actor_id    text,
  removed_actor_name  text,
  removed_why         jsonb,
  constraint tag_assignments_pkey PRIMARY KEY (org_id, id),
  constraint tag_assignments_added_source_check CHECK ((added_source = ANY (ARRAY['manual_admin'::text, 'manual_agent'::text, 'api'::text, 'ai_tool'::text, 'ai_auto_close'::text]))),
  constraint tag_assignments_check CHECK (((removed_at IS NULL) OR ((removed_source IS NOT NULL) AND (removed_actor_kind IS NOT NULL) AND (removed_actor_id IS NOT NULL) AND (removed_actor_name IS NOT NULL)))),
  constraint tag_assignments_removed_source_check CHECK ((removed_source = ANY (ARRAY['manual_admin'::text, 'manual_agent'::text, 'api'::text, 'ai_tool'::text, 'ai_auto_close'::text]))),
  constraint tag_assignments_org_id_contact_id_fkey FOREIGN KEY (org_id, contact_id) REFERENCES contacts(org_id, id) ON DELETE CASCADE,
  constraint tag_assignments_org_id_tag_id_fkey FOREIGN KEY (org_id, tag_id) REFERENCES tags(org_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX tag_assignments_active ON tag_assignments USING btree (org_id, contact_id, tag_id) INCLUDE (added_source, added_at) WHERE (removed_at IS NULL);
CREATE INDEX tag_assignments_by_ai ON tag_assignments USING btree (org_id, tag_id, added_at) WHERE (added_source = ANY (ARRAY['ai_tool'::text, 'ai_auto_close'::text]));
CREATE INDEX tag_assignments_contact ON tag_assignments USING btree (org_id, contact_id, id);
CREATE INDEX tag_assignments_ended_by_ai ON tag_assignments USING btree (org_id, removed_at) WHERE ((removed_at IS NOT NULL) AND (added_source = ANY (ARRAY['ai_tool'::text, 'ai_auto_close'::text])));
CREATE INDEX tag_assignments_source ON tag_assignments USING btree (org_id, added_source, added_at) INCLUDE (contact_id, tag_id) WHERE (removed_at IS NULL);
CREATE INDEX tag_assignments_tag ON tag_assignments USING btree (org_id, tag_id, added_source, added_at) INCLUDE (contact_id) WHERE (removed_at IS NULL);
CREATE INDEX tag_assignments_taught ON tag_assignments USING btree (org_id, tag_id, added_at) WHERE ((added_source = ANY (ARRAY['manual_admin'::text, 'manual_agent'::text])) AND ((added_why IS NULL) OR ((added_why ->> 'reason'::text) = 'suggestion'::text)));

create table tag_counts (
  org_id  uuid not null,
  id      bigint not null generated always as identity,
  tag_id  uuid not null,
  change  integer not null,
  constraint tag_counts_pkey PRIMARY KEY (org_id, id),
  constraint tag_counts_org_id_tag_id_fkey FOREIGN KEY (org_id, tag_id) REFERENCES tags(org_id, id) ON DELETE CASCADE
);

create table tag_learners (
  org_id     uuid not null,
  tag_id     uuid not null,
  positives  integer not null,
  negatives  integer not null,
  weights    bytea not null,
  constraint tag_learners_pkey PRIMARY KEY (org_id, tag_id),
  constraint tag_learners_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint tag_learners_org_id_tag_id_fkey FOREIGN KEY (org_id, tag_id) REFERENCES tags(org_id, id) ON DELETE CASCADE
);

create table tags (
  org_id        uuid not null,
  id            uuid not null,
  name          text not null,
  name_key      text not null,
  description   text not null default ''::text,
  color         text,
  created_at    timestamptz(3) not null default now(),
  updated_at    timestamptz(3) not null default now(),
  deleted_at    timestamptz(3),
  merged_into   uuid,
  merging       jsonb,
  ai_mode       text not null default 'apply'::text,
  ai_threshold  real not null default 0.5,
  constraint tags_pkey PRIMARY KEY (org_id, id),
  constraint tags_ai_mode_check CHECK ((ai_mode = ANY (ARRAY['off'::text, 'suggest'::text, 'apply'::text]))),
  constraint tags_ai_threshold_check CHECK (((ai_threshold >= (0)::double precision) AND (ai_threshold <= (1)::double precision))),
  constraint tags_check CHECK (((merged_into IS NULL) OR ((deleted_at IS NOT NULL) AND (merged_into <> id)))),
  constraint tags_check1 CHECK (((merging IS NULL) OR (merged_into IS NOT NULL))),
  constraint tags_description_check CHECK ((length(description) <= 5000)),
  constraint tags_name_check CHECK (((length(name) >= 1) AND (length(name) <= 500))),
  constraint tags_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE,
  constraint tags_org_id_merged_into_fkey FOREIGN KEY (org_id, merged_into) REFERENCES tags(org_id, id)
);
CREATE INDEX tags_merged_into ON tags USING btree (org_id, merged_into) WHERE (merged_into IS NOT NULL);
CREATE UNIQUE INDEX tags_name_unique ON tags USING btree (org_id, name_key) WHERE (deleted_at IS NULL);

create table test_phone_customers (
  org_id         uuid not null,
  contact_id     uuid not null,
  reads          boolean not null default true,
  silent         boolean not null default false,
  refuses_with   integer,
  delay_seconds  integer not null default 0,
  writing_since  timestamptz(3),
  read_to        uuid,
  constraint test_phone_customers_pkey PRIMARY KEY (org_id, contact_id),
  constraint test_phone_customers_delay_seconds_check CHECK (((delay_seconds >= 0) AND (delay_seconds <= 3600))),
  constraint test_phone_customers_org_id_contact_id_fkey FOREIGN KEY (org_id, contact_id) REFERENCES contacts(org_id, id) ON DELETE CASCADE
);

create table test_phone_files (
  org_id      uuid not null,
  id          text not null,
  contact_id  uuid not null,
  mime_type   text not null,
  file_name   text not null,
  bytes       bytea not null,
  created_at  timestamptz(3) not null default now(),
  constraint test_phone_files_pkey PRIMARY KEY (org_id, id),
  constraint test_phone_files_org_id_contact_id_fkey FOREIGN KEY (org_id, contact_id) REFERENCES contacts(org_id, id) ON DELETE CASCADE
);
CREATE INDEX test_phone_files_contact ON test_phone_files USING btree (org_id, contact_id);

create table two_factors (
  user_id       uuid not null,
  secret        bytea not null,
  created_at    timestamptz(3) not null default now(),
  confirmed_at  timestamptz(3),
  last_step     bigint not null default 0,
  constraint two_factors_pkey PRIMARY KEY (user_id),
  constraint two_factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table users (
  id             uuid not null,
  email          text not null,
  email_key      text not null,
  name           text not null,
  password_hash  text not null,
  created_at     timestamptz(3) not null default now(),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_email_unique UNIQUE (email_key),
  constraint users_email_check CHECK (((length(email) >= 3) AND (length(email) <= 254))),
  constraint users_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);

create table webhook_dispatches (
  org_id          uuid not null,
  endpoint_id     uuid not null,
  event_seq       bigint not null,
  type            text not null,
  event_at        timestamptz(3) not null,
  contact_id      uuid,
  lane            uuid,
  replayed        boolean not null default false,
  state           text not null default 'waiting'::text,
  next_at         timestamptz(3) not null default now(),
  attempts        integer not null default 0,
  first_tried_at  timestamptz(3),
  settled_at      timestamptz(3),
  tries           jsonb not null default '[]'::jsonb,
  answer          text,
  constraint webhook_dispatches_pkey PRIMARY KEY (org_id, endpoint_id, event_seq),
  constraint webhook_dispatches_check CHECK (((state = 'waiting'::text) = (settled_at IS NULL))),
  constraint webhook_dispatches_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'accepted'::text, 'given_up'::text]))),
  constraint webhook_dispatches_org_id_endpoint_id_fkey FOREIGN KEY (org_id, endpoint_id) REFERENCES webhook_endpoints(org_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_dispatches_contact ON webhook_dispatches USING btree (org_id, endpoint_id, contact_id, event_seq) WHERE (contact_id IS NOT NULL);
CREATE INDEX webhook_dispatches_due ON webhook_dispatches USING btree (org_id, endpoint_id, next_at) WHERE (state = 'waiting'::text);
CREATE INDEX webhook_dispatches_given_up ON webhook_dispatches USING btree (org_id, endpoint_id, event_seq) WHERE (state = 'given_up'::text);
CREATE INDEX webhook_dispatches_settled ON webhook_dispatches USING btree (settled_at) WHERE (settled_at IS NOT NULL);

create table webhook_endpoints (
  org_id            uuid not null,
  id                uuid not null,
  url               text not null,
  description       text not null default ''::text,
  types             text[] not null,
  secret            bytea not null,
  old_secret        bytea,
  old_until         timestamptz(3),
  position          bigint not null,
  created_at        timestamptz(3) not null default clock_timestamp(),
  created_by_name   text not null,
  off_at            timestamptz(3),
  off_reason        text,
  off_by_name       text,
  failing_since     timestamptz(3),
  failures          integer not null default 0,
  paused_until      timestamptz(3),
  last_accepted_at  timestamptz(3),
  constraint webhook_endpoints_pkey PRIMARY KEY (org_id, id),
  constraint webhook_endpoints_check CHECK (((old_secret IS NULL) = (old_until IS NULL))),
  constraint webhook_endpoints_check1 CHECK (((off_at IS NULL) = (off_reason IS NULL))),
  constraint webhook_endpoints_check2 CHECK (((failing_since IS NULL) = (failures = 0))),
  constraint webhook_endpoints_description_check CHECK ((length(description) <= 500)),
  constraint webhook_endpoints_off_reason_check CHECK ((off_reason = ANY (ARRAY['person'::text, 'gone'::text, 'dead'::text, 'secret_lost'::text]))),
  constraint webhook_endpoints_types_check CHECK ((cardinality(types) > 0)),
  constraint webhook_endpoints_url_check CHECK (((length(url) >= 1) AND (length(url) <= 2000))),
  constraint webhook_endpoints_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);

create table whatsapp_accounts (
  org_id               uuid not null,
  id                   uuid not null,
  kind                 text not null,
  name                 text not null,
  portfolio_id         text not null,
  waba_id              text not null,
  app_secret           bytea not null,
  previous_app_secret  bytea,
  verify_token         bytea not null,
  access_token         bytea,
  created_at           timestamptz(3) not null default now(),
  last_delivery_at     timestamptz(3),
  refused_count        bigint not null default 0,
  last_refused_at      timestamptz(3),
  last_refused_reason  text,
  token_refused_at     timestamptz(3),
  constraint whatsapp_accounts_pkey PRIMARY KEY (org_id, id),
  constraint whatsapp_accounts_id_unique UNIQUE (id),
  constraint whatsapp_accounts_kind_check CHECK ((kind = ANY (ARRAY['live'::text, 'test'::text]))),
  constraint whatsapp_accounts_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint whatsapp_accounts_portfolio_id_check CHECK (((length(portfolio_id) >= 1) AND (length(portfolio_id) <= 100))),
  constraint whatsapp_accounts_waba_id_check CHECK (((length(waba_id) >= 1) AND (length(waba_id) <= 100))),
  constraint whatsapp_accounts_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX whatsapp_accounts_one_test ON whatsapp_accounts USING btree (org_id) WHERE (kind = 'test'::text);

CREATE OR REPLACE FUNCTION public.message_grams(org_id uuid, received_at timestamp with time zone, text text)
 RETURNS tsvector
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL RESTRICTED STRICT COST 1000
AS $function$
declare
  mark text := right(org_id::text, 6);
  said text := lower(left(text, 4096));
  piece text;
  gram text;
  grams text[] := array[mark || E'\x01' || floor(extract(epoch from received_at) / 604800)];
begin
  -- Finding the nth letter means reading all before it, so a long text is taken apart first.
  for start in 0..length(said) - 1 by 64 loop
    piece := substr(said, start + 1, 67);
    for i in 1..least(64, length(said) - start) loop
      gram := substr(piece, i, 4);
      grams[start + i + 1] := mark || case when gram < E'\u2E80' collate "C" then gram else left(gram, 2) end;
    end loop;
  end loop;
  return array_to_tsvector(grams);
end
$function$;
