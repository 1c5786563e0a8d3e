// What of a tag was changed in a form, beside what its author had seen.
import { TAG_FIELDS } from '../../../server/tags/schema.ts'
import type { TagValues } from './TagFields.tsx'

export type TagChanges = Partial<TagValues> & { expected: Partial<TagValues> }

/** Only the fields that differ, so that nobody else's change is sent back; null when none does. */
export function changesOf(values: TagValues, seen: TagValues): TagChanges | null {
  const fields = TAG_FIELDS.filter((field) => values[field] !== seen[field])
  if (fields.length === 0) return null
  const pick = (from: TagValues): Partial<TagValues> => Object.fromEntries(fields.map((field) => [field, from[field]]))
  return { ...pick(values), expected: pick(seen) }
}
