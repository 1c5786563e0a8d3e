// Echoes for tests: what a colleague writes in the phone app, as WhatsApp tells of it.
import { newMessageId } from '../../server/channels/whatsapp/compose.ts'
import type { ConnectedAccount } from './server.ts'

/** A body that says that a colleague wrote a text to a customer; `more` is added to the message. */
export const composeEcho = (
  { displayPhone, phoneNumberId }: ConnectedAccount,
  { to, text, at, more = {} }: { to: string; text: string; at: Date; more?: object },
): object => {
  const echo = {
    from: displayPhone,
    to: to.replace('+', ''),
    id: newMessageId(),
    timestamp: String(Math.floor(at.getTime() / 1000)),
    type: 'text',
    text: { body: text },
    ...more,
  }
  const metadata = { display_phone_number: displayPhone, phone_number_id: phoneNumberId }
  const value = { messaging_product: 'whatsapp', metadata, message_echoes: [echo] }
  return {
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'smb_message_echoes', value }] }],
  }
}
