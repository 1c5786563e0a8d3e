// Pages by time: where one ends and the next begins.
import { Problem } from '../lib/errors.ts'
import { isId } from '../lib/ids.ts'

export interface Place {
  at: string
  id: string
}

export const cursorAt = ({ at, id }: Place): string => `${at}_${id}`

/** Refuses what `cursorAt` did not write. */
export function readCursor(cursor: string): Place {
  const [at = '', id = ''] = cursor.split('_')
  if (!/^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(at) || Number.isNaN(Date.parse(at)) || !isId(id))
    throw new Problem('invalid', 'Pass next_cursor of the page before, unchanged.', {
      reason: 'cursor_invalid',
      field: 'cursor',
    })
  return { at, id }
}
