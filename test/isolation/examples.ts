// An example call of every route, with each id by its kind: by these the test of isolation tries all routes with foreign ids.
//
// A new route gets a line here under its operationId. Take every id from `id`, by kind, so that a foreign one can be put
// in its place; a new kind is added to KINDS, and made in world.ts.

/** Everything that belongs to one organization, or to one person, and that has an id. */
export const KINDS = [
  'contact',
  'otherContact',
  'customer',
  'tag',
  'otherTag',
  'deletedTag',
  'account',
  'channel',
  'delivery',
  'conflict',
  'merge',
  'operation',
  'import',
  'upload',
  'user',
  'session',
  'invitation',
  'conversation',
  'message',
  'savedReply',
  'suggestion',
  'aiAgent',
  'media',
  'apiKey',
  'webhook',
  'dispatch',
  'modelProvider',
  'modelCall',
] as const
export type Kind = (typeof KINDS)[number]
export type Ids = Readonly<Record<Kind, string>>

export interface Example {
  params?: Record<string, string>
  query?: Record<string, string>
  body?: Record<string, unknown>
  /** In place of a body. */
  file?: string
  /** What it answers with the caller's own ids, when that is no success. */
  own?: number
  /** Kinds by which it only filters: a foreign id is no error, and finds what an id finds that nobody has. */
  filters?: readonly Kind[]
}

const TAG_FILTERS: readonly Kind[] = ['tag', 'otherTag', 'deletedTag', 'channel']

/** A filter of contacts in which every id is one of the organization's, or of another one. */
const contactFilters = (id: Ids): Example[] => [
  { query: { any_tags: `${id.tag},${id.otherTag}` }, filters: TAG_FILTERS },
  { query: { all_tags: id.tag }, filters: TAG_FILTERS },
  { query: { no_tags: `${id.otherTag},${id.deletedTag}` }, filters: TAG_FILTERS },
  { query: { channels: id.channel }, filters: TAG_FILTERS },
  { query: {} },
]

const bulkChanges = (id: Ids): Example[] => [
  { body: { ids: [id.contact], add: [id.otherTag], remove: [id.tag] } },
  { body: { filter: {}, add: [id.otherTag], remove: [id.tag] } },
]

const providerBody = { name: 'Another', base_url: 'http://127.0.0.1:9/v1', model: 'small' }

const agentBody = (id: Ids) => ({
  name: 'Sol',
  active: false,
  user_facing: true,
  instructions: 'Be kind.',
  provider_id: id.modelProvider,
  channel_ids: [id.channel],
  hand_over_words: ['person'],
  most_answers: 10,
  close_after_minutes: 60,
})

const webhookBody = { url: 'http://127.0.0.1:9/other', types: ['contact.created'] }

const accountBody = {
  name: 'Another account',
  portfolio_id: '506914307656634',
  waba_id: '102290129340398',
  app_secret: 'a secret',
  channels: [],
}

/** What is uploaded in world.ts, and here again. */
export const FILE_OF_CONTACTS = 'Phone,Display name,Tags\n+4915155500001,Somebody,\n'

/** Tabs name themselves. */
const A_TAB = '00000000-0000-4000-8000-000000000001'

