// The tables as Kysely sees them. Made from the migrations by `npm run schema`: not to be edited.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** Comes parsed; goes in as `JSON.stringify(…)`, because the driver would make a PostgreSQL array of an array. */
export type Json = ColumnType<unknown, string, string>

export interface AiAgentActsTable {
  org_id: string
  id: string
  agent_id: string
  conversation_id: string
  kind: string
  at: Generated<string>
  message_id: string | null
  tag_id: string | null
  reason: string | null
  words: string | null
}

export interface AiAgentChannelsTable {
  org_id: string
  agent_id: string
  channel_id: string
  active: boolean
  user_facing: boolean
}

export interface AiAgentConversationsTable {
  org_id: string
  conversation_id: string
  agent_id: string
  taken_at: Generated<string>
  ended_at: string | null
  turn: Generated<number>
  failures: Generated<number>
  retry_at: string | null
  answers: Generated<number>
  answered_at: string | null
}

export interface AiAgentsTable {
  org_id: string
  id: string
  name: string
  active: boolean
  user_facing: boolean
  instructions: string
  provider_id: string | null
  hand_over_words: Generated<string[]>
  most_answers: number
  close_after_minutes: number | null
  created_at: Generated<string>
  updated_at: Generated<string>
  removed_at: string | null
}

export interface AnalysesTable {
  org_id: string
  conversation_id: string
  state: Generated<'waiting' | 'done' | 'failed'>
  attempts: Generated<number>
  due_at: Generated<string>
  finished_at: string | null
  engine: string | null
  guarded: Generated<boolean>
  applied: Generated<number>
  suggested: Generated<number>
  held_back: Generated<number>
  refused: Generated<number>
  fallback: string | null
}

export interface ApiKeyMinutesTable {
  org_id: string
  key_id: string
  minute: string
  taken: number
  given: number
}

export interface ApiKeysTable {
  org_id: string
  id: string
  name: string
  kind: 'third_party' | 'ai_agent'
  scopes: string[]
  secret_hash: Buffer
  prefix: string
  old_secret_hash: Buffer | null
  old_prefix: string | null
  old_until: string | null
  expires_at: string | null
  allowed_ips: string[] | null
  per_minute: number
  created_at: Generated<string>
  created_by_id: string
  created_by_name: string
  last_used_at: string | null
  last_used_from: string | null
  revoked_at: string | null
  revoked_by_name: string | null
}

export interface AuditEntriesTable {
  org_id: string
  id: GeneratedAlways<number>
  at: Generated<string>
  act: string
  actor_kind: string
  actor_id: string
  actor_name: string
  address: string | null
  subject_id: string | null
  subject_name: string | null
  details: Json | null
}

export interface ChannelsTable {
  org_id: string
  id: string
  account_id: string
  name: string
  phone_number_id: string
  phone: string
  created_at: Generated<string>
  paused_until: string | null
  pause_reason: string | null
}

export interface ContactActivityTable {
  org_id: string
  contact_id: string
  last_seen_at: string
  gathered_at: Generated<string>
}

export interface ContactConflictsTable {
  org_id: string
  id: string
  reason: 'two_contacts' | 'possible_new_owner' | 'number_taken'
  contact_id: string
  other_contact_id: string | null
  kind: string
  scope: string
  value: string
  detected_at: Generated<string>
  last_seen_at: Generated<string>
  times_seen: Generated<number>
  resolution: 'merged' | 'same_person' | 'kept_apart' | null
  merge_id: string | null
  resolved_at: string | null
  resolved_by_id: string | null
  resolved_by_name: string | null
}

export interface ContactErasuresTable {
  org_id: string
  id: string
  contact_ids: string[]
  erased_at: Generated<string>
  erased_by_id: string
  erased_by_name: string
  traces: Json | null
  place: Generated<Json>
  deliveries_cut: Generated<number>
  finished_at: string | null
}

export interface ContactIdentitiesTable {
  org_id: string
  kind: 'phone' | 'bsuid' | 'parent_bsuid' | 'external_id'
  scope: string
  value: string
  contact_id: string
  created_at: Generated<string>
  retired_at: string | null
}

