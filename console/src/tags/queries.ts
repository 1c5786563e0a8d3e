// What the tag screens read and write: the catalog.
import { queryOptions, useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import type {
  createTag,
  deleteTags,
  listTags,
  restoreTag,
  Tag,
  TagChip,
  updateTag,
} from '../../../server/tags/schema.ts'
import type { RestoredTags, restoreTags } from '../../../server/tags/restoring-schema.ts'
import type { RouteArgs, RouteOk } from '../../../server/lib/route.ts'
import { contactKeys } from '../contacts/queries.ts'
import { call } from '../lib/api.ts'

type Catalog = RouteOk<typeof listTags>

/** One reading serves all screens: pickers choose from the active tags, links and history name the others too. */
const catalog = (organization: string) => ({
  queryKey: ['tags', organization] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    call<typeof listTags>('get', '/v1/tags', { organization, signal, query: { status: 'all' } }),
})

/** Every tag by name, the deleted ones among them. */
export const catalogQuery = (organization: string) =>
  queryOptions({ ...catalog(organization), select: ({ tags }: Catalog) => tags })

/** The tags that can be put on a contact, by name. */
export const tagsQuery = (organization: string) =>
  queryOptions({ ...catalog(organization), select: ({ tags }: Catalog) => activeOf(tags) })

/** What an id in a link leads to: its tag, or the tag that it was merged into. */
export const tagsByIdQuery = (organization: string) => queryOptions({ ...catalog(organization), select: byId })

export const activeOf = (tags: readonly Tag[]): Tag[] => tags.filter((tag) => tag.deleted_at === null)

const byId = ({ tags }: Catalog): ReadonlyMap<string, TagChip> =>
  new Map(
    tags.map(({ id, name, color, deleted_at, merged_into }) => [
      id,
      merged_into ?? { id, name, color, deleted: deleted_at !== null },
    ]),
  )

/** Refuses a name that a deleted tag bears, unless told to create another one all the same. */
export function useCreateTag(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: NonNullable<RouteArgs<typeof createTag>['body']>) =>
      call<typeof createTag>('post', '/v1/tags', { organization, body: { if_deleted: 'refuse', ...body } }),
    onSuccess: ({ deleted_namesake: _, ...tag }) => showTag(queryClient, organization, tag),
    onSettled: () => refreshCatalog(queryClient, organization),
  })
}

export type TagChanges = NonNullable<RouteArgs<typeof updateTag>['body']>

export function useUpdateTag(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ...body }: TagChanges & { id: string }) =>
      call<typeof updateTag>('patch', '/v1/tags/{id}', { organization, params: { id }, body }),
    onSuccess: (tag) => showTag(queryClient, organization, tag),
    onSettled: () => refreshCatalog(queryClient, organization),
  })
}

export function useDeleteTags(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (ids: string[]) => call<typeof deleteTags>('post', '/v1/tags/delete', { organization, body: { ids } }),
    onSuccess: ({ deleted }) => {
      const gone = new Set(deleted)
      changeCatalog(queryClient, organization, (tags) =>
        tags.map((tag) => (gone.has(tag.id) ? { ...tag, deleted_at: new Date().toISOString() } : tag)),
      )
    },
    onSettled: () => refreshCatalog(queryClient, organization),
  })
}

export function useRestoreTag(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ id, new_name }: { id: string; new_name?: string }) =>
      call<typeof restoreTag>('post', '/v1/tags/{id}/restore', {
        organization,
        params: { id },
        body: new_name === undefined ? {} : { new_name },
      }),
    onSuccess: (tag) => showTag(queryClient, organization, tag),
    onSettled: () => refreshCatalog(queryClient, organization),
  })
}

interface RestoreOutcome {
  onRestored: (result: RestoredTags) => void
  onFailed: (error: unknown) => void
}

/** Restores those that can be. The outcome is told also when whoever asked is no longer on screen. */
export function useRestoreTags(organization: string, { onRestored, onFailed }: RestoreOutcome) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (ids: string[]) =>
      call<typeof restoreTags>('post', '/v1/tags/restore', { organization, body: { ids } }),
    onSuccess: (result) => {
      const back = new Set(result.restored)
      changeCatalog(queryClient, organization, (tags) =>
        tags.map((tag) => (back.has(tag.id) ? { ...tag, deleted_at: null } : tag)),
      )
      onRestored(result)
    },
    onError: onFailed,
    onSettled: () => refreshCatalog(queryClient, organization),
  })
}

function changeCatalog(queryClient: QueryClient, organization: string, change: (tags: Tag[]) => Tag[]): void {
  queryClient.setQueryData(
    catalogQuery(organization).queryKey,
    (before) => before && { ...before, tags: change(before.tags) },
  )
}

/** Shows a tag as it is now, at its place by name. */
const showTag = (queryClient: QueryClient, organization: string, tag: Tag): void =>
  changeCatalog(queryClient, organization, (tags) =>
    [...tags.filter((each) => each.id !== tag.id), tag].toSorted((a, b) => a.name.localeCompare(b.name)),
  )

/** What the catalog says stands on every contact that carries it, so the contacts are read again when they are shown. */
function refreshCatalog(queryClient: QueryClient, organization: string): void {
  void queryClient.invalidateQueries({ queryKey: ['tags', organization] })
  void queryClient.invalidateQueries({ queryKey: contactKeys.all(organization) })
}
