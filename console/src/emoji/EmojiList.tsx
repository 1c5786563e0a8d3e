// The list of emoji: searched by name, walked through by arrows, chosen by Enter or a click.
import { useQuery } from '@tanstack/react-query'
import { useId, useMemo, useState } from 'react'
import { locale } from '../lib/language.ts'
import { m } from '../paraglide/messages.js'
import type { Locale } from '../paraglide/runtime.js'
import { byPointer } from '../ui/list-options.ts'
import { ListSearch } from '../ui/ListSearch.tsx'
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
  const sections = useMemo(() => sectionsOf(search, names, recent), [search, names, recent])
  const rows = sections.flatMap((section) => section.rows)
  const idAt = (row: number, column: number) => `${id}-${row}-${column}`
  const active = rows[place.row]?.[place.column]

  const pick = (emoji: string) => {
    noteUsed(emoji)
    onPick(emoji)
  }
  const goBy = (key: string) => {
    const to = moved(place, key, rows)
    if (!to) return false
    setPlace(to)
    document.getElementById(idAt(to.row, to.column))?.scrollIntoView({ block: 'nearest' })
    return true
  }
  return (
    <>
      <ListSearch
        takesFocus
        className={classes.search}
        label={m.emoji_search()}
        search={search}
        onSearch={(text) => {
          setSearch(text)
          setPlace({ row: 0, column: 0 })
        }}
        list={`${id}-list`}
        active={active === undefined ? undefined : idAt(place.row, place.column)}
        onKey={goBy}
        onEnter={() => {
          if (active !== undefined) pick(active)
        }}
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
                      {...byPointer(
                        isActive,
                        () => setPlace({ row: at, column }),
                        () => pick(each),
                      )}
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
