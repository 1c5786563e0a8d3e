// Around the rows: keeps them live, and offers quietly what would move them while somebody is at work in them.
import { Button } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { Contact } from '../../../server/contacts/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { onContactNews } from '../live/news.ts'
import { m } from '../paraglide/messages.js'
import classes from './ContactNews.module.css'
import { keepList, type ListInSight, type ListKeeper } from './keeping-list.ts'
import { isNews, NO_NEWS } from './list-news.ts'
import type { ContactOrder, ContactQuery } from './search.ts'

interface ContactNewsProps {
  query: ContactQuery
  order: ContactOrder
  contacts: readonly Contact[]
  /** The list is being read from its beginning; the last such reading failed. */
  reading: boolean
  failed: boolean
  /** Rows are chosen: they stay where they are. */
  choosing: boolean
  onToTop: () => void
  children: ReactNode
}

/** Before the first row is out of sight the list counts as at its top. */
const TOP_PX = 8

export function ContactNews({
  query,
  order,
  contacts,
  reading,
  failed,
  choosing,
  onToTop,
  children,
}: ContactNewsProps) {
  const organization = useOrganization().slug
  const queryClient = useQueryClient()
  const root = useRef<HTMLDivElement>(null)
  const pointed = useRef(false)
  const goesToTop = useRef(false)
  const toTop = useRef(onToTop)
  const keeper = useRef<ListKeeper>(null)
  const [news, setNews] = useState(NO_NEWS)
  const rows = useMemo(() => new Map(contacts.map((contact) => [contact.id, contact])), [contacts])

  const shown = useRef<() => ListInSight>(null)
  useEffect(() => {
    toTop.current = onToTop
    shown.current = () => ({
      organization,
      query,
      order,
      rows,
      isAtRest: rows.size === 0 || (!choosing && !pointed.current && isLeftAtTop(root.current)),
      inSight: rowsInSight(root.current, contacts),
    })
  })
  useEffect(() => {
    const kept = keepList({
      queryClient,
      list: () => shown.current!(),
      isSeen: () => document.visibilityState === 'visible',
      onNews: setNews,
    })
    keeper.current = kept
    const stop = onContactNews(organization, kept.hear)
    document.addEventListener('visibilitychange', kept.look)
    return () => {
      document.removeEventListener('visibilitychange', kept.look)
      stop()
      kept.close()
    }
  }, [organization, queryClient])
  const asked = JSON.stringify([query, order])
  useEffect(() => keeper.current?.follow(asked), [asked])
  useEffect(() => {
    if (reading) return keeper.current?.readingBegan()
    if (failed) keeper.current?.readingFailed()
    if (goesToTop.current && root.current?.contains(document.activeElement) === true) toTop.current()
    goesToTop.current = false
  }, [reading, failed])
  const look = () => keeper.current?.look()
  useEffect(look, [choosing])

  const show = () => {
    // The button goes: the first row of the list as it was holds the focus until the new one is there.
    onToTop()
    goesToTop.current = true
    void keeper.current?.readNow()
  }
  const count = news.moved.size
  return (
    <div
      ref={root}
      className={classes.root}
      onPointerEnter={() => {
        pointed.current = true
      }}
      onPointerLeave={() => {
        pointed.current = false
        look()
      }}
      // While it moves, the focus is nowhere.
      onBlur={() => window.setTimeout(look)}
      onScrollCapture={look}
    >
      <div role="status" className={classes.status}>
        {isNews(news) && m.contacts_news_status()}
      </div>
      {isNews(news) && (
        <Button size="xs" className={classes.show} leftSection={<IconRefresh size={14} stroke={1.8} />} onClick={show}>
          {news.uncertain ? m.contacts_news_some() : m.contacts_news({ count, shown: formatCount(count) })}
        </Button>
      )}
      {children}
    </div>
  )
}

const scrollerOf = (root: HTMLElement | null): HTMLElement | null =>
  root?.querySelector<HTMLElement>('[role="grid"]')?.parentElement ?? null

/**
 * At its top, without the focus or a menu open in it. With a finger there is no telling when it is about to touch: there
 * rows move only when asked to.
 */
const isLeftAtTop = (root: HTMLElement | null): boolean =>
  (scrollerOf(root)?.scrollTop ?? 0) <= TOP_PX &&
  root?.contains(document.activeElement) !== true &&
  !root?.querySelector('[aria-expanded="true"]') &&
  !window.matchMedia('(hover: none)').matches

function rowsInSight(root: HTMLElement | null, contacts: readonly Contact[]): ReadonlySet<string> {
  const indexes = [...(root?.querySelectorAll<HTMLElement>('[data-index]') ?? [])].map((row) =>
    Number(row.dataset['index']),
  )
  return new Set(indexes.flatMap((index) => contacts[index]?.id ?? []))
}
