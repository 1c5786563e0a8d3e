// What the columns of the contact list are called.
import { m } from '../paraglide/messages.js'

export const contactColumns = (): string[] => [
  m.column_phone(),
  m.column_display_name(),
  m.column_tags(),
  m.column_first_seen(),
  m.column_last_seen(),
]
