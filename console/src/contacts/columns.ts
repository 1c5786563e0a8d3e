// The columns of the contact list: what each is called, and what the list is sorted by when its head is clicked.
import type { ContactSort } from '../../../server/contacts/schema.ts'
import { m } from '../paraglide/messages.js'

export const contactColumns = (): { name: string; sort?: ContactSort }[] => [
  { name: m.column_phone() },
  { name: m.column_display_name(), sort: 'name' },
  { name: m.column_tags() },
  { name: m.column_first_seen(), sort: 'first_seen' },
  { name: m.column_last_seen(), sort: 'last_seen' },
]
