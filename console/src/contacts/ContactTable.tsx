// The list of contacts as a grid: only the rows in sight are in the page, one of them is reached by Tab, arrows move.
import { Button, Loader } from '@mantine/core'
import { useVirtualizer, defaultRangeExtractor, type Range } from '@tanstack/react-virtual'
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
import type { Contact } from '../../../server/contacts/schema.ts'
import { m } from '../paraglide/messages.js'
import { SelectLoaded } from '../operations/RowCheckbox.tsx'
import type { RowSelection } from '../operations/selection.ts'
import { contactColumns } from './columns.ts'
import { ContactRow } from './ContactRow.tsx'
import classes from './ContactTable.module.css'
import { useContactOrder } from './search.ts'
import { SortableHead } from './SortableHead.tsx'

export interface ContactTableHandle {
  focusFirst: () => void
  focusContact: (id: string) => void
  /** Goes to the very first row. */
  toTop: () => void
}

interface ContactTableProps {
  ref: Ref<ContactTableHandle>
  contacts: readonly Contact[]
  /** What was asked for; with another one the list begins at its top. */
  asked: string
  /** The rows are still those of the filters before. */
  stale: boolean
  openId: string | undefined
  onOpen: (id: string) => void
  onEscape: () => void
  end: 'more' | 'failed' | 'end'
  onNeedMore: () => void
  /** Without it rows cannot be chosen. */
  selection?: RowSelection | undefined
}

const ROW_HEIGHT = 45
/** So many rows before the last one in the page the next page is asked for. */
const AHEAD = 20

export function ContactTable({
  ref,
  contacts,
  asked,
  stale,
  openId,
  onOpen,
  onEscape,
  end,
  onNeedMore,
  selection,
}: ContactTableProps) {
  const { sort } = useContactOrder()
  const box = useRef<HTMLDivElement>(null)
  const [reached, setReached] = useState(0)
  const active = Math.min(reached, contacts.length - 1)
  /** The row that gets the focus as soon as it is in the page. */
  const wanted = useRef<number | null>(null)

  const rangeExtractor = useCallback(
    (range: Range) => [...new Set([...defaultRangeExtractor(range), active])].toSorted((a, b) => a - b),
    [active],
  )
  const virtualizer = useVirtualizer({
    count: contacts.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => contacts[index]!.id,
    overscan: 8,
    rangeExtractor,
  })
  const rows = virtualizer.getVirtualItems()
  const lastShown = rows.at(-1)?.index ?? 0

  useEffect(() => {
    if (end === 'more' && lastShown >= contacts.length - AHEAD) onNeedMore()
  })

  // Beside the open contact the rows are narrower and some of them higher: its own row stays in sight.
  const openIndex = openId === undefined ? -1 : contacts.findIndex((contact) => contact.id === openId)
  useEffect(() => {
    if (openIndex < 0) return
    const timer = window.setTimeout(() => virtualizer.scrollToIndex(openIndex, { align: 'auto' }), 50)
    return () => window.clearTimeout(timer)
    // Only on opening: scrolling on is the reader's own.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [openId])

  const seen = useRef(asked)
  useLayoutEffect(() => {
    if (seen.current === asked) return
    seen.current = asked
    box.current!.scrollTop = 0
    setReached(0)
  }, [asked])

  useLayoutEffect(() => {
    if (wanted.current === null) return
    const row = box.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`)
    if (!row) return
    wanted.current = null
    row.focus({ preventScroll: true })
  })

  const reach = (index: number) => {
    if (contacts.length === 0) return
    const to = Math.max(0, Math.min(contacts.length - 1, index))
    virtualizer.scrollToIndex(to, { align: 'auto' })
    wanted.current = to
    // A row that is reached already would not be rendered again: it is focused here.
    const row = box.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)
    if (row) {
      wanted.current = null
      row.focus({ preventScroll: true })
    }
    setReached(to)
  }

  useImperativeHandle(ref, () => ({
    focusFirst: () => reach(rows[0]?.index === active ? active : (virtualizer.range?.startIndex ?? 0)),
    focusContact: (id) => {
      const index = contacts.findIndex((contact) => contact.id === id)
      reach(index >= 0 ? index : active)
    },
    toTop: () => reach(0),
  }))

  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')
    if (event.key === 'Escape') return onEscape()
    if (selection && event.key === 'a' && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault()
      return selection.chooseLoaded()
    }
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return
    const from = Number(row.dataset['index'])
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 400) / ROW_HEIGHT) - 2)
    const to = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: contacts.length - 1,
    }[event.key]
    if (to !== undefined) {
      event.preventDefault()
      reach(to)
    } else if (event.key === 'Enter' && event.target === row) {
      event.preventDefault()
      onOpen(contacts[from]!.id)
    } else if (event.key === ' ' && event.target === row && selection) {
      event.preventDefault()
      selection.toggle(contacts[from]!.id, event.shiftKey)
    }
  }

  return (
    <div
      ref={box}
      className={classes.box}
      data-stale={stale || undefined}
      data-sort={sort}
      data-selectable={selection !== undefined || undefined}
      data-selecting={(selection && selection.loaded !== 'none') || undefined}
    >
      <div
        role="grid"
        aria-label={m.contacts()}
        aria-rowcount={end === 'end' ? contacts.length + 1 : -1}
        aria-busy={stale}
        aria-multiselectable={selection !== undefined}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className={classes.head}>
          <div role="row" aria-rowindex={1} className={classes.columns}>
            {selection && <SelectLoaded selection={selection} />}
            {contactColumns().map((column) => (
              <SortableHead key={column.name} {...column} />
            ))}
          </div>
        </div>
        <div role="rowgroup" className={classes.rows} style={{ height: virtualizer.getTotalSize() }}>
          {rows.map((row) => (
            <ContactRow
              key={row.key}
              ref={virtualizer.measureElement}
              contact={contacts[row.index]!}
              index={row.index}
              top={row.start}
              reachable={row.index === active}
              open={contacts[row.index]!.id === openId}
              onOpen={onOpen}
              onReach={setReached}
              selected={selection?.has(contacts[row.index]!.id)}
              onSelect={selection?.toggle}
            />
          ))}
        </div>
      </div>
      {end === 'more' && (
        <div className={classes.end}>
          <Loader size={18} color="gray" role="img" aria-label={m.contacts_loading()} />
        </div>
      )}
      {end === 'failed' && (
        <div className={classes.end} role="alert">
          {m.contacts_more_failed()}
          <Button size="xs" variant="default" onClick={onNeedMore}>
            {m.retry()}
          </Button>
        </div>
      )}
    </div>
  )
}
