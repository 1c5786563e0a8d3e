// The field above a list of options: what is typed finds them, the keys walk through them while the focus stays here.
import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useLayoutEffect, useRef } from 'react'

interface ListSearchProps {
  className: string | undefined
  label: string
  search: string
  onSearch: (search: string) => void
  /** The id of the list. */
  list: string
  /** The id of the option that Enter picks. */
  active: string | undefined
  /** Goes where a key leads; false when it leads nowhere, and means what it means in any field. */
  onKey: (key: string) => boolean
  onEnter: () => void
  /** Escape, or something else is done; another window changes nothing. */
  onLeave?: () => void
  /** Takes the focus wherever it is; otherwise only from what this stands in. */
  takesFocus?: boolean
}

export function ListSearch({
  className,
  label,
  search,
  onSearch,
  list,
  active,
  onKey,
  onEnter,
  onLeave,
  takesFocus = false,
}: ListSearchProps) {
  const field = useRef<HTMLInputElement>(null)
  // What it opened in looked for a field before this was there, and may have the focus itself.
  useLayoutEffect(() => {
    const focused = document.activeElement
    const isAround = focused !== document.body && focused !== field.current && focused?.contains(field.current)
    if (takesFocus || isAround) field.current?.focus({ preventScroll: true })
  }, [takesFocus])
  return (
    <TextInput
      ref={field}
      data-autofocus
      className={className}
      value={search}
      onChange={(event) => onSearch(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Enter') {
          event.preventDefault()
          onEnter()
        } else if (event.key === 'Escape') onLeave?.()
        else if (onKey(event.key)) event.preventDefault()
      }}
      onBlur={(event) => {
        if (document.activeElement !== event.currentTarget) onLeave?.()
      }}
      placeholder={label}
      aria-label={label}
      leftSection={<IconSearch size={15} stroke={1.7} />}
      role="combobox"
      aria-expanded
      aria-autocomplete="list"
      aria-controls={list}
      aria-activedescendant={active}
      autoComplete="off"
      spellCheck={false}
    />
  )
}
