// Filtering by tags: carries any of them, all of them, none of them; a tag is chosen in one of the three.
import { Button, Popover, SegmentedControl } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconTag } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { tagsQuery } from '../tags/queries.ts'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { TagList } from '../ui/TagList.tsx'
import { modeLabel } from './mode-label.ts'
import { idsOf, TAG_MODES, useChangeSearch, useContactQuery, type TagMode } from './search.ts'
import classes from './TagFilter.module.css'

export function TagFilter() {
  const [opened, { toggle, close }] = useDisclosure()
  const query = useContactQuery()
  const applied = TAG_MODES.reduce((sum, mode) => sum + idsOf(query[mode]).length, 0)
  return (
    <Popover opened={opened} onClose={close} onDismiss={close} position="bottom-start" trapFocus width={300}>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconTag size={15} stroke={1.7} />}
          rightSection={applied > 0 ? <span className={classes.applied}>{applied}</span> : undefined}
          onClick={toggle}
          aria-expanded={opened}
        >
          {m.tags()}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={m.tag_filter()} aria-labelledby={undefined}>
        <TagFilterChoices />
      </Popover.Dropdown>
    </Popover>
  )
}

function TagFilterChoices() {
  const organization = useOrganization()
  const query = useContactQuery()
  const { setTagMode } = useChangeSearch()
  const [mode, setMode] = useState<TagMode>(() => TAG_MODES.find((each) => query[each] !== undefined) ?? 'any_tags')
  const { data: tags, error, refetch } = useQuery(tagsQuery(organization.slug))
  const chosen = new Set(idsOf(query[mode]))
  const elsewhere = new Map(
    TAG_MODES.filter((each) => each !== mode).flatMap((each) => idsOf(query[each]).map((id) => [id, each] as const)),
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
          tags={tags ?? []}
          label={m.tags()}
          chosen={chosen}
          onPick={(tag) => setTagMode(tag.id, chosen.has(tag.id) ? null : mode)}
          note={(tag) => {
            const other = elsewhere.get(tag.id)
            return other ? modeLabel(other) : formatCount(tag.contact_count)
          }}
        />
      )}
    </>
  )
}
