// What contacts can be filtered by, one thing at a time: its name at the side, its choices beside it. Every choice counts at once.
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useOrganization } from '../access/queries.ts'
import { channelsQuery } from '../channels/channel-names.ts'
import { m } from '../paraglide/messages.js'
import { sourceLabel } from '../tags/source-label.ts'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { CheckList } from './CheckList.tsx'
import { facetLabel, FACETS, appliedCount, type Facet } from './facets.ts'
import menuClasses from './FilterMenu.module.css'
import classes from './FilterPanel.module.css'
import { PeriodFilter } from './PeriodFilter.tsx'
import { idsOf, isFiltered, SOURCES, sourcesOf, useChangeSearch, useContactQuery, useContactSearch } from './search.ts'
import { TagFilter } from './TagFilter.tsx'

interface FilterPanelProps {
  facet: Facet
  onFacet: (facet: Facet) => void
  onClearAll: () => void
  onDone: () => void
}

export function FilterPanel({ facet, onFacet, onClearAll, onDone }: FilterPanelProps) {
  const search = useContactSearch()
  const filtered = isFiltered(useContactQuery())
  const [cleared, setCleared] = useState(0)
  const id = useId()
  const root = useRef<HTMLDivElement>(null)
  const tabs = useRef<HTMLDivElement>(null)

  // A field that takes the focus opens the keyboard of a phone over all choices.
  useEffect(() => {
    const field = matchMedia('(pointer: fine)').matches && root.current?.querySelector<HTMLElement>('[data-autofocus]')
    const target = field || tabs.current?.querySelector<HTMLElement>('[aria-selected="true"]')
    target?.focus({ preventScroll: true })
  }, [])

  const onKeyDown = (event: KeyboardEvent) => {
    const at = FACETS.indexOf(facet)
    const rtl = getComputedStyle(event.currentTarget).direction === 'rtl'
    const forth = at + 1
    const back = at - 1
    const to = {
      ArrowDown: forth,
      ArrowUp: back,
      ArrowRight: rtl ? back : forth,
      ArrowLeft: rtl ? forth : back,
      Home: 0,
      End: -1,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = FACETS.at(to % FACETS.length)!
    onFacet(next)
    tabs.current?.querySelector<HTMLElement>(`[data-facet="${next}"]`)?.focus()
  }

  return (
    <div ref={root} className={classes.root}>
      <div
        ref={tabs}
        role="tablist"
        aria-label={m.filter()}
        aria-orientation="vertical"
        className={classes.tabs}
        onKeyDown={onKeyDown}
      >
        {FACETS.map((each) => {
          const applied = appliedCount(search, each)
          return (
            <button
              key={each}
              type="button"
              role="tab"
              id={`${id}-${each}`}
              data-facet={each}
              aria-selected={each === facet}
              aria-controls={`${id}-choices`}
              tabIndex={each === facet ? 0 : -1}
              className={classes.tab}
              onClick={() => onFacet(each)}
            >
              <span className={classes.tabName}>{facetLabel(each)}</span>
              {applied > 0 && (
                <span
                  className={menuClasses.applied}
                  role="img"
                  aria-label={m.filter_applied_count({ count: applied })}
                >
                  {applied}
                </span>
              )}
            </button>
          )
        })}
      </div>
      <div
        key={`${facet} ${cleared}`}
        role="tabpanel"
        id={`${id}-choices`}
        aria-labelledby={`${id}-${facet}`}
        className={classes.choices}
      >
        <Choices facet={facet} />
      </div>
      <div className={classes.foot}>
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          disabled={!filtered}
          onClick={() => {
            setCleared((before) => before + 1)
            onClearAll()
          }}
        >
          {m.filters_clear_all()}
        </Button>
        <Button size="xs" onClick={onDone}>
          {m.done()}
        </Button>
      </div>
    </div>
  )
}

function Choices({ facet }: { facet: Facet }): ReactNode {
  switch (facet) {
    case 'tags':
      return <TagFilter />
    case 'sources':
      return <SourceFilter />
    case 'tagged':
      return (
        <>
          <PeriodFilter time="tagged" />
          <AboutAssignments with="sources" />
        </>
      )
    case 'first_seen':
    case 'last_seen':
      return <PeriodFilter time={facet} />
    case 'channels':
      return <ChannelFilter />
  }
}

function SourceFilter() {
  const { sources } = useContactSearch()
  const { setSources } = useChangeSearch()
  return (
    <>
      <div className={classes.list}>
        <CheckList
          label={m.filter_source()}
          items={SOURCES.map((source) => ({ id: source, name: sourceLabel(source), note: undefined }))}
          chosen={sourcesOf(sources)}
          onChange={setSources}
        />
      </div>
      <AboutAssignments with="tagged" />
    </>
  )
}

/** Of which tags source and date speak, and that they speak of the same one. */
function AboutAssignments({ with: other }: { with: 'sources' | 'tagged' }) {
  const search = useContactSearch()
  const ofChosen = search.any_tags !== undefined || search.all_tags !== undefined
  const both = appliedCount(search, other) > 0
  return (
    <p className={classes.about}>
      {ofChosen ? m.filter_of_chosen_tags() : m.filter_of_any_tag()} {both && m.filter_of_same_tag()}
    </p>
  )
}

function ChannelFilter() {
  const organization = useOrganization()
  const { channels } = useContactSearch()
  const { setChannels } = useChangeSearch()
  const { data, error, refetch } = useQuery(channelsQuery(organization.slug))
  if (error && !data) {
    return (
      <div className={classes.list}>
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      </div>
    )
  }
  if (!data) return null
  if (data.length === 0) return <p className={classes.about}>{m.filter_channels_none()}</p>
  return (
    <div className={classes.list}>
      <CheckList
        label={m.channel()}
        items={data.map((each) => ({ id: each.id, name: each.name, note: each.phone }))}
        chosen={idsOf(channels)}
        onChange={setChannels}
      />
    </div>
  )
}
