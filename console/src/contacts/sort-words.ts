// The orders of the contact list in words.
import type { ContactSort, SortOrder } from '../../../server/contacts/schema.ts'
import { m } from '../paraglide/messages.js'

export const sortWords = (sort: ContactSort, order: SortOrder): string =>
  ({
    'last_seen desc': m.sort_last_seen_newest,
    'last_seen asc': m.sort_last_seen_oldest,
    'first_seen desc': m.sort_first_seen_newest,
    'first_seen asc': m.sort_first_seen_oldest,
    'name asc': m.sort_name_a_to_z,
    'name desc': m.sort_name_z_to_a,
  })[`${sort} ${order}` as const]()
