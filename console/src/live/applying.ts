// What the stream tells, shown: put in place at once where it was sent along, and read again, gently, where it was not.
import type { QueryClient } from '@tanstack/react-query'
import type { ContactDetail } from '../../../server/contacts/schema.ts'
import type { LiveMessage } from '../../../server/events/schema.ts'
import type { Tag } from '../../../server/tags/schema.ts'
import { contactKeys } from '../contacts/queries.ts'
import { openCached } from './cached.ts'
import { addMessage, emptyDigest, isMany, type Digest } from './digest.ts'
import { heldContacts } from './holding.ts'
import { tellContactNews } from './news.ts'
import { patchProgress } from './progress.ts'
import { carriesOtherTags, dropContacts } from './patching.ts'
import { createRefresher } from './refreshing.ts'

export interface Screens {
  /** A LiveMessage as JSON. */
  take: (text: string) => void
  /** Reads again what is shown: at once, or, while the stream is down, now and then. */
  readAllAgain: (everyMs: number) => void
  /** The tab came into sight or went out of it. */
  look: () => void
  close: () => void
}

/** Messages that follow each other are shown together. */
const SHOW_EVERY_MS = 150
const UNSEEN_EVERY_MS = 1000

export function openScreens({
  queryClient,
  organization,
  isSeen,
  onPeopleChanged,
}: {
  queryClient: QueryClient
  organization: string
  isSeen: () => boolean
  /** Of the organization: who belongs to it and as what, or what it is called. */
  onPeopleChanged: () => void
}): Screens {
  const cached = openCached(queryClient, organization)
  const refresher = createRefresher({ isSeen })
  const held = heldContacts(queryClient, organization)
  let digest = emptyDigest()
  let shownAt = -Infinity
  let timer: ReturnType<typeof setTimeout> | undefined

  const again = (what: string, everyMs: number, queryKey: readonly unknown[], more: object = {}): void =>
    refresher.refresh(what, everyMs, () => cached.readAgain({ queryKey, ...more }))

  const plan = (milliseconds: number): void => {
    timer ??= setTimeout(show, milliseconds)
  }
  const show = (): void => {
    timer = undefined
    shownAt = performance.now()
    const shown = digest
    digest = emptyDigest()
    // What is being changed here is shown as it will be; an older word of it waits until the answer is there.
    for (const [id, contact] of shown.contacts) {
      if (!held.has(id)) continue
      shown.contacts.delete(id)
      digest.contacts.set(id, contact)
    }
    knowSurvivors(shown)
    cached.patch(shown)
    if (tellsOfConversations(shown)) void showConversations(shown)
    if (shown.erased.size > 0)
      cached.change(contactKeys.lists(organization), (data) => dropContacts(data, shown.erased))
    if (shown.progress.size > 0)
      cached.change(['operations', organization], (data) => patchProgress(data, shown.progress))
    readWhatWasNotSent(shown)
    tellContactNews(organization, shown)
    if (digest.contacts.size + digest.unsent.size > 0) plan(SHOW_EVERY_MS * 2)
  }

  /** What that takes is loaded with the first news: most screens show no conversation. */
  const showConversations = async (shown: Digest): Promise<void> => {
    try {
      const { showConversationNews } = await import('./conversations.ts')
      showConversationNews({ queryClient, organization, refresher }, shown)
    } catch {
      // It could not be loaded: what is shown is read again instead.
      again('conversations', 3000, ['conversations', organization])
    }
  }

  /** The chip of a tag that others were merged into, where the catalog is cached. */
  const knowSurvivors = ({ mergedTags, chips }: Digest): void => {
    if (mergedTags.size === 0) return
    const tags = queryClient.getQueryData<{ tags: Tag[] }>(['tags', organization])?.tags ?? []
    for (const { id } of mergedTags.values()) {
      const tag = tags.find((each) => each.id === id)
      if (tag && !chips.has(id))
        chips.set(id, { id, name: tag.name, color: tag.color, deleted: tag.deleted_at !== null })
    }
  }

  const readWhatWasNotSent = (shown: Digest): void => {
    const { created, active, tagged, many, regrouped, catalogChanged } = shown
    const somebodyCame = created.size > 0 || many.created || regrouped
    const somebodyWrote = active.size > 0 || many.active || somebodyCame
    const numbersMoved = tagged.size > 0 || many.tagged || regrouped
    if (catalogChanged) again('catalog', 500, ['tags', organization])
    else if (numbersMoved) again('numbers of tags', 5000, ['tags', organization])
    if (somebodyWrote || numbersMoved || catalogChanged) {
      void queryClient.invalidateQueries({ queryKey: contactKeys.lists(organization), refetchType: 'none' })
      const counts = contactKeys.counts(organization)
      if (somebodyCame) again('counts', 5000, counts)
      else again('filtered counts', 5000, counts, { predicate: ({ queryKey }: Keyed) => !isEmptyObject(queryKey[3]) })
    }
    readContactsAgain(shown)
    if (shown.repliesChanged) again('replies', 500, ['replies', organization])
    if (shown.suggestionsChanged || catalogChanged) again('suggestions', 500, ['suggestions', organization])
    if (shown.peopleChanged) {
      again('people', 300, ['people', organization])
      onPeopleChanged()
    }
    if (shown.conflicts) again('conflicts', 2000, ['conflicts', organization])
    if (shown.erased.size > 0) again('erasures', 500, ['privacy', organization, 'erasures'])
    if (shown.operationsChanged) again('operations', 300, ['operations', organization], { predicate: isNoPreview })
    // On the test phone: what an agent wrote, and that it came.
    if (shown.touched.size > 0 || shown.manyConversations) again('played messages', 300, ['test-phone', organization])
    if (somebodyWrote) {
      again('played customers', 1000, ['test-phone', organization])
      again('deliveries', 3000, ['deliveries', organization], { predicate: isShortList })
      again('accounts', 5000, ['whatsapp', organization])
    }
  }

  /** The open contact: where each tag came from, and the history, are not sent along. */
  const readContactsAgain = (shown: Digest): void => {
    const all = isMany(shown) || shown.regrouped || shown.catalogChanged
    for (const query of queryClient.getQueryCache().findAll({ queryKey: ['contacts', organization, 'one'] })) {
      const id = String(query.queryKey[3])
      const contact = shown.contacts.get(id)
      const detail = query.state.data as ContactDetail | undefined
      const itself =
        shown.tagged.has(id) || shown.unsent.has(id) || (contact && detail && carriesOtherTags(detail, contact))
      if (!all && !itself) continue
      if (held.has(id)) {
        // Its own answer brings what is so; what another did meanwhile is read after it.
        if (shown.unsent.has(id)) digest.unsent.add(id)
        continue
      }
      again(`contact ${id}`, itself ? 700 : 5000, contactKeys.one(organization, id))
      again(`history ${id}`, itself ? 700 : 5000, contactKeys.history(organization, id))
    }
  }

  const readAllAgain = (everyMs: number): void => {
    refresher.refresh('everything', everyMs, () =>
      cached.readAgain({
        predicate: (query) =>
          query.queryKey[1] === organization && isNoPreview(query) && !isContactList(query) && !isThread(query),
      }),
    )
    // As a whole a thread would be read shorter than it is shown.
    if (
      queryClient
        .getQueryCache()
        .findAll({ predicate: (query) => query.queryKey[1] === organization && isThread(query) }).length > 0
    )
      refresher.refresh('threads', everyMs, async () => {
        const { readThreadsAgain } = await import('../conversations/thread-reading.ts')
        await readThreadsAgain(queryClient, organization)
      })
    refresher.refresh('lists', everyMs, async () => {
      await queryClient.invalidateQueries({ queryKey: contactKeys.lists(organization), refetchType: 'none' })
      tellContactNews(organization, { ...emptyDigest(), regrouped: true })
    })
  }

  return {
    take(text) {
      let message: LiveMessage
      try {
        message = JSON.parse(text) as LiveMessage
      } catch {
        return readAllAgain(0)
      }
      addMessage(digest, message)
      plan(isSeen() ? Math.max(0, shownAt + SHOW_EVERY_MS - performance.now()) : UNSEEN_EVERY_MS)
    },
    readAllAgain,
    look() {
      if (isSeen() && timer !== undefined) {
        clearTimeout(timer)
        show()
      }
      refresher.look()
    },
    close() {
      clearTimeout(timer)
      refresher.close()
      held.close()
      cached.close()
    },
  }
}

interface Keyed {
  queryKey: readonly unknown[]
}

const tellsOfConversations = ({ contacts, touched, manyConversations, regrouped }: Digest): boolean =>
  contacts.size + touched.size > 0 || manyConversations || regrouped
const isEmptyObject = (value: unknown): boolean => Object.keys(value ?? {}).length === 0
/** A preview is counted when it is asked for, and its dialog decides when that is. */
const isNoPreview = ({ queryKey }: Keyed): boolean => queryKey[0] !== 'operations' || queryKey[2] !== 'preview'
const isThread = ({ queryKey }: Keyed): boolean => queryKey[0] === 'conversations' && queryKey[2] === 'messages'
const isContactList = ({ queryKey }: Keyed): boolean => queryKey[0] === 'contacts' && queryKey[2] === 'list'
/** Far down a long list reading it all again would be many calls. */
const isShortList = ({ state }: { state: { data: unknown } }): boolean =>
  ((state.data as { pages?: unknown[] } | undefined)?.pages?.length ?? 0) <= 2
