// What goes out and how it is signed, by the Standard Webhooks scheme: https://github.com/standard-webhooks/standard-webhooks
import { createHmac, randomBytes } from 'node:crypto'
import type { TellableEvent } from '../events/schema.ts'
import { encrypt, tryDecrypt } from '../lib/crypto.ts'
import { VERSION } from '../lib/version.ts'

const MARK = 'whsec_'

export const newSecret = (): string => MARK + randomBytes(32).toString('base64')

/** Column and row are bound into each secret, so that it opens nowhere else. */
const purpose = (endpointId: string) => `webhook_endpoints.secret:${endpointId}`
export const sealSecret = (key: Buffer, endpointId: string, secret: string): Buffer =>
  encrypt(key, purpose(endpointId), secret)
/** Null when this key cannot. */
export const openSecret = (key: Buffer, endpointId: string, sealed: Buffer): string | null =>
  tryDecrypt(key, purpose(endpointId), sealed)

/** The one, or two after a rotation, that sign; none when this key opens neither. */
export const openSecrets = (
  key: Buffer,
  endpointId: string,
  { secret, old_secret }: { secret: Buffer; old_secret: Buffer | null },
): string[] =>
  [secret, old_secret].flatMap((sealed) => {
    const opened = sealed === null ? null : openSecret(key, endpointId, sealed)
    return opened === null ? [] : [opened]
  })

/**
 * The same for every attempt and every endpoint, and for no other event: of the organization, and, should a restore give
 * the event's number away again, of another time.
 */
export const webhookId = (orgId: string, { id, at }: Pick<TellableEvent, 'id' | 'at'>): string =>
  `evt_${orgId.replaceAll('-', '')}_${id}_${Date.parse(at).toString(36)}`

/** The event as GET /v1/events tells it. */
export function bodyOf(event: TellableEvent): TellableEvent {
  const { id, type, at, contact_id, tag_id, actor, source, before, after } = event
  return { id, type, at, contact_id, tag_id, actor, source, before, after }
}

/** The headers of one attempt. Each secret signs by itself, and whoever knows one of them is content. */
export function signedHeaders(
  secrets: readonly string[],
  { id, body, at }: { id: string; body: string; at: Date },
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(MARK.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return {
    'content-type': 'application/json',
    'user-agent': `Earmark/${VERSION}`,
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}
