// Ids that appear in URLs and JSON: UUIDs of version 7, so that newer rows sort after older ones.
import { randomUUIDv7 } from 'node:crypto'

export const newId = (): string => randomUUIDv7()
