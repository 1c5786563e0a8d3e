// The catalog as a table: only the rows in sight are in the page, so that two thousand tags scroll like thirty.
import { VisuallyHidden } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type ReactNode } from 'react'
import type { Tag } from '../../../server/tags/schema.ts'
import { m } from '../paraglide/messages.js'
import { ariaSort, SortButton } from '../ui/SortButton.tsx'
import { naturalOrder, orderOf, type TagSearch, type TagSort } from './search.ts'
import type { TagSelection } from './selection.ts'
import { TagRow, type TagAction } from './TagRow.tsx'
import classes from './TagTable.module.css'

const ROW_HEIGHT = 46
const HEAD_HEIGHT = 34

interface TagTableProps {
  tags: readonly Tag[]
  search: TagSearch
  onSort: (sort: TagSort) => void
  /** Without it rows cannot be ticked. */
  selection: TagSelection | undefined
  /** Without it there is nothing to be done with a tag. */
  onAct: ((action: TagAction, tag: Tag) => void) | undefined
}

export function TagTable({ tags, search, onSort, selection, onAct }: TagTableProps) {
  const box = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: tags.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => tags[index]!.id,
    overscan: 12,
    paddingStart: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
  })
  // Other rows are read from their beginning.
  const wanted = JSON.stringify(search)
  useEffect(() => {
    box.current?.scrollTo({ top: 0 })
  }, [wanted])

  const rows = virtualizer.getVirtualItems()
  const above = (rows[0]?.start ?? HEAD_HEIGHT) - HEAD_HEIGHT
  const below = virtualizer.getTotalSize() - (rows.at(-1)?.end ?? HEAD_HEIGHT)
  const columns = { search, onSort }
  return (
    <div ref={box} className={classes.box} data-rows tabIndex={-1}>
      <table className={classes.table} aria-rowcount={tags.length + 1} data-selectable={selection && true}>
        <thead>
          <tr aria-rowindex={1}>
            {selection && (
              <td className={classes.select}>
                <SelectShown selection={selection} />
              </td>
            )}
            <Column {...columns} sort="name" className={classes.tag}>
              {m.column_tag()}
            </Column>
            <th scope="col" className={classes.description}>
              {m.column_description()}
            </th>
            <Column {...columns} sort="contacts" className={classes.contacts}>
              {m.contacts()}
            </Column>
            <Column {...columns} sort="created" className={classes.created}>
              {m.column_created()}
            </Column>
            {onAct && (
              <th scope="col" className={classes.actions}>
                <VisuallyHidden>{m.column_actions()}</VisuallyHidden>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          <Space height={above} />
          {rows.map(({ index, key }) => (
            <TagRow
              key={key}
              ref={virtualizer.measureElement}
              index={index}
              tag={tags[index]!}
              selected={selection?.chosen.has(tags[index]!.id)}
              onSelect={selection?.toggle}
              onAct={onAct}
            />
          ))}
          <Space height={below} />
        </tbody>
      </table>
    </div>
  )
}

/** What stands for the rows that are not in the page. */
function Space({ height }: { height: number }) {
  return height > 0 ? <tr aria-hidden className={classes.space} style={{ height }} /> : null
}

function SelectShown({ selection }: { selection: TagSelection }) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    box.current!.indeterminate = selection.shown === 'some'
  }, [selection.shown])
  return (
    <label className={classes.tick}>
      <input
        ref={box}
        type="checkbox"
        aria-label={m.tags_select_shown()}
        checked={selection.shown === 'all'}
        onChange={selection.toggleShown}
      />
    </label>
  )
}

interface ColumnProps {
  search: TagSearch
  sort: TagSort
  onSort: (sort: TagSort) => void
  className: string | undefined
  children: ReactNode
}

/** The head of a column, which sorts by it, and turns the order around. */
function Column({ search, sort, onSort, className, children }: ColumnProps) {
  const now = orderOf(search)
  const order = now.sort === sort ? now.order : null
  return (
    <th scope="col" className={className} aria-sort={ariaSort(order)}>
      <SortButton order={order} first={naturalOrder(sort)} onSort={() => onSort(sort)}>
        {children}
      </SortButton>
    </th>
  )
}
