// Kinds and scopes of keys in words.
import type { ApiKey, Scope } from '../../../server/api-keys/schema.ts'
import { m } from '../paraglide/messages.js'

export const kindLabel = (kind: ApiKey['kind']): string =>
  kind === 'third_party' ? m.api_key_third_party() : m.api_key_ai_agent()

const SCOPE_WORDS: Record<Scope, () => string> = {
  'contacts:read': m.api_key_contacts_read,
  'contacts:write': m.api_key_contacts_write,
  'tags:read': m.api_key_tags_read,
  'tags:write': m.api_key_tags_write,
  'conversations:read': m.api_key_conversations_read,
  'events:read': m.api_key_events_read,
  'webhooks:manage': m.api_key_webhooks_manage,
}
export const scopeWords = (scope: Scope): string => SCOPE_WORDS[scope]()
