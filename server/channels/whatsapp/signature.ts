// The signature under which Meta posts: hex HMAC-SHA256 of the raw body with the app's secret.
import { createHmac, timingSafeEqual } from 'node:crypto'

const hmac = (body: Buffer | string, secret: string) => createHmac('sha256', secret).update(body).digest()

/** The value of `X-Hub-Signature-256` for a body: `sha256=` and 64 hex digits. */
export function signBody(body: Buffer | string, secret: string): string {
  return `sha256=${hmac(body, secret).toString('hex')}`
}

/**
 * Whether the header signs exactly these bytes with one of the secrets; two are accepted while one is being rotated.
 * Pass the body as it arrived: Meta escapes non-ASCII, so a body parsed and written again has another signature.
 * Constant time over the digest and over the secrets. An empty secret never matches: anybody could sign with it.
 */
export function signatureMatches(header: string | undefined, rawBody: Buffer, secrets: readonly string[]): boolean {
  const hex = /^sha256=([0-9a-f]{64})$/i.exec(header?.trim() ?? '')?.[1]
  if (hex === undefined) return false
  const given = Buffer.from(hex, 'hex')
  let matches = false
  for (const secret of secrets) {
    const same = timingSafeEqual(hmac(rawBody, secret), given)
    if (same && secret !== '') matches = true
  }
  return matches
}
