// What is sent to customers, as Meta's Graph API takes it. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages

/** A message without the customer, whose address is looked up when it is sent. */
export interface OutgoingPayload {
  messaging_product: 'whatsapp'
  recipient_type: 'individual'
  type: string
  context?: { message_id: string }
  [part: string]: unknown
}

/** Where a customer is reached: by phone, or by the id that the sending number's portfolio knows them by. */
export type Recipient = { phone: string } | { bsuid: string }

interface Written {
  /** WhatsApp's id of the message that is answered. */
  reply_to?: string | null
}

/** A message of any type; `part` is what it says. */
export const messagePayload = (type: string, part: object, { reply_to }: Written = {}): OutgoingPayload => ({
  messaging_product: 'whatsapp',
  recipient_type: 'individual',
  type,
  ...(reply_to == null ? {} : { context: { message_id: reply_to } }),
  [type]: part,
})

/** A text; addresses in it are not previewed. */
export const textPayload = (text: string, written: Written = {}): OutgoingPayload =>
  messagePayload('text', { body: text, preview_url: false }, written)

/**
 * The body of one request. To a user id Meta wants `recipient`: written to `to` it is answered 200, and dropped. Statuses
 * bring `messageId` back, so that one whose answer was lost is recognized.
 */
export const requestBody = (message: OutgoingPayload, recipient: Recipient, messageId: string): object => ({
  ...message,
  ...('phone' in recipient ? { to: `+${recipient.phone}` } : { recipient: recipient.bsuid }),
  biz_opaque_callback_data: messageId,
})

/** That a message was read; with `typing` the customer sees for some seconds that somebody writes. */
export const readReceipt = (waMessageId: string, { typing = false } = {}): object => ({
  messaging_product: 'whatsapp',
  status: 'read',
  message_id: waMessageId,
  ...(typing ? { typing_indicator: { type: 'text' } } : {}),
})
