// What the page of how well AIs tag reads.
import { queryOptions } from '@tanstack/react-query'
import type { getTagQuality, listTagOverlaps } from '../../../server/analysis/quality-schema.ts'
import { call } from '../lib/api.ts'

export const qualityQuery = (organization: string) =>
  queryOptions({
    queryKey: ['tag-quality', organization, 'figures'] as const,
    queryFn: ({ signal }) => call<typeof getTagQuality>('get', '/v1/ai/quality', { organization, signal }),
  })

/** Comparing many tags for the first time takes some seconds. */
export const overlapsQuery = (organization: string) =>
  queryOptions({
    queryKey: ['tag-quality', organization, 'overlaps'] as const,
    queryFn: ({ signal }) => call<typeof listTagOverlaps>('get', '/v1/ai/quality/overlaps', { organization, signal }),
  })
