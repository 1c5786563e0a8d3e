// What the screen of importing reads and writes: the file on its way, its first rows, what the check found, and beginning.
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { RouteArgs } from '../../../server/lib/route.ts'
import {
  PART_BYTES,
  type checkImport,
  type createImport,
  type discardImport,
  type Encoding,
  type exportRefusedRows,
  type getImport,
  type Import,
  type previewImport,
  type putImportPart,
  type Separator,
} from '../../../server/imports/schema.ts'
import type { startImport } from '../../../server/operations/schema.ts'
import { call, fetchRoute } from '../lib/api.ts'
import { useBegun } from '../operations/queries.ts'
import { exportCsv } from '../ui/exporting.tsx'
import { m } from '../paraglide/messages.js'
import { formatCount } from '../lib/numbers.ts'

const CHECKING_MS = 1000

const importKey = (organization: string, id: string) => ['imports', organization, id] as const

export const importQuery = (organization: string, id: string) =>
  queryOptions({
    queryKey: importKey(organization, id),
    queryFn: ({ signal }) =>
      call<typeof getImport>('get', '/v1/imports/{id}', { organization, signal, params: { id } }),
    refetchInterval: ({ state }) => state.data?.status === 'checking' && CHECKING_MS,
    staleTime: 0,
  })

/** The first rows as they are read so; what the file seems to be, when nothing is said. */
export const previewQuery = (
  organization: string,
  id: string,
  asked: { encoding?: Encoding | undefined; separator?: Separator | undefined },
) =>
  queryOptions({
    queryKey: [...importKey(organization, id), 'preview', asked],
    queryFn: ({ signal }) =>
      call<typeof previewImport>('get', '/v1/imports/{id}/preview', {
        organization,
        signal,
        params: { id },
        query: { ...asked },
      }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })

/** Announces a file and sends it part by part; a part whose answer was lost is sent again. Answers the import. */
export async function sendFile(
  organization: string,
  file: File,
  { signal, onSent }: { signal: AbortSignal; onSent: (bytes: number) => void },
): Promise<Import> {
  const announced = await call<typeof createImport>('post', '/v1/imports', {
    organization,
    signal,
    // The same file may be meant twice.
    once: crypto.getRandomValues(new Uint32Array(2)).join(),
    body: { file_name: file.name.slice(-200), file_bytes: file.size },
  })
  try {
    for (let n = 0; n * PART_BYTES < file.size; n++) {
      const part = file.slice(n * PART_BYTES, (n + 1) * PART_BYTES, 'text/csv')
      const params = { id: announced.id, n }
      await call<typeof putImportPart>('put', '/v1/imports/{id}/parts/{n}', {
        organization,
        signal,
        params,
        body: part,
      })
      onSent(Math.min(file.size, (n + 1) * PART_BYTES))
    }
  } catch (error) {
    if (signal.aborted) await discard(organization, announced.id)
    throw error
  }
  return announced
}

export const discard = (organization: string, id: string): Promise<void> =>
  call<typeof discardImport>('delete', '/v1/imports/{id}', { organization, params: { id } })

export type Settings = NonNullable<RouteArgs<typeof checkImport>['body']>

export function useCheckImport(organization: string, id: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: Settings) =>
      call<typeof checkImport>('post', '/v1/imports/{id}/check', { organization, params: { id }, body }),
    onSuccess: (checking) => queryClient.setQueryData(importKey(organization, id), checking),
  })
}

export function useStartImport(organization: string, id: string) {
  const queryClient = useQueryClient()
  const begun = useBegun(organization)
  return useMutation({
    mutationFn: () => call<typeof startImport>('post', '/v1/imports/{id}/start', { organization, params: { id } }),
    onSuccess: begun,
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: ['tags', organization] })
      return queryClient.invalidateQueries({ queryKey: importKey(organization, id) })
    },
  })
}

/** Saves the rows that were refused as a file. */
export const saveRefused = (organization: string, id: string): Promise<void> =>
  exportCsv({
    fetchFile: (signal) =>
      fetchRoute<typeof exportRefusedRows>('get', '/v1/imports/{id}/refused', { organization, signal, params: { id } }),
    name: 'refused',
    noneWords: m.import_refused_gone,
    doneWords: (count) => m.import_refused_saved({ count, shown: formatCount(count) }),
  })
