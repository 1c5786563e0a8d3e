// The search of the contact list. It stands alone, so that a letter typed draws nothing anew but this box.
import { ActionIcon, Kbd, TextInput } from '@mantine/core'
import { IconSearch, IconX } from '@tabler/icons-react'
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react'
import { m } from '../paraglide/messages.js'
import classes from './ContactFilters.module.css'
import { useSearchText } from './use-search-text.ts'

export interface SearchBoxHandle {
  /** Empties the box, for whoever empties the address. */
  forget: () => void
}

interface SearchBoxProps {
  ref: Ref<SearchBoxHandle>
  /** Arrow down leads into the rows. */
  onLeaveToRows: () => void
}

export function SearchBox({ ref, onLeaveToRows }: SearchBoxProps) {
  const search = useSearchText()
  const input = useRef<HTMLInputElement>(null)
  useSlashFocuses(input)
  useImperativeHandle(ref, () => ({ forget: search.forget }))
  return (
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
          <ActionIcon size={22} aria-label={m.search_clear()} onClick={() => (search.clear(), input.current?.focus())}>
            <IconX size={14} />
          </ActionIcon>
        )
      }
    />
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
