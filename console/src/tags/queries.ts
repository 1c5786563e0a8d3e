// What the tag screens read and write: the catalog.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { createTag, listTags, Tag } from '../../../server/tags/schema.ts'
import type { RouteArgs } from '../../../server/lib/route.ts'
import { call } from '../lib/api.ts'

export const tagsQuery = (organization: string) =>
  queryOptions({
    queryKey: ['tags', organization],
    queryFn: ({ signal }) => call<typeof listTags>('get', '/v1/tags', { organization, signal }),
    select: ({ tags }) => tags,
  })

export function useCreateTag(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: RouteArgs<typeof createTag>['body']) =>
      call<typeof createTag>('post', '/v1/tags', { organization, body }),
    onSuccess: (tag: Tag) => {
      const key = tagsQuery(organization).queryKey
      queryClient.setQueryData(
        key,
        (before) =>
          before && {
            tags: [...before.tags.filter((each) => each.id !== tag.id), tag].toSorted((a, b) =>
              a.name.localeCompare(b.name),
            ),
          },
      )
      void queryClient.invalidateQueries({ queryKey: key })
    },
  })
}
