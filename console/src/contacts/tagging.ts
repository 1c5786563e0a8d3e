// Putting a tag on a contact and taking one off: shown at once in panel and list, then set right by the server's answer.
import { useMutation, useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import type { RouteOk } from '../../../server/lib/route.ts'
import type { ContactDetail, listContacts } from '../../../server/contacts/schema.ts'
import type { Assignment, changeContactTags, TagChip } from '../../../server/tags/schema.ts'
import { useOrganization, useSession } from '../access/queries.ts'
import { call } from '../lib/api.ts'
import { changeTagKey } from '../live/holding.ts'
import { m } from '../paraglide/messages.js'
import { tell, tellFailure } from '../ui/toasts.ts'
import { contactKeys, contactQuery } from './queries.ts'

type Pages = InfiniteData<RouteOk<typeof listContacts>, string | null>
type Change = { add: TagChip } | { remove: Assignment }

/** Adds or removes one tag of one contact. A repeat is harmless; a refused change is taken back on screen. */
export function useChangeTag(contactId: string) {
  const queryClient = useQueryClient()
  const organization = useOrganization()
  const { user } = useSession()
  const key = contactKeys.one(organization.slug, contactId)
  const mutationKey = changeTagKey(organization.slug, contactId)

  const edit = (change: (active: Assignment[]) => Assignment[]) => {
    const before = queryClient.getQueryData<ContactDetail>(key)
    if (!before) return
    const after = { ...before, active_tags: change(before.active_tags).toSorted(byName) }
    queryClient.setQueryData(key, after)
    showInLists(queryClient, organization.slug, after)
  }
  const put = (assignment: Assignment) =>
    edit((active) => [...active.filter((each) => each.tag.id !== assignment.tag.id), assignment])
  const take = (tagId: string) => edit((active) => active.filter((each) => each.tag.id !== tagId))

  const mutation = useMutation({
    mutationKey,
    mutationFn: (change: Change) =>
      call<typeof changeContactTags>('post', '/v1/contacts/{id}/tags', {
        organization: organization.slug,
        params: { id: contactId },
        body: 'add' in change ? { add: [change.add.id] } : { remove: [change.remove.tag.id] },
      }),
    onMutate: async (change) => {
      await queryClient.cancelQueries({ queryKey: key })
      if ('remove' in change) return take(change.remove.tag.id)
      put({
        tag: change.add,
        source: organization.role === 'admin' ? 'manual_admin' : 'manual_agent',
        added_at: new Date().toISOString(),
        actor: { kind: 'user', id: user.id, name: user.name },
        why: null,
        evidence: null,
        removable: false,
      })
    },
    onError: (error, change) => {
      if ('add' in change) take(change.add.id)
      else put(change.remove)
      tellFailure(
        'add' in change
          ? m.tag_add_failed({ name: change.add.name })
          : m.tag_remove_failed({ name: change.remove.tag.name }),
        error,
      )
    },
    onSuccess: (_, change) => tell('add' in change ? m.tag_added() : m.tag_removed({ name: change.remove.tag.name })),
    onSettled: () => {
      // With another change on its way, its answer will bring the state of both.
      if (queryClient.isMutating({ mutationKey }) > 1) return
      void reconcile(queryClient, organization.slug, contactId)
    },
  })
  return {
    add: (tag: TagChip) => mutation.mutate({ add: tag }),
    remove: (assignment: Assignment) => mutation.mutate({ remove: assignment }),
  }
}

async function reconcile(queryClient: QueryClient, organization: string, contactId: string): Promise<void> {
  void queryClient.invalidateQueries({ queryKey: contactKeys.history(organization, contactId) })
  void queryClient.invalidateQueries({ queryKey: contactKeys.counts(organization) })
  void queryClient.invalidateQueries({ queryKey: ['tags', organization] })
  // Lists that are not on screen are read again when they are.
  void queryClient.invalidateQueries({ queryKey: contactKeys.lists(organization), refetchType: 'none' })
  await queryClient.invalidateQueries({ queryKey: contactKeys.one(organization, contactId) })
  const detail = queryClient.getQueryData(contactQuery(organization, contactId).queryKey)
  if (detail) showInLists(queryClient, organization, detail)
}

/** Gives the contact's row in every list that was read the tags of the detail. */
function showInLists(queryClient: QueryClient, organization: string, detail: ContactDetail): void {
  const tags = [...detail.active_tags, ...detail.historical_tags].map((each) => each.tag)
  queryClient.setQueriesData<Pages>(
    { queryKey: contactKeys.lists(organization) },
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) =>
          page.contacts.some((contact) => contact.id === detail.id)
            ? {
                ...page,
                contacts: page.contacts.map((contact) => (contact.id === detail.id ? { ...contact, tags } : contact)),
              }
            : page,
        ),
      },
  )
}

const byName = (a: Assignment, b: Assignment) => a.tag.name.localeCompare(b.tag.name)
