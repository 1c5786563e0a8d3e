// Tags whose names say the same, side by side, each with the offer to merge it into the one that most contacts carry.
import { Button, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Tag } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { TagChip } from '../ui/TagChip.tsx'
import { lookAlikes } from './look-alikes.ts'
import classes from './LookAlikesDialog.module.css'
import { tagsQuery } from './queries.ts'

interface LookAlikesDialogProps {
  onMerge: (tag: Tag, into: Tag) => void
  onClose: () => void
}

export function LookAlikesDialog({ onMerge, onClose }: LookAlikesDialogProps) {
  useReturnsFocus()
  const { data: tags = [] } = useQuery(tagsQuery(useOrganization().slug))
  const groups = lookAlikes(tags)
  return (
    <Modal opened onClose={onClose} title={m.look_alikes_title()} size={520} returnFocus={false}>
      <p className={classes.text}>{groups.length === 0 ? m.look_alikes_none() : m.look_alikes_text()}</p>
      <ul className={classes.groups}>
        {groups.map((group) => {
          const [kept, ...others] = group.toSorted((a, b) => b.contact_count - a.contact_count)
          return (
            <li key={kept!.id} className={classes.group}>
              <Row tag={kept!} />
              {others.map((tag) => (
                <Row key={tag.id} tag={tag}>
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={m.look_alikes_merge({ name: tag.name, into: kept!.name })}
                    onClick={() => onMerge(tag, kept!)}
                  >
                    {m.tag_merge()}
                  </Button>
                </Row>
              ))}
            </li>
          )
        })}
      </ul>
    </Modal>
  )
}

function Row({ tag, children }: { tag: Tag; children?: ReactNode }) {
  const count = tag.contact_count
  return (
    <div className={classes.row}>
      <TagChip name={tag.name} color={tag.color} />
      <span className={classes.contacts}>{m.contacts_count({ count, shown: formatCount(count) })}</span>
      {children}
    </div>
  )
}
