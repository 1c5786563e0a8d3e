// What the address of the log of model calls carries: its filters, and the call that is open.
import { OUTCOMES, PURPOSES } from '../../../server/models/purposes-schema.ts'
import type { CallFilter } from './queries.ts'

export interface CallSearch extends CallFilter {
  call?: string
}

const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find((each) => each === value)

export function readCallSearch(search: Record<string, unknown>): CallSearch {
  const purpose = oneOf(PURPOSES, search['purpose'])
  const outcome = oneOf(OUTCOMES, search['outcome'])
  const call = search['call']
  return {
    ...(purpose && { purpose }),
    ...(outcome && { outcome }),
    ...(typeof call === 'string' && /^[0-9a-f-]{36}$/.test(call) && { call }),
  }
}
