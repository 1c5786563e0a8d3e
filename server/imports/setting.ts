// What is the same for all rows of an import that is being written.
import { sql } from 'kysely'
import type { Tx } from '../lib/db.ts'
import type { Why } from '../tags/schema.ts'
import { portfolioOf, type Portfolio } from './portfolio.ts'
import type { ImportSettings } from './schema.ts'
import { tagMapOf } from './tags.ts'

export interface Setting {
  org_id: string
  id: string
  settings: ImportSettings
  /** Which tag each number of a row stands for; null for what is left out. */
  ids: readonly (string | null)[]
  portfolio: Portfolio
  /** Why tags are changed. */
  why: Why
}

/** Of the import that an operation writes. */
export async function settingOf(tx: Tx, orgId: string, operationId: string): Promise<Setting> {
  const { rows } = await sql<Pick<Setting, 'org_id' | 'id' | 'settings'> & { file_name: string }>`
    select org_id, id, file_name, settings from imports where org_id = ${orgId} and operation_id = ${operationId}`.execute(
    tx,
  )
  const { file_name, ...file } = rows[0]!
  return {
    ...file,
    ids: (await tagMapOf(tx, file)).ids,
    portfolio: await portfolioOf(tx, orgId, file.settings),
    why: { reason: 'import', operation_id: operationId, file_name },
  }
}