export interface ContactMergesTable {
  org_id: string
  id: string
  kept_id: string
  merged_id: string
  kept_row: Json
  merged_row: Json
  identities: Json
  messages: string[]
  assignments: number[]
  actor_kind: string
  actor_id: string
  actor_name: string
  merged_at: Generated<string>
  undone_at: string | null
  undone_by_name: string | null
  conversations: Generated<Json>
  suggestions: Generated<Json>
}

export interface ContactsTable {
  org_id: string
  id: string
  test: Generated<boolean>
  phone: string | null
  display_name: string | null
  name_origin: 'whatsapp' | 'given' | null
  username: string | null
  first_seen_at: string
  first_seen_provisional: Generated<boolean>
  last_seen_at: string | null
  search_text: string
  tag_ids: Generated<string[]>
  created_at: Generated<string>
  sort_name: string | null
  search_grams: string[] | null
  channel_ids: Generated<string[]>
  tag_sources: Generated<number>
}

export interface ConversationClosingsTable {
  org_id: string
  conversation_id: string
  status: 'closed_by_agent' | 'closed_by_admin' | 'expired' | 'ai_auto_closed'
  closed_at: string
  actor_kind: string
  actor_id: string
  actor_name: string
  announced_at: Generated<string | null>
}

export interface ConversationsTable {
  org_id: string
  id: string
  contact_id: string
  channel_id: string
  status: Generated<'pending' | 'active' | 'closed_by_agent' | 'closed_by_admin' | 'expired' | 'ai_auto_closed'>
  agent_id: string | null
  agent_name: string | null
  opened_at: string
  taken_at: string | null
  first_answered_at: string | null
  closed_at: string | null
  last_message_at: string
  last_message_id: string | null
  window_ends_at: string
  waiting_since: string | null
  unread_count: Generated<number>
  read_to: string | null
  first_answered_by_id: string | null
  first_answered_by_name: string | null
  waits_until: string | null
  first_asked_at: string | null
  writing_told_at: string | null
  people_only: Generated<boolean>
}

export interface DeliveriesTable {
  org_id: string
  id: Generated<number>
  account_id: string
  received_at: Generated<string>
  body: Buffer
  interpreted_at: string | null
  failures: Generated<number>
  retry_at: string | null
  problem: string | null
  left_for: string[] | null
}

export interface EventPositionsTable {
  org_id: string
  position: number
}

export interface EventsTable {
  org_id: string
  id: GeneratedAlways<number>
  kind: string
  contact_id: string | null
  tag_id: string | null
  actor_kind: string
  actor_id: string
  actor_name: string
  source: string | null
  before: Json | null
  after: Json | null
  at: Generated<string>
  seq: number | null
}

export interface IdempotencyKeysTable {
  org_id: string
  actor_kind: string
  actor_id: string
  key: string
  request_hash: Buffer
  answer: Buffer | null
  created_at: Generated<string>
}

export interface ImportPartsTable {
  org_id: string
  import_id: string
  n: number
  bytes: Buffer
}

export interface ImportRowsTable {
  org_id: string
  import_id: string
  n: number
  cells: string[]
  reason: string | null
  same_as: number | null
  keys: Generated<string[]>
  person: string | null
  contact_id: string | null
  display_name: string | null
  tags: number[] | null
  first_seen_at: string | null
  last_seen_at: string | null
  folded_name: string | null
  name_grams: string[] | null
}

export interface ImportTagsTable {
  org_id: string
  import_id: string
  n: number
  name: string
  name_key: string
  uses: number
  choice: 'create' | 'use' | 'leave_out' | null
  tag_id: string | null
}

export interface ImportsTable {
  org_id: string
  id: string
  actor_kind: string
  actor_id: string
  actor_name: string
  file_name: string
  file_bytes: number
  status: Generated<'uploading' | 'uploaded' | 'checking' | 'checked' | 'failed' | 'started'>
  guess: Json | null
  settings: Json | null
  check_no: Generated<number>
  must_read: Generated<boolean>
  read_bytes: Generated<number>
  read_rows: Generated<number>
  result: Json | null
  error: Json | null
  operation_id: string | null
  refused_late: Generated<number>
  created_at: Generated<string>
  touched_at: Generated<string>
}

export interface InvitationsTable {
  org_id: string
  id: string
  token_hash: Buffer
  role: 'admin' | 'agent'
  email: Generated<string>
  invited_by: string
  invited_by_name: string
  created_at: Generated<string>
  expires_at: string
  accepted_at: string | null
  accepted_by: string | null
  withdrawn_at: string | null
}

