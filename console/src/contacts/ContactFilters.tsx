// The bar above the list: the search, the filters, what is applied as removable pills, and the count.
import { lazy, Suspense, useCallback, useRef, useState, type ReactNode } from 'react'
import classes from './ContactFilters.module.css'
import type { Facet } from './facets.ts'
import { FilterMenu } from './FilterMenu.tsx'
import { isFiltered, useChangeSearch, useContactQuery } from './search.ts'
import { SearchBox, type SearchBoxHandle } from './SearchBox.tsx'
import { SortMenu } from './SortMenu.tsx'

// The list usually opens without a filter.
const AppliedFilters = lazy(() => import('./AppliedFilters.tsx').then((file) => ({ default: file.AppliedFilters })))

interface ContactFiltersProps {
  /** Arrow down leads from the search into the rows. */
  onLeaveToRows: () => void
  children: ReactNode
}

export function ContactFilters({ onLeaveToRows, children }: ContactFiltersProps) {
  const box = useRef<SearchBoxHandle>(null)
  const button = useRef<HTMLButtonElement>(null)
  const [opened, setOpened] = useState(false)
  const [facet, setFacet] = useState<Facet>('tags')
  const { clearFilters } = useChangeSearch()
  const filtered = isFiltered(useContactQuery())

  // What stays the same from letter to letter is not drawn anew.
  const toggle = useCallback(() => setOpened((now) => !now), [])
  const close = useCallback(() => setOpened(false), [])
  const clearAll = useCallback(() => {
    box.current?.forget()
    clearFilters()
  }, [clearFilters])
  return (
    <search className={classes.root}>
      <div className={classes.bar}>
        <SearchBox ref={box} onLeaveToRows={onLeaveToRows} />
        <FilterMenu
          ref={button}
          opened={opened}
          onToggle={toggle}
          onClose={close}
          facet={facet}
          onFacet={setFacet}
          onClearAll={clearAll}
        />
        <SortMenu />
        {children}
      </div>
      {filtered && (
        <Suspense>
          <AppliedFilters
            onEdit={(which) => {
              setFacet(which)
              setOpened(true)
            }}
            onClearAll={() => {
              clearAll()
              button.current?.focus()
            }}
            onEmpty={() => button.current?.focus()}
          />
        </Suspense>
      )}
    </search>
  )
}
