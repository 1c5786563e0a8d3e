// Secrets that were sealed under another SECRET_KEY, as after a restore without it: which must be entered again, and where.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'
import { opens } from './sealing.ts'

export interface LostSecrets {
  org_id: string
  organization: string
  account_id: string
  account_name: string
  /** To be entered again. */
  secrets: ('app_secret' | 'access_token')[]
}

interface Row {
  org_id: string
  organization: string
  account_id: string
  account_name: string
  app_secret: Buffer
  access_token: Buffer | null
}

/**
 * The accounts with secrets that this key does not open, of some organizations or of all. The test phone is none: it gets
 * new ones by itself. Nor are verify tokens told: a new one comes with the app secret.
 */
export async function findLostSecrets(db: Db, secretKey: Buffer, orgIds?: readonly string[]): Promise<LostSecrets[]> {
  const { rows } = await sql<Row>`
    select o.id as org_id, o.name as organization, a.id as account_id, a.name as account_name, a.app_secret, a.access_token
    from whatsapp_accounts a join organizations o on o.id = a.org_id
    where a.kind = 'live' ${orgIds === undefined ? sql`` : sql`and a.org_id = any(${orgIds}::uuid[])`}
    order by o.name, o.id, a.created_at, a.id`.execute(db)
  return rows.flatMap(({ org_id, organization, account_id, account_name, ...sealed }) => {
    const secrets = (['app_secret', 'access_token'] as const).filter(
      (column) => !opens(secretKey, account_id, column, sealed[column]),
    )
    return secrets.length === 0 ? [] : [{ org_id, organization, account_id, account_name, secrets }]
  })
}
