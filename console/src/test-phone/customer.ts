// How played customers are called on screen, and fictional ones to begin with.
import { shortId } from '../contacts/identity.ts'
import type { Customer } from './queries.ts'

/** The phone number, else the username, else a short form of the ID. */
export const addressOfCustomer = ({ phone, username, user_id }: Customer): string =>
  phone ?? (username === null || username === '' ? shortId(user_id ?? '—') : `@${username.replace(/^@/, '')}`)

export const nameOfCustomer = (customer: Customer): string => customer.display_name ?? addressOfCustomer(customer)

const NAMES = [
  ['Ana Sousa', 'ana.sousa'],
  ['Li Wei', 'liwei'],
  ['Omar Haddad', 'omar_haddad'],
  ['Priya Nair', 'priya.nair'],
  ['Zoë Müller', 'zoe.mueller'],
  ['Kwame Mensah', 'kwame.m'],
  ['Sofía Herrera', 'sofia.herrera'],
  ['Yuki Tanaka', 'yuki_t'],
  ['Noa Levi', 'noa.levi'],
  ['Tomás Silva', 'tomas.silva'],
  ['Amara Okafor', 'amara.okafor'],
  ['Lena Novak', 'lena_novak'],
] as const

const random = (below: number) => Math.floor(Math.random() * below)

/** Somebody who is not played yet, as far as names go; +1 555 010 xxxx is set aside for fiction. */
export function suggestCustomer(customers: readonly Customer[], { withPhone }: { withPhone: boolean }) {
  const taken = new Set(customers.map((each) => each.display_name))
  const free = NAMES.filter(([name]) => !taken.has(name))
  const [name, username] = (free.length > 0 ? free : NAMES)[random((free.length > 0 ? free : NAMES).length)]!
  return withPhone
    ? { from: `+1555010${String(1000 + random(9000))}`, user_id: '', username: '', name }
    : { from: '', user_id: `US.${String(1_000_000_000_000 + random(9_000_000_000_000))}`, username, name }
}
