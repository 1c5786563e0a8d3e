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

/** People at the desk know the ids of their own systems by heart; those of WhatsApp nobody does. */
const KNOWN_BY_HEART = 40

/** An id as it is read; the whole of it is for copying. */
export const identityText = ({ kind, value }: Pick<Identity, 'kind' | 'value'>): string =>
  kind === 'phone'
    ? `+${value.replace(/\D/g, '')}`
    : kind === 'external_id' && value.length <= KNOWN_BY_HEART
      ? value
      : shortId(value)

const atName = (username: string) => `@${username.replace(/^@/, '')}`

/** How a contact is called where little is known of it. */
export const calledName = ({
  name,
  phone,
  username,
}: {
  name: string | null
  phone: string | null
  username: string | null
}): string => name ?? phone ?? (username ? atName(username) : m.customer_unknown())

/** What stands in the Phone column, and the whole of it for copying. */
export function addressOf(contact: Identified): { text: string; whole: string; isPhone: boolean } {
  if (contact.phone !== null) return { text: contact.phone, whole: contact.phone, isPhone: true }
  if (contact.username !== null && contact.username !== '') {
    const name = atName(contact.username)
    return { text: name, whole: name, isPhone: false }
  }
  const usable = contact.identities.filter((each) => each.retired_at === null)
  const identity = usable.find((each) => each.kind === 'bsuid') ?? usable[0] ?? contact.identities[0]
  if (!identity) return { text: shortId(contact.id), whole: contact.id, isPhone: false }
  return { text: identityText(identity), whole: identity.value, isPhone: false }
}

export function identityLabel({ kind, scope }: Pick<Identity, 'kind' | 'scope'>): string {
  // As its own system calls it.
  if (kind === 'external_id') return m.identity_external({ system: scope })
  return { phone: m.identity_phone, bsuid: m.identity_bsuid, parent_bsuid: m.identity_parent_bsuid }[kind]()
}
