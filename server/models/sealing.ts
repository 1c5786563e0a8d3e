// The keys of model providers as they stand in the database.
import { encrypt, tryDecrypt } from '../lib/crypto.ts'

/** Column and row are bound into each key, so that it opens nowhere else. */
const purpose = (providerId: string): string => `model_providers.api_key:${providerId}`

export const sealKey = (secretKey: Buffer, providerId: string, apiKey: string): Buffer =>
  encrypt(secretKey, purpose(providerId), apiKey)

/** Null when this secret key cannot: it was sealed under another one. */
export const openKey = (secretKey: Buffer, providerId: string, sealed: Buffer): string | null =>
  tryDecrypt(secretKey, purpose(providerId), sealed)
