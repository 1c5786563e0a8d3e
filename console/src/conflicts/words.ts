// What conflicts and decisions are called on screen.
import type { Conflict } from '../../../server/contacts/conflicts-schema.ts'
import type { Contact } from '../../../server/contacts/schema.ts'
import { addressOf } from '../contacts/identity.ts'
import { m } from '../paraglide/messages.js'

export const reasonTitle = (reason: Conflict['reason']): string =>
  ({
    two_contacts: m.conflict_two_contacts,
    possible_new_owner: m.conflict_possible_new_owner,
    number_taken: m.conflict_number_taken,
  })[reason]()

export const reasonText = (reason: Conflict['reason']): string =>
  ({
    two_contacts: m.conflict_two_contacts_text,
    possible_new_owner: m.conflict_possible_new_owner_text,
    number_taken: m.conflict_number_taken_text,
  })[reason]()

/** `Merged by Ana`. */
export function decidedBy(resolution: NonNullable<Conflict['resolution']>, by: string | null): string {
  const name = by ?? m.conflict_somebody()
  switch (resolution) {
    case 'merged':
      return m.conflict_merged_by({ name })
    case 'same_person':
      return m.conflict_same_person_by({ name })
    case 'kept_apart':
      return m.conflict_kept_apart_by({ name })
  }
}

/** Its name, or by what else it is known. */
export const nameOf = (contact: Contact): string => contact.display_name ?? addressOf(contact).text