export const EXAMPLES: Readonly<Record<string, (id: Ids) => Example | Example[]>> = {
  getSession: () => ({}),
  signIn: () => ({ body: { email: 'nobody@example.com', password: 'a wrong password' }, own: 401 }),
  signOut: () => ({}),
  checkSetupLink: () => ({ query: { token: 'none' } }),
  setUp: () => ({
    body: { token: 'none', organization: 'O', name: 'N', email: 'n@example.com', password: 'correct horse battery' },
    own: 403,
  }),

  createOrganization: () => ({ body: { name: 'Another one' } }),
  renameOrganization: () => ({ body: { name: 'Renamed' } }),

  listPeople: () => ({}),
  changeRole: (id) => ({ params: { id: id.user }, body: { role: 'admin' } }),
  removePerson: (id) => ({ params: { id: id.user } }),
  listInvitations: () => ({}),
  createInvitation: () => ({ body: { role: 'agent' } }),
  withdrawInvitation: (id) => ({ params: { id: id.invitation } }),
  checkInvitation: () => ({ body: { token: 'none' }, own: 404 }),
  joinWithNewAccount: () => ({
    body: { token: 'none', name: 'N', email: 'n@example.com', password: 'correct horse battery' },
    own: 404,
  }),
  acceptInvitation: () => ({ body: { token: 'none' }, own: 404 }),

  listApiKeys: () => ({}),
  createApiKey: () => ({ body: { name: 'CRM', kind: 'third_party', scopes: ['contacts:read'] } }),
  updateApiKey: (id) => ({ params: { id: id.apiKey }, body: { name: 'Renamed', scopes: ['tags:read'] } }),
  rotateApiKey: (id) => ({ params: { id: id.apiKey }, body: {} }),
  revokeApiKey: (id) => ({ params: { id: id.apiKey } }),

  getAccount: () => ({}),
  renameAccount: () => ({ body: { name: 'Renamed' } }),
  changePassword: () => ({ body: { password: 'a wrong password', new_password: 'correct horse battery' }, own: 422 }),
  endSession: (id) => ({ params: { id: id.session } }),
  endAllSessions: () => ({}),
  beginTwoFactor: () => ({ body: { password: 'a wrong password' }, own: 422 }),
  confirmTwoFactor: () => ({ body: { code: '123456' }, own: 409 }),
  renewRecoveryCodes: () => ({ body: { password: 'a wrong password', code: '123456' }, own: 422 }),
  endTwoFactor: () => ({ body: { password: 'a wrong password', code: '123456' }, own: 422 }),
  makeResetLink: (id) => ({ params: { id: id.user }, body: {} }),
  checkResetLink: () => ({ body: { token: 'none' }, own: 403 }),
  useResetLink: () => ({ body: { token: 'none', password: 'correct horse battery' }, own: 403 }),

  listContacts: contactFilters,
  countContacts: contactFilters,
  exportContacts: contactFilters,
  putContact: () => ({ body: { phone: '+34600123456', display_name: 'Somebody' } }),
  findContactsByPhone: () => ({ query: { phone: '+16501000000' } }),
  findContactsByBsuid: () => ({ query: { bsuid: 'US.91000000' } }),
  findContactsByExternalId: () => ({ query: { system: 'crm', id: '4711' } }),
  removeExternalId: (id) => ({ params: { id: id.contact }, query: { system: 'crm', id: '4711' } }),
  mergeContacts: (id) => [
    { params: { id: id.contact }, body: { merged_id: id.otherContact } },
    { params: { id: id.otherContact }, body: { merged_id: id.contact } },
  ],
  undoMerge: (id) => ({ params: { id: id.merge } }),
  getContact: (id) => ({ params: { id: id.contact } }),
  eraseContact: (id) => ({ params: { id: id.contact } }),
  exportContact: (id) => ({ params: { id: id.contact } }),
  listErasures: () => ({}),
  getRetention: () => ({}),
  setRetention: () => ({ body: { message_days: 365, delivery_days: 8 } }),
  previewRetention: () => ({ body: { message_days: 365, delivery_days: 8 } }),
  listConflicts: () => [{}, { query: { status: 'decided' } }],
  decideConflict: (id) => ({ params: { id: id.conflict }, body: { decision: 'kept_apart' } }),
  undoConflictDecision: (id) => ({ params: { id: id.conflict }, own: 409 }),

  listConversations: (id) => [
    {},
    { query: { agents: id.user, channels: id.channel }, filters: ['user', 'channel'] },
    { query: { any_tags: `${id.tag},${id.otherTag}` }, filters: TAG_FILTERS },
    { query: { contact_id: id.contact, search: 'hello' }, filters: ['contact'] },
  ],
  countConversations: () => ({}),
  getAgentFigures: (id) => [
    { query: { from: '2020-01-01T00:00:00Z' } },
    { query: { from: '2020-01-01T00:00:00Z', channels: id.channel }, filters: ['channel'] },
  ],
  getConversation: (id) => ({ params: { id: id.conversation } }),
  listMessages: (id) => ({ params: { id: id.conversation } }),
  takeConversation: (id) => ({ params: { id: id.conversation } }),
  handOverConversation: (id) => ({ params: { id: id.conversation }, body: { user_id: id.user } }),
  giveBackConversation: (id) => ({ params: { id: id.conversation } }),
  closeConversation: (id) => ({ params: { id: id.conversation }, body: { seen_to: id.message } }),
  readConversation: (id) => ({ params: { id: id.conversation }, body: { up_to: id.message } }),
  sendMessage: (id) => [
    { params: { id: id.conversation }, body: { text: 'Good morning' } },
    { params: { id: id.conversation }, body: { text: 'Good morning', reply_to: id.message } },
  ],
  fetchMediaAgain: (id) => ({ params: { id: id.media } }),
  getMedia: (id) => ({ params: { id: id.media } }),
  sendMedia: (id) => ({
    params: { id: id.conversation },
    query: { reply_to: id.message, file_name: 'a.txt' },
    file: 'A file',
  }),
  resendMessage: (id) => ({ params: { id: id.message }, own: 409 }),
  settleMessage: (id) => ({ params: { id: id.message }, own: 409 }),
  // The account has no access token by which Meta could be asked.
  listTemplates: (id) => ({ params: { id: id.channel }, own: 409 }),
  sendTemplate: (id) => ({
    params: { id: id.conversation },
    body: { name: 'opening_hours', language: 'en_US' },
    own: 409,
  }),
  sendTemplateWithFile: (id) => ({
    params: { id: id.conversation },
    query: { name: 'new_blend', language: 'en_US' },
    file: 'A file',
    own: 409,
  }),
  listColleagues: () => ({}),
  reportTab: (id) => ({ params: { id: A_TAB }, body: { conversation_id: id.conversation, writing: true } }),
  closeTab: () => ({ params: { id: A_TAB } }),
  listAiTags: () => ({}),
  changeAiTags: (id) => ({ body: { tags: [{ id: id.tag, mode: 'off' }] } }),
  getLearning: () => ({}),
  forgetLearning: () => ({}),
  rebuildLearning: () => ({}),
  tryTag: (id) => ({ body: { tag_id: id.tag, name: 'Refund', description: 'Wants money back' } }),
  getTagQuality: () => ({}),
  listTagOverlaps: () => ({}),
  listSuggestions: (id) => ({ query: { contact_id: id.contact }, filters: ['contact'] }),
  decideSuggestions: (id) => [{ body: { accept: [id.suggestion] } }, { body: { reject: [id.suggestion] } }],
  listAiAgents: () => ({}),
  getAiAgent: (id) => ({ params: { id: id.aiAgent } }),
  createAiAgent: (id) => ({ body: agentBody(id) }),
  updateAiAgent: (id) => ({ params: { id: id.aiAgent }, body: agentBody(id) }),
  removeAiAgent: (id) => ({ params: { id: id.aiAgent } }),
  listAiAgentActs: (id) => ({ params: { id: id.aiAgent } }),
  listHandOvers: (id) => ({ params: { id: id.conversation } }),
  listSavedReplies: () => ({}),
  createSavedReply: () => ({ body: { name: 'A new reply', text: 'Good morning, {name}' } }),
  updateSavedReply: (id) => ({ params: { id: id.savedReply }, body: { name: 'Renamed', text: 'Good evening' } }),
  deleteSavedReply: (id) => ({ params: { id: id.savedReply } }),

  listTags: () => ({ query: { status: 'all' } }),
  createTag: () => ({ body: { name: 'A new tag' } }),
  updateTag: (id) => ({ params: { id: id.tag }, body: { name: 'Renamed' } }),
  deleteTags: (id) => ({ body: { ids: [id.tag, id.otherTag] } }),
  restoreTag: (id) => [
    { params: { id: id.deletedTag }, body: { merge_into: id.otherTag } },
    { params: { id: id.tag }, body: {} },
  ],
  restoreTags: (id) => ({ body: { ids: [id.deletedTag] } }),
  changeTagsOfMany: (id) => ({
    body: { contact_ids: [id.contact, id.otherContact], add: [id.otherTag], remove: [id.tag] },
  }),
  listTagsAsOf: (id) => ({ params: { id: id.contact } }),
  changeContactTags: (id) => ({ params: { id: id.contact }, body: { add: [id.otherTag], remove: [id.tag] } }),
  listTagChanges: (id) => ({ params: { id: id.contact } }),

  previewOperation: bulkChanges,
  startOperation: bulkChanges,
  listOperations: () => ({}),
  getOperation: (id) => ({ params: { id: id.operation } }),
  listOperationFailures: (id) => ({ params: { id: id.operation } }),
  cancelOperation: (id) => ({ params: { id: id.operation }, own: 409 }),
  resumeOperation: (id) => ({ params: { id: id.operation }, own: 409 }),
  undoOperation: (id) => ({ params: { id: id.operation } }),
  createImport: () => ({ body: { file_name: 'a.csv', file_bytes: 10 } }),
  putImportPart: (id) => ({ params: { id: id.upload, n: '0' }, file: FILE_OF_CONTACTS }),
  getImport: (id) => [{ params: { id: id.import } }, { params: { id: id.upload } }],
  previewImport: (id) => ({ params: { id: id.import } }),
  checkImport: (id) => ({
    params: { id: id.import },
    body: {
      encoding: 'utf-8',
      separator: ',',
      columns: { phone: 0, display_name: 1, tags: 2, first_seen_at: null, last_seen_at: null },
      tags: [{ name: 'New here', choice: 'use', tag_id: id.tag }],
    },
  }),
  exportRefusedRows: (id) => ({ params: { id: id.import } }),
  startImport: (id) => ({ params: { id: id.import } }),
  discardImport: (id) => ({ params: { id: id.upload } }),
  previewMerge: (id) => ({ params: { id: id.tag }, query: { into: id.otherTag } }),
  mergeTags: (id) => ({ params: { id: id.tag }, body: { into: id.otherTag } }),

  listChannels: () => ({}),
  listWhatsAppAccounts: () => ({}),
  createWhatsAppAccount: () => ({ body: accountBody }),
  updateWhatsAppAccount: (id) => ({ params: { id: id.account }, body: { name: 'Renamed', portfolio_id: '7' } }),
  addChannel: (id) => ({
    params: { id: id.account },
    body: { name: 'New', phone_number_id: '106540352242922', phone: '+15550783882' },
  }),
  checkConnection: (id) => ({ params: { id: id.account } }),
  listDeliveries: (id) => ({ params: { id: id.account } }),
  getDelivery: (id) => ({ params: { id: id.account, delivery_id: id.delivery } }),
  retryDeliveries: (id) => ({ params: { id: id.account } }),
  getTestPhone: () => ({}),
  playMessage: () => ({ body: { from: '+351910000001', text: 'olá' } }),
  listTestMessages: (id) => ({ params: { id: id.customer } }),
  clearTestPhone: () => ({}),
  behave: (id) => ({
    params: { id: id.customer },
    body: { reads: false, silent: false, refuses_with: null, delay_seconds: 0 },
  }),
  // Of which no message is known: so far only the customer is.
  playReaction: (id) => ({ params: { id: id.customer }, body: { message_id: id.customer, emoji: '👍' }, own: 404 }),
  playFile: (id) => [
    { params: { id: id.customer }, query: { file_name: 'a.txt' }, file: 'A file' },
    { params: { id: id.customer }, query: { reply_to: id.customer }, file: 'A file', own: 404 },
  ],
  playChoice: (id) => ({ params: { id: id.customer }, body: { message_id: id.customer, button: 'Yes' }, own: 404 }),
  playEdit: (id) => ({ params: { id: id.customer }, body: { message_id: id.customer, text: 'olá' }, own: 404 }),
  playDeletion: (id) => ({ params: { id: id.customer }, body: { message_id: id.customer }, own: 404 }),
  fillDemo: () => ({ own: 409 }),

  // What an export records would otherwise show as a difference.
  listAuditEntries: (id) => [
    { query: { acts: 'whatsapp_account.connected' } },
    { query: { acts: 'whatsapp_account.connected', actor: id.user }, filters: ['user'] },
  ],
  listAuditActors: () => ({}),
  exportAuditEntries: (id) => [
    { query: { acts: 'whatsapp_account.connected' } },
    { query: { acts: 'whatsapp_account.connected', actor: id.user }, filters: ['user'] },
  ],

  listEvents: () => [{}, { query: { cursor: '1' } }],
  listWebhooks: () => ({}),
  listModelProviders: () => ({}),
  createModelProvider: () => ({ body: { kind: 'anthropic', api_key: 'sk-other', ...providerBody } }),
  updateModelProvider: (id) => ({ params: { id: id.modelProvider }, body: { api_key: 'sk-new', ...providerBody } }),
  deleteModelProvider: (id) => ({ params: { id: id.modelProvider } }),
  testModelProvider: (id) => ({ params: { id: id.modelProvider } }),
  getModelSettings: () => ({}),
  setModelSettings: (id) => ({ body: { tagging_provider_id: id.modelProvider } }),
  listModelCalls: () => ({ query: { outcome: 'answered' } }),
  getModelCall: (id) => ({ params: { id: id.modelCall } }),
  getAnalysis: (id) => ({ params: { id: id.conversation } }),
  getWebhook: (id) => ({ params: { id: id.webhook } }),
  createWebhook: () => ({ body: webhookBody }),
  updateWebhook: (id) => ({ params: { id: id.webhook }, body: webhookBody }),
  deleteWebhook: (id) => ({ params: { id: id.webhook } }),
  rotateWebhook: (id) => ({ params: { id: id.webhook } }),
  switchOffWebhook: (id) => ({ params: { id: id.webhook } }),
  switchOnWebhook: (id) => ({ params: { id: id.webhook }, body: { from: 'now' } }),
  testWebhook: (id) => ({ params: { id: id.webhook } }),
  listDispatches: (id) => [
    { params: { id: id.webhook } },
    { params: { id: id.webhook }, query: { contact: id.contact }, filters: ['contact'] },
  ],
  getDispatch: (id) => ({ params: { id: id.webhook, event_id: id.dispatch } }),
  replayDispatch: (id) => ({ params: { id: id.webhook, event_id: id.dispatch } }),
  replayWebhook: (id) => ({ params: { id: id.webhook }, body: { which: 'given_up' } }),
  live: () => ({ query: { after: '0' } }),
}

/** The examples of a route with these ids, as a list. */
export const examplesOf = (operationId: string, id: Ids): Example[] => [EXAMPLES[operationId]?.(id) ?? []].flat()
