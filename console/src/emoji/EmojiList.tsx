// The list of emoji: searched by name, walked through by arrows, chosen by Enter or a click.
import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { locale } from '../lib/language.ts'
import { m } from '../paraglide/messages.js'
import type { Locale } from '../paraglide/runtime.js'
import classes from './EmojiList.module.css'
import { moved, nameOf, noteUsed, recentEmoji, sectionsOf, type Names, type Section } from './finding.ts'

const NAMES: Record<Locale, () => Promise<{ names: Names }>> = {
  en: () => import('./names/en.ts'),
  es: () => import('./names/es.ts'),
  'pt-BR': () => import('./names/pt-BR.ts'),
  'zh-CN': () => import('./names/zh-CN.ts'),
}
/** Without them emoji are still shown and chosen, only found by themselves alone. */
const NONE: Names = {}

const LABELS: Record<Section['group'], () => string> = {
  recent: m.emoji_recent,
  found: m.emoji_found,
  smileys: m.emoji_smileys,
  hands: m.emoji_hands,
  symbols: m.emoji_symbols,
  nature: m.emoji_nature,
  food: m.emoji_food,
  going: m.emoji_going,
  things: m.emoji_things,
}

export function EmojiList({ onPick }: { onPick: (emoji: string) => void }) {
  const { data: names = NONE } = useQuery({
    queryKey: ['emoji names', locale],
    queryFn: async () => (await NAMES[locale]()).names,
    staleTime: Infinity,
  })
  const [search, setSearch] = useState('')
  const [place, setPlace] = useState({ row: 0, column: 0 })
  const [recent] = useState(recentEmoji)
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const sections = useMemo(() => sectionsOf(search, names, recent), [search, names, recent])
  const rows = sections.flatMap((section) => section.rows)
  const idAt = (row: number, column: number) => `${id}-${row}-${column}`
  const active = rows[place.row]?.[place.column]

  // The popover looked for a field while the list was loading.
  useLayoutEffect(() => {
    field.current?.focus({ preventScroll: true })
  }, [])
  const pick = (emoji: string) => {
    noteUsed(emoji)
    onPick(emoji)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') {
      event.preventDefault()
      if (active !== undefined) pick(active)
      return
    }
    const to = moved(place, event.key, rows)
    if (!to) return
    event.preventDefault()
    setPlace(to)
    document.getElementById(idAt(to.row, to.column))?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <>
      <TextInput
        ref={field}
        data-autofocus
        className={classes.search}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value)
          setPlace({ row: 0, column: 0 })
        }}
        onKeyDown={onKeyDown}
        placeholder={m.emoji_search()}
        aria-label={m.emoji_search()}
        leftSection={<IconSearch size={15} stroke={1.7} />}
        role="combobox"
        aria-expanded
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-activedescendant={active === undefined ? undefined : idAt(place.row, place.column)}
        autoComplete="off"
        spellCheck={false}
      />
      <div id={`${id}-list`} role="listbox" aria-label={m.emoji()} className={classes.list}>
        {sections.map((section) => (
          <div key={section.group} role="group" aria-label={LABELS[section.group]()}>
            <div className={classes.label} aria-hidden>
              {LABELS[section.group]()}
            </div>
            <div className={classes.grid} role="presentation">
              {section.rows.map((emoji, index) => {
                const at = section.above + index
                return emoji.map((each, column) => {
                  const isActive = at === place.row && column === place.column
                  const name = nameOf(each, names)
                  return (
                    <div
                      key={each}
                      id={idAt(at, column)}
                      role="option"
                      aria-selected={isActive}
                      aria-label={name}
                      title={name}
                      className={classes.emoji}
                      onMouseMove={() => !isActive && setPlace({ row: at, column })}
                      onMouseDown={(event) => event.preventDefault()}
                      onClick={() => pick(each)}
                    >
                      {each}
                    </div>
                  )
                })
              })}
            </div>
          </div>
        ))}
      </div>
      {rows.length === 0 && (
        <p className={classes.none} role="status">
          {m.emoji_none()}
        </p>
      )}
    </>
  )
}
