// Which passwords are refused as too easily guessed, and which are not.
import { expect, test } from 'vitest'
import { isCommonPassword, refuseWeakPassword } from './passwords.ts'

test.each([
  'password123',
  'Password123!',
  'P@ssw0rd123',
  'passw0rd!!',
  'qwertyuiop',
  'QWERTY123456',
  '1234567890',
  '0987654321',
  'abcdefghij',
  'aaaaaaaaaa',
  'abcabcabcabc',
  '1212121212',
  'iloveyou12',
  'Welcome2026!',
  '!!admin2026!!',
  '1q2w3e4r5t',
  'qazwsxedc1',
  'contraseña1',
  '2000200020',
])('“%s” is refused', (password) => {
  expect(isCommonPassword(password)).toBe(true)
})

test.each([
  'correct horse battery',
  'a long password',
  'the password is long',
  'my dragon eats 7 cheeses',
  '王小明的猫很喜欢睡觉呢',
  'kH8!vq2Zp0',
  '48151623421108',
  'Lisboa 1755 terramoto',
])('“%s” is not', (password) => {
  expect(isCommonPassword(password)).toBe(false)
})

test('one’s own e-mail address is no password, however it is written', () => {
  for (const password of ['Ana.Sousa@Example.com', ' ana.sousa@example.com', 'ANA.SOUSA']) {
    expect(() => refuseWeakPassword(password, 'ana.sousa@example.com', 'new_password')).toThrow(
      expect.objectContaining({ details: { reason: 'password_is_email', field: 'new_password' } }),
    )
  }
  refuseWeakPassword('ana.sousa likes the sea', 'ana.sousa@example.com')
})
