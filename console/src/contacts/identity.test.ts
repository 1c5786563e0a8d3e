// What a contact without a phone number is called on screen.
import { expect, test } from 'vitest'
import { addressOf, shortId } from './identity.ts'

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

test('a short id stays whole', () => {
  expect(shortId('US.12345')).toBe('US.12345')
})
