// The bar above the list: the search, the tag filter, what is applied as removable pills, and the count.
import { ActionIcon, Kbd, TextInput } from '@mantine/core'
import { IconSearch, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, type ReactNode } from 'react'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { tagsQuery } from '../tags/queries.ts'
import { TagChip } from '../ui/TagChip.tsx'
import classes from './ContactFilters.module.css'
import { modeLabel } from './mode-label.ts'
import { idsOf, isFiltered, TAG_MODES, useChangeSearch, useContactQuery } from './search.ts'
import { TagFilter } from './TagFilter.tsx'
import { useSearchText } from './use-search-text.ts'

interface ContactFiltersProps {
  /** Arrow down leads from the search into the rows. */
  onLeaveToRows: () => void
  children: ReactNode
}

export function ContactFilters({ onLeaveToRows, children }: ContactFiltersProps) {
  const search = useSearchText()
  const input = useRef<HTMLInputElement>(null)
  useSlashFocuses(input)
  return (
    <search className={classes.root}>
      <div className={classes.bar}>
        <TextInput
          ref={input}
          className={classes.search}
          type="text"
          inputMode="search"
          enterKeyHint="search"
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          aria-label={m.contacts_search()}
          placeholder={m.contacts_search()}
          value={search.text}
          onChange={(event) => search.type(event.currentTarget.value)}
          onFocus={search.begin}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return
            if (event.key === 'Escape' && search.text !== '') {
              event.stopPropagation()
              search.clear()
            } else if (event.key === 'ArrowDown') {
              event.preventDefault()
              onLeaveToRows()
            }
          }}
          leftSection={<IconSearch size={15} stroke={1.7} />}
          rightSection={
            search.text === '' ? (
              <Kbd size="xs" className={classes.slash} aria-hidden>
                /
              </Kbd>
            ) : (
              <ActionIcon
                size={22}
                aria-label={m.search_clear()}
                onClick={() => (search.clear(), input.current?.focus())}
              >
                <IconX size={14} />
              </ActionIcon>
            )
          }
        />
        <TagFilter />
        {children}
      </div>
      <AppliedTags onClear={search.clear} />
    </search>
  )
}

function AppliedTags({ onClear }: { onClear: () => void }) {
  const organization = useOrganization()
  const query = useContactQuery()
  const { setTagMode, clearFilters } = useChangeSearch()
  const { data: tags } = useQuery(tagsQuery(organization.slug))
  const applied = TAG_MODES.map((mode) => ({ mode, ids: idsOf(query[mode]) })).filter(({ ids }) => ids.length > 0)
  if (!isFiltered(query)) return null
  return (
    <div className={classes.applied} role="group" aria-label={m.filters_applied()}>
      {applied.map(({ mode, ids }) => (
        <div key={mode} className={classes.group}>
          <span className={classes.mode}>{modeLabel(mode)}</span>
          {ids.map((id) => {
            const tag = tags?.find((each) => each.id === id)
            const name = tag?.name ?? (tags ? m.tag_unknown() : '…')
            return (
              <TagChip key={id} name={name} color={tag?.color ?? null}>
                <button
                  type="button"
                  className={classes.take}
                  aria-label={m.filter_remove({ name })}
                  onClick={() => setTagMode(id, null)}
                >
                  <IconX size={12} stroke={2.2} />
                </button>
              </TagChip>
            )
          })}
        </div>
      ))}
      <button type="button" className={classes.clear} onClick={() => (onClear(), clearFilters())}>
        {m.filters_clear_all()}
      </button>
    </div>
  )
}

/** `/` puts the cursor into the search, unless one is typing or a dialog is open. */
function useSlashFocuses(input: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
      const target = event.target as HTMLElement
      if (target.isContentEditable || target.closest('input, textarea, select, [aria-modal="true"]')) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [input])
}
