// The bar above the catalog: the search, how many tags there are, and what can be done with those that are ticked.
import { ActionIcon, Button, TextInput } from '@mantine/core'
import { IconArrowBackUp, IconSearch, IconTrash, IconX } from '@tabler/icons-react'
import type { Tag } from '../../../server/tags/schema.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { useRestoreSeveral } from './restoring.ts'
import type { TagSelection } from './selection.ts'
import classes from './TagBar.module.css'

interface TagBarProps {
  search: string
  onType: (text: string) => void
  onClear: () => void
  count: number
  /** Groups of tags that look alike. */
  alike: number
  onAlike: () => void
  selection: TagSelection
  /** The ticked tags, in sight or not. */
  chosen: readonly Tag[]
  onDelete: (tags: Tag[]) => void
}

export function TagBar({ search, onType, onClear, count, alike, onAlike, selection, chosen, onDelete }: TagBarProps) {
  return (
    <div className={classes.bar} data-selecting={chosen.length > 0 || undefined}>
      <search className={classes.search}>
        <TextInput
          aria-label={m.tag_search()}
          placeholder={m.tag_search()}
          value={search}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onType(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && !event.nativeEvent.isComposing) onClear()
          }}
          leftSection={<IconSearch size={15} stroke={1.7} />}
          rightSection={
            search !== '' && (
              <ActionIcon size={22} aria-label={m.search_clear()} onClick={onClear}>
                <IconX size={14} />
              </ActionIcon>
            )
          }
        />
      </search>
      {chosen.length > 0 ? (
        <Chosen selection={selection} chosen={chosen} onDelete={onDelete} />
      ) : (
        <p className={classes.count}>
          {alike > 0 && (
            <button type="button" className={classes.alike} onClick={onAlike}>
              {m.look_alikes_count({ count: alike, shown: formatCount(alike) })}
            </button>
          )}
          <span role="status">{m.tags_count({ count, shown: formatCount(count) })}</span>
        </p>
      )}
    </div>
  )
}

function Chosen({ selection, chosen, onDelete }: Pick<TagBarProps, 'selection' | 'chosen' | 'onDelete'>) {
  const restore = useRestoreSeveral()
  const active = chosen.filter((tag) => tag.deleted_at === null)
  const deleted = chosen.filter((tag) => tag.deleted_at !== null)
  const { hidden } = selection
  return (
    <div
      className={classes.chosen}
      role="region"
      aria-label={m.tags_selection()}
      onKeyDown={(event) => {
        if (event.key === 'Escape') selection.clear()
      }}
    >
      <p className={classes.selected} role="status">
        <strong>{m.tags_selected({ count: chosen.length, shown: formatCount(chosen.length) })}</strong>
        {hidden > 0 && <span>{m.tags_selected_hidden({ count: hidden, shown: formatCount(hidden) })}</span>}
      </p>
      {active.length > 0 && (
        <Button
          size="xs"
          variant="default"
          className={classes.danger}
          leftSection={<IconTrash size={15} stroke={1.7} />}
          onClick={() => onDelete(active)}
        >
          {m.tags_delete_selected()}
        </Button>
      )}
      {deleted.length > 0 && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconArrowBackUp size={15} stroke={1.7} />}
          loading={restore.isPending}
          onClick={() =>
            restore.mutate(
              deleted.map((tag) => tag.id),
              { onSuccess: selection.clear },
            )
          }
        >
          {m.tags_restore_selected()}
        </Button>
      )}
      <ActionIcon aria-label={m.selection_clear()} title={m.selection_clear()} onClick={selection.clear}>
        <IconX size={16} />
      </ActionIcon>
    </div>
  )
}
