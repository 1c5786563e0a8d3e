// Asks before tags are deleted: how many contacts carry them, and what stays.
import { useOrganization } from '../access/queries.ts'
import type { Tag } from '../../../server/tags/schema.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import classes from './DeleteTagsDialog.module.css'
import { useDeleteTags } from './queries.ts'
import { useTellDeleted } from './restoring.ts'

interface DeleteTagsDialogProps {
  tags: readonly Tag[]
  onDeleted: (ids: string[]) => void
  onClose: () => void
}

export function DeleteTagsDialog({ tags, onDeleted, onClose }: DeleteTagsDialogProps) {
  const remove = useDeleteTags(useOrganization().slug)
  const tellDeleted = useTellDeleted()
  const words = { count: tags.length, shown: formatCount(tags.length) }
  const [only] = tags.length === 1 ? tags : []
  return (
    <ConfirmDialog
      title={only ? m.tag_delete_title() : m.tags_delete_title(words)}
      confirmLabel={only ? m.tag_delete_confirm() : m.tags_delete_confirm(words)}
      danger
      confirming={remove.isPending}
      failure={remove.error}
      onConfirm={() =>
        remove.mutate(
          tags.map((tag) => tag.id),
          {
            onSuccess: ({ deleted }) => {
              onDeleted(tags.map((tag) => tag.id))
              if (deleted.length > 0) tellDeleted(deleted)
              onClose()
            },
          },
        )
      }
      onClose={onClose}
    >
      {only ? (
        <p className={classes.one}>
          <TagChip name={only.name} color={only.color} /> <span>{carriers(only)}</span>
        </p>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by Tab
        <ul className={classes.list} tabIndex={0} aria-label={m.tags()}>
          {tags.map((tag) => (
            <li key={tag.id}>
              <TagChip name={tag.name} color={tag.color} />
              <span>{carriers(tag)}</span>
            </li>
          ))}
        </ul>
      )}
      <p>{m.tags_delete_history()}</p>
      <p>{m.tags_delete_restore()}</p>
    </ConfirmDialog>
  )
}

const carriers = ({ contact_count: count }: Tag): string =>
  count === 0 ? m.tag_carried_by_nobody() : m.tag_carried_by({ count, shown: formatCount(count) })
