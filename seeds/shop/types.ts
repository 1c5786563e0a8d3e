// The shapes of the demo shop: plain data, without ids of ours and without a database.
import type { TagColor } from '../../server/tags/schema.ts'

export interface DemoShop {
  organization: { name: string; slug: string }
  actors: readonly DemoActor[]
  channels: readonly DemoChannel[]
  tags: readonly DemoTag[]
  /** In the order in which they first wrote. */
  contacts: readonly DemoContact[]
}

export type DemoActorKey = 'maren' | 'tomas' | 'aisha' | 'wen' | 'crm' | 'concierge' | 'autoclose'

/** Who tags: people, a third-party system, an AI agent, and the AI that reads a conversation when it closes. */
export interface DemoActor {
  key: DemoActorKey
  kind: 'admin' | 'agent' | 'third_party' | 'ai_agent' | 'ai_auto_close'
  name: string
  /** People only. */
  email: string | null
}

export type DemoChannelKey = 'shop' | 'trade' | 'east'

export interface DemoChannel {
  key: DemoChannelKey
  name: string
  /** Full international form. */
  phone: string
  phone_number_id: string
}

export interface DemoTag {
  name: string
  description: string
  color: TagColor | null
  /** Before anybody used it. */
  created_at: string
}

/** A customer. Has a phone, a business-scoped user id, or both. */
export interface DemoContact {
  /** Full international form; null for one who writes under a username. */
  phone: string | null
  /** Two letters, a dot, digits; of one business portfolio. */
  bsuid: string | null
  /** Without @. */
  username: string | null
  /** The WhatsApp profile name; null when WhatsApp gave none. */
  display_name: string | null
  /** At least one; oldest first. */
  messages: readonly DemoMessage[]
  /** Every interval during which a tag was on the contact, in the order in which they began. */
  tags: readonly DemoTagging[]
}

/** A text that the customer wrote. Times are ISO 8601 in UTC, whole seconds, as WhatsApp gives them. */
export interface DemoMessage {
  wa_message_id: string
  channel: DemoChannelKey
  at: string
  text: string
}

/** Why an AI tagged: its reason, and the customer's words that it rests on. */
export interface DemoWhy {
  reason: string
  evidence: string
  /** When the customer wrote these words. */
  evidence_at: string
}

export interface DemoTagChange {
  at: string
  by: DemoActorKey
  /** AI actors only. */
  why?: DemoWhy
}

export interface DemoTagging {
  /** The tag's name. */
  tag: string
  added: DemoTagChange
  /** Null while the tag is on the contact. */
  removed: DemoTagChange | null
}
