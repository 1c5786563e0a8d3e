// The conversations of a list: only the rows in sight are in the page, one of them is reached by Tab, arrows move.
import { Button, Loader } from '@mantine/core'
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
} from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { m } from '../paraglide/messages.js'
import classes from './InboxList.module.css'
import { InboxRow } from './InboxRow.tsx'
import type { InboxListName } from './search.ts'
import { useHeldRows } from './use-held-rows.ts'

export interface InboxListHandle {
  /** Focuses the row of a conversation, or the one that Tab leads to. */
  focus: (id: string | undefined) => void
}

interface InboxListProps {
  ref: Ref<InboxListHandle>
  conversations: readonly Conversation[]
  /** What was asked for; with another one the list begins at its top. */
  asked: string
  list: InboxListName
  stale: boolean
  openId: string | undefined
  end: 'more' | 'failed' | 'end'
  onNeedMore: () => void
}

const ROW_HEIGHT = 82
/** So many rows before the last one in the page the next page is asked for. */
const AHEAD = 20

export function InboxList({ ref, conversations, asked, list, stale, openId, end, onNeedMore }: InboxListProps) {
  const box = useRef<HTMLDivElement>(null)
  const [reachedId, setReachedId] = useState<string>()
  const openAt = conversations.findIndex(({ id }) => id === openId)
  const reachedAt = conversations.findIndex(({ id }) => id === reachedId)
  const active = reachedAt >= 0 ? reachedAt : Math.max(0, openAt)
  /** The row that gets the focus as soon as it is in the page. */
  const wanted = useRef<string | null>(null)

  const rangeExtractor = useCallback(
    (range: Range) => [...new Set([...defaultRangeExtractor(range), active])].toSorted((a, b) => a - b),
    [active],
  )
  const virtualizer = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => conversations[index]!.id,
    overscan: 8,
    rangeExtractor,
  })
  const hand = useHeldRows(box, virtualizer, conversations, asked)
  const rows = virtualizer.getVirtualItems()
  const lastShown = rows.at(-1)?.index ?? 0

  useEffect(() => {
    if (end === 'more' && lastShown >= conversations.length - AHEAD) onNeedMore()
  })

  const seen = useRef(asked)
  useLayoutEffect(() => {
    if (seen.current === asked) return
    seen.current = asked
    box.current!.scrollTop = 0
    setReachedId(undefined)
  }, [asked])

  // By j and k the open row moves on; the focus goes with it when it was in the list.
  useEffect(() => {
    if (openId === undefined || openAt < 0) return
    virtualizer.scrollToIndex(openAt, { align: 'auto' })
    setReachedId(openId)
    if (box.current?.contains(document.activeElement)) wanted.current = openId
    // Only on opening: scrolling on is the reader's own.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [openId])

  useLayoutEffect(() => {
    if (wanted.current === null) return
    const row = box.current?.querySelector<HTMLElement>(`[data-id="${wanted.current}"]`)
    if (!row) return
    wanted.current = null
    row.focus({ preventScroll: true })
  })

  const reach = (index: number) => {
    const to = Math.max(0, Math.min(conversations.length - 1, index))
    const id = conversations[to]?.id
    if (id === undefined) return
    virtualizer.scrollToIndex(to, { align: 'auto' })
    setReachedId(id)
    // A row that is reached already would not be rendered again: it is focused here.
    const row = box.current?.querySelector<HTMLElement>(`[data-id="${id}"]`)
    if (row) row.focus({ preventScroll: true })
    else wanted.current = id
  }
  useImperativeHandle(ref, () => ({
    focus: (id) => {
      const index = conversations.findIndex((each) => each.id === id)
      reach(index >= 0 ? index : active)
    },
  }))

  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return
    const from = Number(row.dataset['index'])
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 600) / ROW_HEIGHT) - 1)
    const to = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: conversations.length - 1,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    reach(to)
  }

  return (
    <div ref={box} className={classes.box} data-stale={stale || undefined} {...hand}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its links have the focus, the arrows move it among them */}
      <ul
        className={classes.rows}
        style={{ height: virtualizer.getTotalSize() }}
        aria-label={m.inbox_conversations()}
        aria-busy={stale}
        onKeyDown={onKeyDown}
      >
        {rows.map((row) => (
          <InboxRow
            key={row.key}
            ref={virtualizer.measureElement}
            conversation={conversations[row.index]!}
            list={list}
            index={row.index}
            count={end === 'end' ? conversations.length : -1}
            top={row.start}
            reachable={row.index === active}
            open={conversations[row.index]!.id === openId}
            onReach={setReachedId}
          />
        ))}
      </ul>
      {end === 'more' && (
        <div className={classes.end}>
          <Loader size={18} color="gray" role="img" aria-label={m.inbox_loading()} />
        </div>
      )}
      {end === 'failed' && (
        <div className={classes.end} role="alert">
          {m.inbox_more_failed()}
          <Button size="xs" variant="default" onClick={onNeedMore}>
            {m.retry()}
          </Button>
        </div>
      )}
    </div>
  )
}
