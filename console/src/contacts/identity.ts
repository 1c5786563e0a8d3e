// By what a contact is told from others on screen when WhatsApp gave no phone number.
import type { Contact, Identity } from '../../../server/contacts/schema.ts'
import { m } from '../paraglide/messages.js'

type Identified = Pick<Contact, 'id' | 'phone' | 'username' | 'identities'>

/** `US.1349…1918`: the beginning and the end of a long id. */
export function shortId(value: string): string {
  const dot = value.indexOf('.')
  const head = dot > 0 && dot <= 4 ? value.slice(0, dot + 1) : ''
  const rest = value.slice(head.length)
  return rest.length <= 10 ? value : `${head}${rest.slice(0, 4)}…${rest.slice(-4)}`
}

/** What stands in the Phone column, and the whole of it for copying. */
export function addressOf(contact: Identified): { text: string; whole: string; isPhone: boolean } {
  if (contact.phone !== null) return { text: contact.phone, whole: contact.phone, isPhone: true }
  if (contact.username !== null && contact.username !== '') {
    const name = `@${contact.username.replace(/^@/, '')}`
    return { text: name, whole: name, isPhone: false }
  }
  const usable = contact.identities.filter((each) => each.retired_at === null)
  const identity = usable.find((each) => each.kind === 'bsuid') ?? usable[0] ?? contact.identities[0]
  const whole = identity?.value ?? contact.id
  return { text: shortId(whole), whole, isPhone: false }
}

export const identityLabel = (kind: Identity['kind']): string =>
  ({ phone: m.identity_phone, bsuid: m.identity_bsuid, parent_bsuid: m.identity_parent_bsuid })[kind]()