export interface LearningsTable {
  org_id: string
  since: string | null
  seen_position: Generated<number>
  new_lessons: Generated<number>
  due_at: string | null
  round: Generated<number>
  failures: Generated<number>
  steps_done: Generated<number>
  steps: Generated<number>
  version: Generated<number>
  learned_at: string | null
  conversations: Generated<number>
}

export interface LessonVectorsTable {
  org_id: string
  conversation_id: string
  vectors: Buffer
}

export interface MediaTable {
  org_id: string
  id: string
  message_id: string
  wa_media_id: string | null
  uploaded_at: string | null
  mime_type: string | null
  size: number | null
  file_name: string | null
  state: Generated<'waiting' | 'stored' | 'failed' | 'too_large'>
  attempts: Generated<number>
  retry_at: string | null
  error: 'gone' | 'refused' | 'token_refused' | 'token_missing' | 'address_private' | 'damaged' | 'unreachable' | null
  created_at: Generated<string>
  stored_at: string | null
}

export interface MediaChunksTable {
  org_id: string
  media_id: string
  n: number
  bytes: Buffer
}

export interface MembershipsTable {
  org_id: string
  user_id: string
  role: 'admin' | 'agent'
  created_at: Generated<string>
  last_seen_at: string | null
}

export interface MessageStatusesTable {
  org_id: string
  channel_id: string
  wa_message_id: string
  status: string
  at: string
  received_at: string
  content: Json
}

export interface MessagesTable {
  org_id: string
  id: string
  contact_id: string
  channel_id: string
  wa_message_id: string | null
  direction: 'in' | 'out'
  origin: 'live' | 'echo' | 'history' | 'sent'
  type: string
  text: string | null
  content: Json
  reply_to: string | null
  target: string | null
  group_id: string | null
  sent_at: string
  received_at: string
  conversation_id: string | null
  sent_by_id: string | null
  sent_by_name: string | null
}

export interface ModelCallsTable {
  org_id: string
  id: string
  purpose: 'auto_close' | 'agent' | 'test' | 'try'
  provider_id: string
  provider_name: string
  model: string
  conversation_id: string | null
  agent_id: string | null
  at: Generated<string>
  outcome: string | null
  status: number | null
  latency_ms: number | null
  input_tokens: Generated<number>
  output_tokens: Generated<number>
  estimated: Generated<boolean>
  cost: string | null
}

export interface ModelExchangesTable {
  org_id: string
  call_id: string
  conversation_id: string | null
  request: string
  response: string
}

export interface ModelMonthsTable {
  org_id: string
  month: string
  calls: Generated<number>
  input_tokens: Generated<number>
  output_tokens: Generated<number>
}

export interface ModelProvidersTable {
  org_id: string
  id: string
  kind: 'openai_compatible' | 'anthropic'
  name: string
  base_url: string
  model: string
  api_key: Buffer | null
  api_key_end: string | null
  input_price: string | null
  output_price: string | null
  without: Generated<string[]>
  created_at: Generated<string>
  created_by_name: string
}

export interface ModelSettingsTable {
  org_id: string
  tagging_provider_id: string | null
  monthly_tokens: number | null
  keep_days: Generated<number>
}

export interface OperationBatchesTable {
  org_id: string
  operation_id: string
  n: number
  contact_ids: string[]
  size: number
  done_at: string | null
  changed: Generated<number>
  added: Generated<number[]>
  removed: Generated<number[]>
  failures: Generated<Json>
  first_row: number | null
  last_row: number | null
  created: Generated<string[]>
  renamed: Generated<Json>
}

export interface OperationsTable {
  org_id: string
  id: string
  kind: 'change_tags' | 'merge_tags' | 'import' | 'undo'
  status: Generated<'waiting' | 'running' | 'cancelling' | 'cancelled' | 'done' | 'failed'>
  actor_kind: string
  actor_id: string
  actor_name: string
  actor_role: string | null
  request: Json
  tag_ids: string[]
  undoes: string | null
  matched: number
  done: Generated<number>
  changed: Generated<number>
  unchanged: Generated<number>
  failed: Generated<number>
  error: string | null
  created_at: Generated<string>
  started_at: string | null
  finished_at: string | null
  worked_at: string | null
  announced_at: string | null
  created: Generated<number>
}

