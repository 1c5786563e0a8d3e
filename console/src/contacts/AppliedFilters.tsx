// What is filtered by, each with its name and a button that takes it out; its words lead to where it is changed.
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRef, type MouseEvent } from 'react'
import { useOrganization } from '../access/queries.ts'
import { channelsQuery } from '../channels/channel-names.ts'
import { useToday } from '../lib/time.ts'
import { listWords } from '../lib/lists.ts'
import { m } from '../paraglide/messages.js'
import { sourceLabel } from '../tags/source-label.ts'
import { tagsByIdQuery } from '../tags/queries.ts'
import { TagChip } from '../ui/TagChip.tsx'
import classes from './AppliedFilters.module.css'
import { facetLabel, type Facet } from './facets.ts'
import { modeLabel, periodLabel, rangeWords } from './filter-words.ts'
import { idsOf, sourcesOf, TAG_MODES, timeRange, TIMES, useChangeSearch, useContactSearch } from './search.ts'

interface AppliedFiltersProps {
  onEdit: (facet: Facet) => void
  onClearAll: () => void
  /** Where the focus goes when the last one is taken out. */
  onEmpty: () => void
}

export function AppliedFilters({ onEdit, onClearAll, onEmpty }: AppliedFiltersProps) {
  const organization = useOrganization()
  const search = useContactSearch()
  const today = useToday()
  const { setTagMode, setUntagged, setSources, setChannels, setTime } = useChangeSearch()
  const { data: tags } = useQuery(tagsByIdQuery(organization.slug))
  const { data: channels } = useQuery({
    ...channelsQuery(organization.slug),
    enabled: search.channels !== undefined,
  })
  const root = useRef<HTMLDivElement>(null)

  /** The button that was pressed goes; the next one takes its place. */
  const keepFocus = (event: MouseEvent) => {
    const pressed = (event.target as HTMLElement).closest('[data-remove]')
    if (!pressed) return
    const at = removers(root.current).indexOf(pressed as HTMLElement)
    window.setTimeout(() => {
      const left = removers(root.current)
      const next = left[Math.min(at, left.length - 1)]
      if (next) next.focus()
      else onEmpty()
    }, 50)
  }

  const groups = TAG_MODES.map((mode) => ({ mode, ids: idsOf(search[mode]) })).filter(({ ids }) => ids.length > 0)
  return (
    <div ref={root} className={classes.root} role="group" aria-label={m.filters_applied()} onClick={keepFocus}>
      {groups.map(({ mode, ids }) => (
        <div key={mode} className={classes.group}>
          <button type="button" className={classes.mode} onClick={() => onEdit('tags')}>
            {modeLabel(mode)}
          </button>
          {ids.map((id) => {
            const tag = tags?.get(id)
            const name = tag?.name ?? (tags ? m.tag_unknown() : '…')
            return (
              <TagChip key={id} name={name} color={tag?.color ?? null} deleted={tag?.deleted ?? false}>
                <Remove name={name} onRemove={() => setTagMode(id, null)} />
              </TagChip>
            )
          })}
        </div>
      ))}
      {search.untagged !== undefined && (
        <Pill words={m.filter_untagged()} onEdit={() => onEdit('tags')} onRemove={() => setUntagged(false)} />
      )}
      {search.sources !== undefined && (
        <Pill
          what={facetLabel('sources')}
          words={listWords(sourcesOf(search.sources).map(sourceLabel))}
          onEdit={() => onEdit('sources')}
          onRemove={() => setSources([])}
        />
      )}
      {TIMES.map((time) => {
        const period = search[time]
        const words = rangeWords(timeRange(search, time, today))
        if (words === '') return null
        return (
          <Pill
            key={time}
            what={facetLabel(time)}
            words={period === undefined ? words : periodLabel(period)}
            title={period === undefined ? undefined : words}
            onEdit={() => onEdit(time)}
            onRemove={() => setTime(time, {})}
          />
        )
      })}
      {search.channels !== undefined && (
        <Pill
          what={facetLabel('channels')}
          words={listWords(
            idsOf(search.channels).map(
              (id) => channels?.find((each) => each.id === id)?.name ?? (channels ? m.channel_unknown() : '…'),
            ),
          )}
          onEdit={() => onEdit('channels')}
          onRemove={() => setChannels([])}
        />
      )}
      <button type="button" className={classes.clear} onClick={onClearAll}>
        {m.filters_clear_all()}
      </button>
    </div>
  )
}

const removers = (root: HTMLElement | null): HTMLElement[] => [
  ...(root?.querySelectorAll<HTMLElement>('[data-remove]') ?? []),
]

interface PillProps {
  what?: string
  words: string
  title?: string | undefined
  onEdit: () => void
  onRemove: () => void
}

function Pill({ what, words, title = words, onEdit, onRemove }: PillProps) {
  return (
    <span className={classes.pill}>
      <button type="button" className={classes.words} title={title} onClick={onEdit}>
        {what !== undefined && <span className={classes.what}>{m.filter_what({ what })} </span>}
        <bdi>{words}</bdi>
      </button>
      <Remove name={what === undefined ? words : m.filter_words({ what, words })} onRemove={onRemove} />
    </span>
  )
}

function Remove({ name, onRemove }: { name: string; onRemove: () => void }) {
  return (
    <button
      type="button"
      data-remove
      className={classes.take}
      aria-label={m.filter_remove({ name })}
      onClick={onRemove}
    >
      <IconX size={12} stroke={2.2} />
    </button>
  )
}
