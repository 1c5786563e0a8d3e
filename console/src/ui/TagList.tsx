// A searchable list of tags for one or for several choices: the filter's and the picker's; all by keyboard.
import { IconCheck } from '@tabler/icons-react'
import { useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react'
import type { Tag } from '../../../server/tags/schema.ts'
import { searchByName } from '../lib/fold.ts'
import { m } from '../paraglide/messages.js'
import { byPointer, optionBy } from './list-options.ts'
import { ListSearch } from './ListSearch.tsx'
import { TagChip } from './TagChip.tsx'
import classes from './TagList.module.css'

/** More than anyone scrolls through; the search reaches the others. */
const SHOWN = 300

interface TagListProps {
  /** Undefined while they load: what is typed meanwhile counts, Enter too. */
  tags: readonly Tag[] | undefined
  label: string
  onPick: (tag: Tag) => void
  /** The ids that are chosen, where a choice stays. */
  chosen?: ReadonlySet<string>
  /** One at most is chosen. */
  single?: boolean
  /** What else stands at a tag's end. */
  note?: (tag: Tag) => ReactNode
  withDescriptions?: boolean
}

export function TagList({ tags, label, onPick, chosen, single = false, note, withDescriptions = false }: TagListProps) {
  const [search, setSearch] = useState('')
  const [active, setActive] = useState(0)
  const id = useId()
  const list = useRef<HTMLUListElement>(null)
  const found = useMemo(() => searchByName(tags ?? [], search), [tags, search])
  const shown = found.slice(0, SHOWN)
  const at = Math.min(active, shown.length - 1)
  /** Enter was pressed on this text before there was a list. */
  const entered = useRef(false)
  const optionId = (index: number) => `${id}-${shown[index]?.id}`

  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])

  useEffect(() => {
    if (tags === undefined || !entered.current) return
    entered.current = false
    const tag = shown[at]
    if (tag) onPick(tag)
  })

  const goBy = (key: string) => {
    const to = optionBy(key, at, shown.length, search)
    if (to !== null) setActive(to)
    return to !== null
  }
  const enter = () => {
    // Without a word nobody can mean the first of tags that they do not see.
    if (tags === undefined) entered.current = search.trim() !== ''
    const tag = shown[at]
    if (tag) onPick(tag)
  }

  return (
    <div className={classes.root}>
      <ListSearch
        className={classes.search}
        label={m.tag_search()}
        search={search}
        onSearch={(text) => {
          setSearch(text)
          setActive(0)
          entered.current = false
        }}
        list={`${id}-list`}
        active={shown.length > 0 ? optionId(at) : undefined}
        onKey={goBy}
        onEnter={enter}
        onLeave={() => {
          entered.current = false
        }}
      />
      <ul
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        aria-busy={tags === undefined}
        aria-multiselectable={chosen !== undefined && !single}
        className={classes.list}
      >
        {shown.map((tag, index) => (
          <li
            key={tag.id}
            id={optionId(index)}
            role="option"
            aria-selected={chosen?.has(tag.id) ?? false}
            data-active={index === at || undefined}
            className={classes.option}
            {...byPointer(
              index === at,
              () => setActive(index),
              () => onPick(tag),
            )}
          >
            {chosen !== undefined && (
              <span
                className={classes.box}
                data-checked={chosen.has(tag.id) || undefined}
                data-single={single || undefined}
                aria-hidden
              >
                {chosen.has(tag.id) && <IconCheck size={11} stroke={3} />}
              </span>
            )}
            <span className={classes.words}>
              <TagChip name={tag.name} color={tag.color} />
              {withDescriptions && tag.description !== '' && (
                <span className={classes.description} dir="auto">
                  {tag.description}
                </span>
              )}
            </span>
            {note !== undefined && <span className={classes.note}>{note(tag)}</span>}
          </li>
        ))}
      </ul>
      <p className={classes.foot} aria-live="polite">
        {tags === undefined
          ? m.tags_loading()
          : shown.length === 0
            ? m.tag_search_none({ search })
            : found.length > SHOWN
              ? m.tag_search_more({ count: found.length - SHOWN })
              : ''}
      </p>
    </div>
  )
}
