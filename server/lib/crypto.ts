// Secrets: encryption at rest, random tokens and their hashes, comparison in constant time.
import { createCipheriv, createDecipheriv, hash, randomBytes, timingSafeEqual } from 'node:crypto'

const VERSION = 1
const IV_BYTES = 12
const TAG_BYTES = 16

/** Encrypts with AES-256-GCM. `purpose` is bound in: a value cannot be moved to another column and read there. */
export function encrypt(key: Buffer, purpose: string, text: string): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), sealed])
}

/** Opens what `encrypt` sealed; throws when the key or the purpose is another, or a byte was changed. */
export function decrypt(key: Buffer, purpose: string, sealed: Buffer): string {
  if (sealed[0] !== VERSION) throw new Error('This secret was encrypted by a newer version of Earmark.')
  const tagAt = 1 + IV_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, tagAt))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(sealed.subarray(tagAt, tagAt + TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(tagAt + TAG_BYTES)), decipher.final()]).toString('utf8')
}

/** Opens what `encrypt` sealed, or answers null when this key cannot: it was sealed under another one. */
export function tryDecrypt(key: Buffer, purpose: string, sealed: Buffer): string | null {
  try {
    return decrypt(key, purpose, sealed)
  } catch {
    return null
  }
}

/** A token that cannot be guessed: 256 random bits, safe in URLs and cookies. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** What the database keeps of a token. */
export const tokenHash = (token: string): Buffer => hash('sha256', token, 'buffer')

/** Whether two texts are equal, in a time that does not tell where they differ. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(tokenHash(a), tokenHash(b))
}
