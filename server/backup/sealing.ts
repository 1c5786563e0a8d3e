// The secret key inside a backup: its text, sealed under a passphrase that whoever restores must know.
import { randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { encrypt, tryDecrypt } from '../lib/crypto.ts'
import type { Head } from './schema.ts'

export const PASSPHRASE_MIN_LENGTH = 12

const PURPOSE = 'the secret key in a backup'
const SALT_BYTES = 16
/** 128 MB and about half a second a guess. Part of the form of the file: another cost is another format version. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }

const derive = promisify<string, Buffer, number, typeof COST, Buffer>(scrypt)

export async function sealSecretKey(text: string, passphrase: string): Promise<NonNullable<Head['secret_key']>> {
  const salt = randomBytes(SALT_BYTES)
  const sealed = encrypt(await derive(passphrase.normalize(), salt, 32, COST), PURPOSE, text)
  return { salt: salt.toString('base64'), sealed: sealed.toString('base64') }
}

/** The key's text; null when the passphrase is another one. */
export async function openSecretKey(
  { salt, sealed }: NonNullable<Head['secret_key']>,
  passphrase: string,
): Promise<string | null> {
  const key = await derive(passphrase.normalize(), Buffer.from(salt, 'base64'), 32, COST)
  return tryDecrypt(key, PURPOSE, Buffer.from(sealed, 'base64'))
}
