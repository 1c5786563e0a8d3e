// The conflicts as they are read: those open, and those decided.
import { queryOptions } from '@tanstack/react-query'
import type { listConflicts } from '../../../server/contacts/conflicts-schema.ts'
import { call } from '../lib/api.ts'

export type ConflictStatus = 'open' | 'decided'

export const conflictKeys = {
  all: (organization: string) => ['conflicts', organization] as const,
}

export const conflictsQuery = (organization: string, status: ConflictStatus) =>
  queryOptions({
    queryKey: [...conflictKeys.all(organization), status],
    queryFn: ({ signal }) =>
      call<typeof listConflicts>('get', '/v1/conflicts', { organization, signal, query: { status } }),
  })
