// One tag of the catalog: its chip, what it is for, who carries it, since when it is there, and what can be done with it.
import { ActionIcon, Menu } from '@mantine/core'
import { IconArrowBackUp, IconArrowMerge, IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { memo, useRef, type MouseEvent, type Ref } from 'react'
import type { Tag } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { TagChip } from '../ui/TagChip.tsx'
import { Time } from '../ui/Time.tsx'
import { loadTagDialogs } from './TagDialogs.tsx'
import classes from './TagTable.module.css'

export type TagAction = 'edit' | 'delete' | 'restore' | 'merge'

interface TagRowProps {
  ref: Ref<HTMLTableRowElement>
  index: number
  tag: Tag
  selected: boolean | undefined
  onSelect: ((id: string, range: boolean) => void) | undefined
  onAct: ((action: TagAction, tag: Tag) => void) | undefined
}

export const TagRow = memo(function TagRow({ ref, index, tag, selected, onSelect, onAct }: TagRowProps) {
  const deleted = tag.deleted_at !== null
  return (
    <tr ref={ref} data-index={index} aria-rowindex={index + 2} data-selected={selected || undefined}>
      {onSelect && (
        <td className={classes.select}>
          {tag.merged_into === null && (
            <label className={classes.tick} onMouseDown={keepText}>
              <input
                type="checkbox"
                aria-label={m.tag_select({ name: tag.name })}
                checked={selected ?? false}
                onChange={(event) => onSelect(tag.id, (event.nativeEvent as PointerEvent).shiftKey)}
              />
            </label>
          )}
        </td>
      )}
      <th scope="row" className={classes.tag}>
        <TagChip name={tag.name} color={tag.color} deleted={deleted} />
        <Fate tag={tag} />
      </th>
      <td className={classes.description}>
        {tag.description !== '' && (
          <span className={classes.text} title={tag.description}>
            <bdi>{tag.description}</bdi>
          </span>
        )}
      </td>
      <td className={classes.contacts}>
        <Contacts tag={tag} />
      </td>
      <td className={classes.created}>
        <span className={classes.word}>{m.column_created()} </span>
        <Time at={tag.created_at} />
      </td>
      {onAct && (
        <td className={classes.actions}>
          {tag.merged_into === null && <Actions tag={tag} onAct={(action) => onAct(action, tag)} />}
        </td>
      )}
    </tr>
  )
})

/** A range would mark the text between as well. */
const keepText = (event: MouseEvent) => {
  if (event.shiftKey) event.preventDefault()
}

/** What became of a tag that is no longer in the catalog. */
function Fate({ tag }: { tag: Tag }) {
  if (tag.merged_into) {
    return (
      <span className={classes.fate}>
        {m.tag_merged_into()} <TagChip {...tag.merged_into} />
      </span>
    )
  }
  if (tag.deleted_at === null) return null
  return (
    <span className={classes.fate}>
      {m.tag_deleted_on()} <Time at={tag.deleted_at} />
    </span>
  )
}

/** A deleted tag counts in no filter: its contacts are a number, and no link that would find nobody. */
function Contacts({ tag }: { tag: Tag }) {
  const { slug } = useOrganization()
  const count = tag.contact_count
  const shown = formatCount(count)
  const words = (
    <>
      {shown}
      <span className={classes.word}> {m.contacts_word({ count })}</span>
    </>
  )
  if (tag.deleted_at !== null) {
    return (
      <span className={classes.historical} title={m.tag_contacts_historical({ count, shown })}>
        {words}
      </span>
    )
  }
  return (
    <Link
      to="/o/$organization/contacts"
      params={{ organization: slug }}
      search={{ any_tags: tag.id }}
      className={classes.link}
      aria-label={m.tag_contacts({ count, shown, name: tag.name })}
    >
      {words}
    </Link>
  )
}

function Actions({ tag, onAct }: { tag: Tag; onAct: (action: TagAction) => void }) {
  const button = useRef<HTMLButtonElement>(null)
  const act = (action: TagAction) => () => {
    // The item goes with the menu: a dialog gives the focus back to what stays.
    button.current?.focus({ preventScroll: true })
    onAct(action)
  }
  const merge = (
    <Menu.Item leftSection={<IconArrowMerge size={16} stroke={1.7} />} onClick={act('merge')}>
      {m.tag_merge()}
    </Menu.Item>
  )
  return (
    <Menu width={190} position="bottom-end" onOpen={loadTagDialogs}>
      <Menu.Target>
        <ActionIcon ref={button} aria-label={m.tag_actions({ name: tag.name })}>
          <IconDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown className={classes.menu}>
        {tag.deleted_at === null ? (
          <>
            <Menu.Item leftSection={<IconPencil size={16} stroke={1.7} />} onClick={act('edit')}>
              {m.edit()}
            </Menu.Item>
            {merge}
            <Menu.Divider />
            <Menu.Item
              className={classes.danger}
              leftSection={<IconTrash size={16} stroke={1.7} />}
              onClick={act('delete')}
            >
              {m.tag_delete()}
            </Menu.Item>
          </>
        ) : (
          <>
            <Menu.Item leftSection={<IconArrowBackUp size={16} stroke={1.7} />} onClick={act('restore')}>
              {m.tag_restore()}
            </Menu.Item>
            {merge}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
