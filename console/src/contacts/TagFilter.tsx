// Filtering by tags: carries any of them, all of them, none of them, a tag in one of the three; or carries no tag at all.
import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { tagsQuery } from '../tags/queries.ts'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { TagList } from '../ui/TagList.tsx'
import { CheckList } from './CheckList.tsx'
import { modeLabel } from './filter-words.ts'
import { idsOf, TAG_MODES, useChangeSearch, useContactSearch, type TagMode } from './search.ts'
import classes from './TagFilter.module.css'

export function TagFilter() {
  const organization = useOrganization()
  const search = useContactSearch()
  const { setTagMode, setUntagged } = useChangeSearch()
  const [mode, setMode] = useState<TagMode>(() => TAG_MODES.find((each) => search[each] !== undefined) ?? 'any_tags')
  const { data: tags, error, refetch } = useQuery(tagsQuery(organization.slug))
  const chosen = new Set(idsOf(search[mode]))
  const elsewhere = new Map(
    TAG_MODES.filter((each) => each !== mode).flatMap((each) => idsOf(search[each]).map((id) => [id, each] as const)),
  )
  return (
    <>
      <div className={classes.modes}>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={m.tag_filter_mode()}
          value={mode}
          onChange={setMode}
          data={TAG_MODES.map((each) => ({ value: each, label: modeLabel(each) }))}
        />
      </div>
      {error && !tags ? (
        <div className={classes.failure}>
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        </div>
      ) : tags?.length === 0 ? (
        <p className={classes.none}>{m.tags_none_title()}</p>
      ) : (
        <TagList
          tags={tags}
          label={m.tags()}
          chosen={chosen}
          onPick={(tag) => setTagMode(tag.id, chosen.has(tag.id) ? null : mode)}
          note={(tag) => {
            const other = elsewhere.get(tag.id)
            return other ? modeLabel(other) : formatCount(tag.contact_count)
          }}
        />
      )}
      <div className={classes.untagged}>
        <CheckList
          label={m.filter_untagged()}
          items={[{ id: 'untagged', name: m.filter_untagged(), note: m.filter_untagged_hint() }]}
          chosen={search.untagged === undefined ? [] : ['untagged']}
          onChange={(ids) => setUntagged(ids.length > 0)}
        />
      </div>
    </>
  )
}
