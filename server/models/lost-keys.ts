// Keys of providers that were sealed under another SECRET_KEY, as after a restore without it: they must be entered again.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'
import { openKey } from './sealing.ts'

/** The providers, of all organizations, whose key this secret key does not open. */
export async function findLostKeys(db: Db, secretKey: Buffer): Promise<{ organization: string; provider: string }[]> {
  const { rows } = await sql<{ organization: string; provider: string; id: string; api_key: Buffer }>`
    select o.name as organization, p.name as provider, p.id, p.api_key
    from model_providers p join organizations o on o.id = p.org_id where p.api_key is not null
    order by o.name, o.id, p.created_at, p.id`.execute(db)
  return rows
    .filter(({ id, api_key }) => openKey(secretKey, id, api_key) === null)
    .map(({ organization, provider }) => ({ organization, provider }))
}
