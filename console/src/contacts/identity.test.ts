// What a contact without a phone number is called on screen.
import { expect, test } from 'vitest'
import { addressOf, calledName, shortId } from './identity.ts'

const bsuid = { kind: 'bsuid' as const, scope: '1', value: 'US.13491208655302741918', retired_at: null }

test('a phone stands as it is, then the username, then a short form of the WhatsApp user id', () => {
  const contact = { id: 'x', phone: '+8613800138000', username: 'ana', identities: [bsuid] }
  expect(addressOf(contact)).toEqual({ text: '+8613800138000', whole: '+8613800138000', isPhone: true })
  expect(addressOf({ ...contact, phone: null }).text).toBe('@ana')
  expect(addressOf({ ...contact, phone: null, username: null })).toEqual({
    text: 'US.1349…1918',
    whole: bsuid.value,
    isPhone: false,
  })
})

test('the id of another system stands as people know it there, unless it is very long', () => {
  const external = { kind: 'external_id' as const, scope: 'crm', value: 'CUSTOMER-2026-000123', retired_at: null }
  const contact = { id: 'x', phone: null, username: null, identities: [external] }
  expect(addressOf(contact).text).toBe('CUSTOMER-2026-000123')
  const long = { ...external, value: 'x'.repeat(41) }
  expect(addressOf({ ...contact, identities: [long] })).toMatchObject({ text: 'xxxx…xxxx', whole: long.value })
  expect(addressOf({ ...contact, identities: [external, bsuid] }).whole).toBe(bsuid.value)
  expect(addressOf({ ...contact, identities: [] })).toMatchObject({ text: 'x', whole: 'x' })
})

test('a contact is called by name, else phone, else username', () => {
  expect(calledName({ name: 'Ana', phone: '+8613800138000', username: 'ana' })).toBe('Ana')
  expect(calledName({ name: null, phone: '+8613800138000', username: 'ana' })).toBe('+8613800138000')
  expect(calledName({ name: null, phone: null, username: 'ana' })).toBe('@ana')
})

test('a short id stays whole', () => {
  expect(shortId('US.12345')).toBe('US.12345')
})