export interface OrganizationsTable {
  id: string
  slug: string
  name: string
  created_at: Generated<string>
}

export interface OutgoingMessagesTable {
  org_id: string
  message_id: string
  channel_id: string
  state: Generated<'waiting' | 'sending' | 'accepted' | 'failed' | 'uncertain'>
  client_key: string | null
  payload: Json
  attempts: Generated<number>
  retry_at: string | null
  error_code: number | null
  error_text: string | null
  wanted_at: Generated<string>
  sending_at: string | null
  settled_at: string | null
}

export interface PendingIdentityChangesTable {
  org_id: string
  id: GeneratedAlways<number>
  keys: string[]
  change: Json
}

export interface PresencesTable {
  org_id: string
  user_id: string
  tab_id: string
  conversation_id: string | null
  writing_until: string | null
  seen_at: Generated<string>
}

export interface RecoveryCodesTable {
  user_id: string
  code_hash: Buffer
}

export interface ResetLinksTable {
  user_id: string
  token_hash: Buffer
  made_by: string | null
  ends_two_factor: boolean
  created_at: Generated<string>
  expires_at: string
}

export interface RetentionTable {
  org_id: string
  message_days: number | null
  delivery_days: number
}

export interface SavedRepliesTable {
  org_id: string
  id: string
  name: string
  name_key: string
  text: string
  created_at: Generated<string>
  updated_at: Generated<string>
}

export interface SessionsTable {
  token_hash: Buffer
  user_id: string
  created_at: Generated<string>
  last_seen_at: Generated<string>
  expires_at: string
  user_agent: Generated<string>
  id: Generated<string>
  address: string | null
}

export interface SetupLinksTable {
  token_hash: Buffer
  created_at: Generated<string>
}

export interface SignInFailuresTable {
  key: string
  failed_at: Generated<string>
}

export interface SuggestionsTable {
  org_id: string
  id: string
  conversation_id: string
  tag_id: string
  message_id: string | null
  confidence: number | null
  engine: string
  made_at: Generated<string>
  state: Generated<'open' | 'accepted' | 'rejected'>
  decided_at: string | null
  decided_by_id: string | null
  decided_by_name: string | null
  reason: string | null
  source: Generated<'ai_auto_close' | 'ai_tool'>
}

export interface TagAssignmentsTable {
  org_id: string
  id: GeneratedAlways<number>
  contact_id: string
  tag_id: string
  added_at: string
  added_source: 'manual_admin' | 'manual_agent' | 'api' | 'ai_tool' | 'ai_auto_close'
  added_actor_kind: string
  added_actor_id: string
  added_actor_name: string
  added_why: Json | null
  removed_at: string | null
  removed_source: 'manual_admin' | 'manual_agent' | 'api' | 'ai_tool' | 'ai_auto_close' | null
  removed_actor_kind: string | null
  removed_actor_id: string | null
  removed_actor_name: string | null
  removed_why: Json | null
}

export interface TagCountsTable {
  org_id: string
  id: GeneratedAlways<number>
  tag_id: string
  change: number
}

export interface TagLearnersTable {
  org_id: string
  tag_id: string
  positives: number
  negatives: number
  weights: Buffer
}

export interface TagsTable {
  org_id: string
  id: string
  name: string
  name_key: string
  description: Generated<string>
  color: string | null
  created_at: Generated<string>
  updated_at: Generated<string>
  deleted_at: string | null
  merged_into: string | null
  merging: Json | null
  ai_mode: Generated<'off' | 'suggest' | 'apply'>
  ai_threshold: Generated<number>
}

export interface TestPhoneCustomersTable {
  org_id: string
  contact_id: string
  reads: Generated<boolean>
  silent: Generated<boolean>
  refuses_with: number | null
  delay_seconds: Generated<number>
  writing_since: string | null
  read_to: string | null
}

export interface TestPhoneFilesTable {
  org_id: string
  id: string
  contact_id: string
  mime_type: string
  file_name: string
  bytes: Buffer
  created_at: Generated<string>
}

