// Ids that appear in URLs and JSON: UUIDs of version 7, so that newer rows sort after older ones.
import { sql, type RawBuilder } from 'kysely'
import { v7 } from 'uuid'

/** Each id sorts after the one before it in this process, also within a millisecond. */
export const newId = (): string => v7()

/** Whether the database takes a text for an id. */
export const isId = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

/** Ids of version 7 begin with the milliseconds in which they were made: those made since have none below this. */
export function madeDaysAgo(days: number): RawBuilder<string> {
  const milliseconds = (Date.now() - days * 86_400_000).toString(16).padStart(12, '0')
  return sql<string>`${`${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-0000-0000-000000000000`}::uuid`
}
