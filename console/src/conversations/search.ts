// What the address of the inbox carries: the list, its filters, the open conversation, and whether its contact stands beside it.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { idsOf } from '../contacts/search.ts'
import type { ConversationQuery } from './placing.ts'

export const INBOX_LISTS = ['waiting', 'mine', 'open'] as const
export type InboxListName = (typeof INBOX_LISTS)[number]

export interface InboxSearch {
  /** Without it the waiting ones. */
  list?: Exclude<InboxListName, 'waiting'>
  search?: string
  any_tags?: string
  channels?: string
  conversation?: string
  /** The message of it to which one goes. */
  message?: string
  /** Without it the contact stands beside the conversation where there is room. */
  contact?: 'shown' | 'hidden'
}

/** Keeps what can be meant and drops the rest, so that a mangled link still opens the inbox. */
export function readInboxSearch(given: Record<string, unknown>): InboxSearch {
  const read: InboxSearch = {}
  const { list, search, contact } = given
  if (list === 'mine' || list === 'open') read.list = list
  if (typeof search === 'string' && search !== '') read.search = search.slice(0, 200)
  for (const name of ['any_tags', 'channels'] as const) {
    const ids = idsOf(given[name])
    if (ids.length > 0) read[name] = ids.join(',')
  }
  const [conversation] = idsOf(given['conversation'])
  if (conversation !== undefined) read.conversation = conversation
  const [message] = idsOf(given['message'])
  if (conversation !== undefined && message !== undefined) read.message = message
  if (contact === 'shown' || contact === 'hidden') read.contact = contact
  return read
}

/** The list and its filters as the server takes them. */
export const inboxQueryOf = ({ list, search, any_tags, channels }: InboxSearch): ConversationQuery => ({
  list: list ?? 'waiting',
  ...(search === undefined ? {} : { search }),
  ...(any_tags === undefined ? {} : { any_tags }),
  ...(channels === undefined ? {} : { channels }),
})

export const isInboxFiltered = ({ search, any_tags, channels }: InboxSearch): boolean =>
  (search ?? any_tags ?? channels) !== undefined

const FROM = '/o/$organization/inbox'

export const useInboxSearch = (): InboxSearch => useSearch({ from: FROM })

type Changes = { [K in keyof InboxSearch]?: InboxSearch[K] | undefined }

export function useChangeInbox() {
  const navigate = useNavigate({ from: FROM })
  return useMemo(() => {
    const change = (changes: Changes, { replace = false }: { replace?: boolean } = {}) =>
      void navigate({ search: (before) => readInboxSearch({ ...before, ...changes }), replace })
    return {
      change,
      open: (conversation: string | undefined, options?: { replace?: boolean }) =>
        change({ conversation, message: undefined }, options),
      clearFilters: () => change({ search: undefined, any_tags: undefined, channels: undefined }),
    }
  }, [navigate])
}