export interface TwoFactorsTable {
  user_id: string
  secret: Buffer
  created_at: Generated<string>
  confirmed_at: string | null
  last_step: Generated<number>
}

export interface UsersTable {
  id: string
  email: string
  email_key: string
  name: string
  password_hash: string
  created_at: Generated<string>
}

export interface WebhookDispatchesTable {
  org_id: string
  endpoint_id: string
  event_seq: number
  type: string
  event_at: string
  contact_id: string | null
  lane: string | null
  replayed: Generated<boolean>
  state: Generated<'waiting' | 'accepted' | 'given_up'>
  next_at: Generated<string>
  attempts: Generated<number>
  first_tried_at: string | null
  settled_at: string | null
  tries: Generated<Json>
  answer: string | null
}

export interface WebhookEndpointsTable {
  org_id: string
  id: string
  url: string
  description: Generated<string>
  types: string[]
  secret: Buffer
  old_secret: Buffer | null
  old_until: string | null
  position: number
  created_at: Generated<string>
  created_by_name: string
  off_at: string | null
  off_reason: 'person' | 'gone' | 'dead' | 'secret_lost' | null
  off_by_name: string | null
  failing_since: string | null
  failures: Generated<number>
  paused_until: string | null
  last_accepted_at: string | null
}

export interface WhatsappAccountsTable {
  org_id: string
  id: string
  kind: 'live' | 'test'
  name: string
  portfolio_id: string
  waba_id: string
  app_secret: Buffer
  previous_app_secret: Buffer | null
  verify_token: Buffer
  access_token: Buffer | null
  created_at: Generated<string>
  last_delivery_at: string | null
  refused_count: Generated<number>
  last_refused_at: string | null
  last_refused_reason: string | null
  token_refused_at: string | null
}

export interface Tables {
  ai_agent_acts: AiAgentActsTable
  ai_agent_channels: AiAgentChannelsTable
  ai_agent_conversations: AiAgentConversationsTable
  ai_agents: AiAgentsTable
  analyses: AnalysesTable
  api_key_minutes: ApiKeyMinutesTable
  api_keys: ApiKeysTable
  audit_entries: AuditEntriesTable
  channels: ChannelsTable
  contact_activity: ContactActivityTable
  contact_conflicts: ContactConflictsTable
  contact_erasures: ContactErasuresTable
  contact_identities: ContactIdentitiesTable
  contact_merges: ContactMergesTable
  contacts: ContactsTable
  conversation_closings: ConversationClosingsTable
  conversations: ConversationsTable
  deliveries: DeliveriesTable
  event_positions: EventPositionsTable
  events: EventsTable
  idempotency_keys: IdempotencyKeysTable
  import_parts: ImportPartsTable
  import_rows: ImportRowsTable
  import_tags: ImportTagsTable
  imports: ImportsTable
  invitations: InvitationsTable
  learnings: LearningsTable
  lesson_vectors: LessonVectorsTable
  media: MediaTable
  media_chunks: MediaChunksTable
  memberships: MembershipsTable
  message_statuses: MessageStatusesTable
  messages: MessagesTable
  model_calls: ModelCallsTable
  model_exchanges: ModelExchangesTable
  model_months: ModelMonthsTable
  model_providers: ModelProvidersTable
  model_settings: ModelSettingsTable
  operation_batches: OperationBatchesTable
  operations: OperationsTable
  organizations: OrganizationsTable
  outgoing_messages: OutgoingMessagesTable
  pending_identity_changes: PendingIdentityChangesTable
  presences: PresencesTable
  recovery_codes: RecoveryCodesTable
  reset_links: ResetLinksTable
  retention: RetentionTable
  saved_replies: SavedRepliesTable
  sessions: SessionsTable
  setup_links: SetupLinksTable
  sign_in_failures: SignInFailuresTable
  suggestions: SuggestionsTable
  tag_assignments: TagAssignmentsTable
  tag_counts: TagCountsTable
  tag_learners: TagLearnersTable
  tags: TagsTable
  test_phone_customers: TestPhoneCustomersTable
  test_phone_files: TestPhoneFilesTable
  two_factors: TwoFactorsTable
  users: UsersTable
  webhook_dispatches: WebhookDispatchesTable
  webhook_endpoints: WebhookEndpointsTable
  whatsapp_accounts: WhatsappAccountsTable
}
