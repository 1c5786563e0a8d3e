// Keeps the shown list up to date without moving a row under anybody's hand: it is read again from its top while nobody is
// at work in it; otherwise its rows are renewed in their places, and whoever reads decides when they may move.
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { RouteOk } from '../../../server/lib/route.ts'
import type { listContacts } from '../../../server/contacts/schema.ts'
import type { ContactNews } from '../live/news.ts'
import { patchPages } from '../live/patching.ts'
import { createRefresher } from '../live/refreshing.ts'
import { isNews, newsOfList, NO_NEWS, outdatedRows, together, type ListNews, type ShownList } from './list-news.ts'
import { contactListQuery, readContactPage } from './queries.ts'

type Pages = InfiniteData<RouteOk<typeof listContacts>, string | null>

/** A list that everybody writes into is read so often at most, and its rows are renewed so often. */
const READ_EVERY_MS = 5000
const RENEW_EVERY_MS = 3000

export interface ListInSight extends ShownList {
  organization: string
  /** Nobody is at work in the list, so that rows may move. */
  isAtRest: boolean
  /** The ids of the rows in sight. */
  inSight: ReadonlySet<string>
}

export interface ListKeeper {
  hear: (news: ContactNews) => void
  /** The list may have come to rest, or was scrolled, or came into sight. */
  look: () => void
  /** Reads the list from its top, wherever it stands. */
  readNow: () => Promise<void>
  /** Whatever reads the list brings what was waiting; when it fails it waits on. */
  readingBegan: () => void
  readingFailed: () => void
  /** What was asked for: with another list, what waited for the one before is forgotten. */
  follow: (asked: string) => void
  close: () => void
}

/** `list` answers what is shown now; `onNews` is told what waits for whoever reads. */
export function keepList({
  queryClient,
  list,
  isSeen,
  onNews,
}: {
  queryClient: QueryClient
  list: () => ListInSight
  isSeen: () => boolean
  onNews: (news: ListNews) => void
}): ListKeeper {
  const refresher = createRefresher({ isSeen })
  let waiting = NO_NEWS
  let underWay = NO_NEWS
  let outdated = new Set<string>()
  let followed = ''

  const keyOf = ({ organization, query, order }: ListInSight) =>
    contactListQuery(organization, { ...query, ...order }).queryKey
  const change = (queryKey: ReturnType<typeof keyOf>, to: (data: Pages) => Pages): void => {
    const updatedAt = queryClient.getQueryState(queryKey)?.dataUpdatedAt ?? 0
    queryClient.setQueryData<Pages>(queryKey, (data) => data && to(data), { updatedAt })
  }

  const readNow = async (): Promise<void> => {
    const queryKey = keyOf(list())
    change(queryKey, ({ pages, pageParams }) => ({ pages: pages.slice(0, 1), pageParams: pageParams.slice(0, 1) }))
    await queryClient.invalidateQueries({ queryKey, exact: true })
  }
  const readIfAtRest = async (): Promise<void> => {
    if (!isNews(waiting)) return
    if (list().isAtRest) await readNow()
    else onNews(waiting)
  }

  /** Reads the pages in sight whose rows are out of date, and puts each contact that comes into its place. */
  const renew = async (): Promise<void> => {
    const { organization, query, order, inSight } = list()
    const queryKey = keyOf(list())
    const { pages, pageParams } = queryClient.getQueryData<Pages>(queryKey) ?? { pages: [], pageParams: [] }
    const wanted = pages.map(({ contacts }) => contacts.map(({ id }) => id)).map((ids, index) => ({ ids, index }))
    await Promise.all(
      wanted
        .filter(({ ids }) => ids.some((id) => inSight.has(id)) && ids.some((id) => outdated.has(id)))
        .map(async ({ ids, index }) => {
          for (const id of ids) outdated.delete(id)
          try {
            const { contacts } = await readContactPage(organization, { ...query, ...order }, pageParams[index] ?? null)
            const found = new Map(contacts.map((contact) => [contact.id, contact]))
            change(queryKey, (data) => patchPages(data, found))
          } catch {
            // They are read with the next news, or when they are scrolled to.
            for (const id of ids) outdated.add(id)
          }
        }),
    )
  }

  const look = (): void => {
    const { isAtRest } = list()
    if (!isAtRest && outdated.size > 0) refresher.refresh('rows', RENEW_EVERY_MS, renew)
    if (!isNews(waiting)) return
    if (isAtRest) refresher.refresh('list', READ_EVERY_MS, readIfAtRest)
    onNews(isAtRest ? NO_NEWS : waiting)
  }

  return {
    hear(news) {
      const shown = list()
      waiting = together(waiting, newsOfList(news, shown))
      for (const id of outdatedRows(news, shown.rows)) outdated.add(id)
      look()
    },
    look() {
      refresher.look()
      look()
    },
    readNow,
    readingBegan() {
      underWay = waiting
      waiting = NO_NEWS
      outdated = new Set()
      onNews(NO_NEWS)
    },
    readingFailed() {
      waiting = together(waiting, underWay)
      look()
    },
    follow(asked) {
      if (asked === followed) return
      followed = asked
      waiting = NO_NEWS
      outdated = new Set()
      onNews(NO_NEWS)
    },
    close: refresher.close,
  }
}
