// What the audit log is read with, and saved as a file.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { exportAuditEntries, listAuditActors, listAuditEntries } from '../../../server/audit/schema.ts'
import { call, fetchRoute } from '../lib/api.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { exportCsv } from '../ui/exporting.tsx'
import type { AuditQuery } from './search.ts'

export const auditQuery = (organization: string, query: AuditQuery) =>
  infiniteQueryOptions({
    queryKey: ['audit', organization, 'list', query],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listAuditEntries>('get', '/v1/audit-log', {
        organization,
        signal,
        query: { ...query, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    // The rows before stay while others are asked for, but never those of another organization.
    placeholderData: (before, asked) => (asked?.queryKey[1] === organization ? before : undefined),
    // Who comes here wants what has just happened.
    staleTime: 0,
    refetchOnWindowFocus: ({ state: { data } }) => (data?.pages.length ?? 0) <= 3,
  })

export const auditActorsQuery = (organization: string) =>
  queryOptions({
    queryKey: ['audit', organization, 'actors'],
    queryFn: ({ signal }) => call<typeof listAuditActors>('get', '/v1/audit-log/actors', { organization, signal }),
    select: ({ actors }) => actors,
  })

export const exportLog = (organization: string, query: AuditQuery): Promise<void> =>
  exportCsv({
    fetchFile: (signal) =>
      fetchRoute<typeof exportAuditEntries>('get', '/v1/audit-log/export', { organization, query, signal }),
    name: 'audit-log',
    noneWords: m.audit_no_match,
    doneWords: (count) => m.audit_export_done({ count, shown: formatCount(count) }),
  })
