// The secrets of WhatsApp accounts as they stand in the database.
import { tryDecrypt } from '../lib/crypto.ts'

type Sealed = 'app_secret' | 'verify_token' | 'access_token'

/** The column's and row's name are bound into each secret, so that it opens nowhere else. */
export const purpose = (accountId: string, column: Sealed): string => `whatsapp_accounts.${column}:${accountId}`

/** Whether this key opens a secret; where there is none, nothing is lost. */
export const opens = (key: Buffer, accountId: string, column: Sealed, sealed: Buffer | null): boolean =>
  sealed === null || tryDecrypt(key, purpose(accountId, column), sealed) !== null
