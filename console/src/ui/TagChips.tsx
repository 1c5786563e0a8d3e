// The tags of a contact in a row: up to six chips, active ones first, and +N that opens to the rest.
import { Popover, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import type { TagChip as Tag } from '../../../server/tags/schema.ts'
import { m } from '../paraglide/messages.js'
import { TagChip } from './TagChip.tsx'
import classes from './TagChips.module.css'

const SHOWN = 6

interface TagChipsProps {
  tags: readonly Tag[]
  /** Whether the keyboard reaches the +N button. */
  reachable: boolean
}

export function TagChips({ tags, reachable }: TagChipsProps) {
  const [opened, setOpened] = useState(false)
  const inOrder = [...tags.filter((tag) => !tag.deleted), ...tags.filter((tag) => tag.deleted)]
  const rest = inOrder.slice(SHOWN)
  return (
    <span className={classes.chips}>
      {inOrder.slice(0, SHOWN).map((tag) => (
        <span key={tag.id} className={classes.slot}>
          <TagChip {...tag} />
        </span>
      ))}
      {rest.length > 0 && (
        <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus>
          <Popover.Target>
            <UnstyledButton
              className={classes.more}
              tabIndex={reachable ? 0 : -1}
              aria-label={m.tags_more({ count: rest.length })}
              onClick={(event) => {
                event.stopPropagation()
                setOpened((now) => !now)
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter' || event.key === ' ') event.stopPropagation()
              }}
            >
              +{rest.length}
            </UnstyledButton>
          </Popover.Target>
          <Popover.Dropdown
            className={classes.rest}
            aria-label={m.tags_more({ count: rest.length })}
            aria-labelledby={undefined}
            onClick={(event) => event.stopPropagation()}
            onKeyDown={(event) => event.stopPropagation()}
          >
            {rest.map((tag) => (
              <TagChip key={tag.id} {...tag} />
            ))}
          </Popover.Dropdown>
        </Popover>
      )}
    </span>
  )
}
