// The head of a column: where the list can be sorted by it, a button that sorts, and turns the order around.
import type { ContactSort } from '../../../server/contacts/schema.ts'
import { ariaSort, SortButton } from '../ui/SortButton.tsx'
import { naturalOrder, useChangeSearch, useContactOrder } from './search.ts'
import { sortWords } from './sort-words.ts'

export function SortableHead({ name, sort }: { name: string; sort?: ContactSort | undefined }) {
  const { sort: current = 'last_seen', order = naturalOrder(current) } = useContactOrder()
  const { sortBy } = useChangeSearch()
  if (sort === undefined) return <div role="columnheader">{name}</div>
  const sorted = sort === current ? order : null
  return (
    <div role="columnheader" aria-sort={ariaSort(sorted)}>
      <SortButton
        order={sorted}
        first={naturalOrder(sort)}
        titleOf={(next) => sortWords(sort, next)}
        onSort={(next) => sortBy(sort, next)}
      >
        {name}
      </SortButton>
    </div>
  )
}
