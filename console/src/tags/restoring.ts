// Restoring deleted tags: at once where their name is free; otherwise somebody decides.
import { useCallback } from 'react'
import type { RestoredTags } from '../../../server/tags/restoring-schema.ts'
import type { Tag } from '../../../server/tags/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { isProblem } from '../lib/api.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { tell, tellFailure } from '../ui/toasts.ts'
import { tellUndoable } from '../ui/undo-toast.tsx'
import { useRestoreTag, useRestoreTags } from './queries.ts'

/** Restores one tag; `onTaken` hears of a name that an active tag bears now. */
export function useRestore(onTaken: (tag: Tag, bearerId: string) => void): (tag: Tag) => void {
  const { mutate } = useRestoreTag(useOrganization().slug)
  return useCallback(
    (tag) =>
      mutate(
        { id: tag.id },
        {
          onSuccess: () => tell(m.tag_restored()),
          onError: (error) => {
            if (isProblem(error, 409) && error.reason === 'name_taken') onTaken(tag, String(error.data['tag_id']))
            else tellFailure(m.tag_restore_failed({ name: tag.name }), error)
          },
        },
      ),
    [mutate, onTaken],
  )
}

/** Restores several, those that can be, and says which could not. */
export function useRestoreSeveral() {
  return useRestoreTags(useOrganization().slug, {
    onRestored: tellRestored,
    onFailed: (error) => tellFailure(m.tags_restore_failed(), error),
  })
}

function tellRestored({ restored, refused }: RestoredTags): void {
  const count = restored.length
  if (count > 0) tell(count === 1 ? m.tag_restored() : m.tags_restored({ count, shown: formatCount(count) }))
  const [first] = refused
  if (!first) return
  const why = { name: first.tag.name, by: first.by.name }
  const sentence = first.reason === 'name_taken' ? m.tag_not_restored_taken(why) : m.tag_not_restored_merged(why)
  const others = refused.length - 1
  tellFailure(
    others === 0 ? sentence : `${sentence} ${m.tags_not_restored_more({ count: others, shown: formatCount(others) })}`,
  )
}

/** Says that tags were deleted, with the way back. */
export function useTellDeleted(): (ids: string[]) => void {
  const { mutate } = useRestoreSeveral()
  return (ids) => {
    const count = ids.length
    const words = count === 1 ? m.tag_was_deleted() : m.tags_were_deleted({ count, shown: formatCount(count) })
    tellUndoable('tags-deleted', words, () => mutate(ids))
  }
}
