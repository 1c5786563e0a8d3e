// The head of a column: where the list can be sorted by it, a button that sorts, and turns the order around.
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import type { ContactSort } from '../../../server/contacts/schema.ts'
import { naturalOrder, useChangeSearch, useContactOrder } from './search.ts'
import classes from './SortableHead.module.css'
import { sortWords } from './sort-words.ts'

export function SortableHead({ name, sort }: { name: string; sort?: ContactSort | undefined }) {
  const { sort: current = 'last_seen', order = naturalOrder(current) } = useContactOrder()
  const { sortBy } = useChangeSearch()
  if (sort === undefined) return <div role="columnheader">{name}</div>
  const sorted = sort === current
  const next = sorted ? (order === 'asc' ? 'desc' : 'asc') : naturalOrder(sort)
  const Arrow = (sorted ? order : next) === 'asc' ? IconArrowUp : IconArrowDown
  return (
    <div role="columnheader" aria-sort={sorted ? (order === 'asc' ? 'ascending' : 'descending') : 'none'}>
      <button
        type="button"
        className={classes.button}
        data-sorted={sorted || undefined}
        title={sortWords(sort, next)}
        onClick={() => sortBy(sort, next)}
      >
        {name}
        <Arrow size={13} stroke={2} aria-hidden />
      </button>
    </div>
  )
}
