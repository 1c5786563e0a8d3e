// The button in the head of a column by which a list is sorted, and the head's aria-sort.
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './SortButton.module.css'

export type Order = 'asc' | 'desc'

/** What the head says of itself; null when the list is sorted by another column. */
export const ariaSort = (order: Order | null) =>
  order === null ? 'none' : order === 'asc' ? 'ascending' : 'descending'

interface SortButtonProps {
  /** As the list is sorted by it; null when it is not. */
  order: Order | null
  /** How it is sorted by it first. */
  first: Order
  /** What a click does, in words. */
  titleOf?: (next: Order) => string
  /** Asks for the first order, then for the other one. */
  onSort: (order: Order) => void
  children: ReactNode
}

export function SortButton({ order, first, titleOf, onSort, children }: SortButtonProps) {
  const next = order === null ? first : order === 'asc' ? 'desc' : 'asc'
  const Arrow = (order ?? first) === 'asc' ? IconArrowUp : IconArrowDown
  return (
    <button
      type="button"
      className={classes.button}
      data-sorted={order !== null || undefined}
      title={titleOf?.(next)}
      onClick={() => onSort(next)}
    >
      {children}
      <Arrow size={13} stroke={2} aria-hidden />
    </button>
  )
}
