// Webhook bodies as Meta writes them, for customers who are played: the command line, the test phone, tests.
import { randomBytes } from 'node:crypto'

/** Which business number the body is for. */
export interface ComposedFor {
  phoneNumberId: string
  /** With or without plus. */
  displayPhone: string
  wabaId: string
}

/** Who is played. Give a phone, a user id, or both; a customer with a username may come without a phone. */
export interface PlayedCustomer {
  /** With or without plus. */
  from?: string | undefined
  userId?: string | undefined
  parentUserId?: string | undefined
  /** Without @. */
  username?: string | undefined
  name?: string | undefined
}

interface When {
  at: Date
  /** Made up when not given. */
  messageId?: string | undefined
}

/** Escapes everything beyond ASCII as Meta does: `é` becomes `\u00e9`, an emoji two such escapes. */
export function escapeNonAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** An id such as WhatsApp gives to messages, never the same twice. */
export function newMessageId(): string {
  return `wamid.${randomBytes(30).toString('base64')}`
}

const digits = (phone: string | undefined) => phone?.replace(/[^0-9]/g, '')
const seconds = (at: Date) => String(Math.floor(at.getTime() / 1000))

function envelope({ phoneNumberId, displayPhone, wabaId }: ComposedFor, value: object): string {
  const metadata = { display_phone_number: digits(displayPhone), phone_number_id: phoneNumberId }
  const changes = [{ value: { messaging_product: 'whatsapp', metadata, ...value }, field: 'messages' }]
  // What is undefined is left out, as Meta leaves out what it does not tell.
  return escapeNonAscii(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: wabaId, changes }] }))
}

/** A message of any type: `message` is its own part, such as `{ type: 'image', image: { id, mime_type } }`. */
export function composeMessage(options: ComposedFor & PlayedCustomer & When & { message: object }): string {
  const { userId, parentUserId, username, name, at, messageId } = options
  const from = digits(options.from)
  const profile = name === undefined && username === undefined ? undefined : { name, username }
  return envelope(options, {
    contacts: [{ profile, wa_id: from, user_id: userId, parent_user_id: parentUserId }],
    messages: [
      {
        from,
        from_user_id: userId,
        from_parent_user_id: parentUserId,
        id: messageId ?? newMessageId(),
        timestamp: seconds(at),
        ...options.message,
      },
    ],
  })
}

/** A text message. */
export function composeTextMessage(options: ComposedFor & PlayedCustomer & When & { text: string }): string {
  return composeMessage({ ...options, message: { type: 'text', text: { body: options.text } } })
}

/** Of `composeMessage`: a reaction to the message `target`; without an emoji, its removal. */
export const reactionTo = (target: string, emoji: string | null) => ({
  type: 'reaction',
  reaction: { message_id: target, emoji: emoji ?? undefined },
})

/** Of `composeMessage`: a button of a template was pressed. */
export const choiceOf = (text: string) => ({ type: 'button', button: { payload: text, text } })

/** Of `composeMessage`: a form that a button opened was filled in. */
export const formOf = (answers: Readonly<Record<string, string>>) => ({
  type: 'interactive',
  interactive: {
    type: 'nfm_reply',
    nfm_reply: {
      name: 'flow',
      body: 'Sent',
      // A token that was not given is told so.
      response_json: JSON.stringify({ ...answers, flow_token: 'unused' }),
    },
  },
})

/** Of `composeMessage`: one product of a catalog is ordered. */
export const orderOf = (product: string) => ({
  type: 'order',
  order: {
    catalog_id: '194836987003835',
    text: '',
    product_items: [{ product_retailer_id: product, quantity: 1, item_price: 12.5, currency: 'USD' }],
  },
})

/** Of `composeMessage`: other words in place of those of the message `target`. */
export const editOf = (target: string, text: string) => ({
  type: 'edit',
  edit: { original_message_id: target, message: { type: 'text', text: { body: text } } },
})

/** Of `composeMessage`: the message `target` is deleted for everyone. */
export const deletionOf = (target: string) => ({ type: 'revoke', revoke: { original_message_id: target } })

/** What became of the message `messageId`, which was sent to the played customer. */
export function composeStatus(
  options: ComposedFor &
    Pick<PlayedCustomer, 'userId' | 'parentUserId'> & {
      messageId: string
      status: 'sent' | 'delivered' | 'read' | 'played' | 'failed'
      at: Date
      to?: string | undefined
      errors?: { code: number; title: string }[] | undefined
      /** What was sent along with the message. */
      callbackData?: string | undefined
    },
): string {
  return envelope(options, {
    statuses: [
      {
        id: options.messageId,
        status: options.status,
        timestamp: seconds(options.at),
        recipient_id: digits(options.to),
        recipient_user_id: options.userId,
        parent_recipient_user_id: options.parentUserId,
        errors: options.errors,
        biz_opaque_callback_data: options.callbackData,
      },
    ],
  })
}

/** The played customer's old ids, and the new: with a new phone a change of number, else of the user id alone. */
export function composeIdentityChange(
  options: ComposedFor &
    When & {
      name?: string | undefined
      from?: string | undefined
      previousUserId?: string | undefined
      previousParentUserId?: string | undefined
      newPhone?: string | undefined
      newUserId?: string | undefined
      newParentUserId?: string | undefined
    },
): string {
  const [from, newPhone] = [digits(options.from), digits(options.newPhone)]
  const [old, now] = newPhone ? [from, newPhone] : [options.previousUserId, options.newUserId]
  return envelope(options, {
    messages: [
      {
        from: newPhone ? from : undefined,
        id: options.messageId ?? newMessageId(),
        timestamp: seconds(options.at),
        type: 'system',
        system: {
          body: `User ${options.name ?? ''} changed from ${old ?? ''} to ${now ?? ''}`,
          wa_id: newPhone,
          user_id: options.newUserId,
          parent_user_id: options.newParentUserId,
          previous_user_id: options.previousUserId,
          previous_parent_user_id: options.previousParentUserId,
          type: newPhone ? 'user_changed_number' : 'user_changed_user_id',
        },
      },
    ],
  })
}
