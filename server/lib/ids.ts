// Ids that appear in URLs and JSON: UUIDs of version 7, so that newer rows sort after older ones.
import { v7 } from 'uuid'

/** Each id sorts after the one before it in this process, also within a millisecond. */
export const newId = (): string => v7()

/** Whether the database takes a text for an id. */
export const isId = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
