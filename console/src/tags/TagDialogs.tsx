// What opens over the catalog: creating, editing, deleting, restoring, merging. Each is loaded when it is wanted.
import { lazy, Suspense } from 'react'
import type { Tag } from '../../../server/tags/schema.ts'
import type { TagValues } from './TagFields.tsx'

export type TagDialog =
  | { kind: 'create' }
  /** With what was typed already, which is not saved yet. */
  | { kind: 'edit'; tag: Tag; typed?: Partial<TagValues> }
  | { kind: 'delete'; tags: readonly Tag[] }
  /** Somebody decides, because an active tag bears the name. */
  | { kind: 'restore'; tag: Tag; bearerId: string }
  | { kind: 'merge'; tag: Tag; into?: Tag }
  | { kind: 'alike' }

const load = {
  create: () => import('./CreateTagDialog.tsx'),
  edit: () => import('./EditTagDialog.tsx'),
  delete: () => import('./DeleteTagsDialog.tsx'),
  restore: () => import('./RestoreTagDialog.tsx'),
  merge: () => import('./MergeTagDialog.tsx'),
  alike: () => import('./LookAlikesDialog.tsx'),
}
const CreateTagDialog = lazy(async () => ({ default: (await load.create()).CreateTagDialog }))
const EditTagDialog = lazy(async () => ({ default: (await load.edit()).EditTagDialog }))
const DeleteTagsDialog = lazy(async () => ({ default: (await load.delete()).DeleteTagsDialog }))
const RestoreTagDialog = lazy(async () => ({ default: (await load.restore()).RestoreTagDialog }))
const MergeTagDialog = lazy(async () => ({ default: (await load.merge()).MergeTagDialog }))
const LookAlikesDialog = lazy(async () => ({ default: (await load.alike()).LookAlikesDialog }))

/** Before the click, so that the dialog is there with it. What fails here is tried again then. */
export function loadTagDialogs(): void {
  for (const each of [load.create, load.edit, load.delete, load.merge]) each().catch(() => {})
}

interface TagDialogsProps {
  dialog: TagDialog
  /** Shows another one instead. */
  onShow: (dialog: TagDialog) => void
  onDeleted: (ids: string[]) => void
  onClose: () => void
}

export function TagDialogs({ dialog, onShow, onDeleted, onClose }: TagDialogsProps) {
  return (
    <Suspense>
      {dialog.kind === 'create' ? (
        <CreateTagDialog onRestored={(tag, typed) => onShow({ kind: 'edit', tag, typed })} onClose={onClose} />
      ) : dialog.kind === 'edit' ? (
        <EditTagDialog key={dialog.tag.id} tag={dialog.tag} typed={dialog.typed} onClose={onClose} />
      ) : dialog.kind === 'delete' ? (
        <DeleteTagsDialog tags={dialog.tags} onDeleted={onDeleted} onClose={onClose} />
      ) : dialog.kind === 'restore' ? (
        <RestoreTagDialog tag={dialog.tag} bearerId={dialog.bearerId} onClose={onClose} />
      ) : dialog.kind === 'merge' ? (
        <MergeTagDialog tag={dialog.tag} into={dialog.into} onClose={onClose} />
      ) : (
        <LookAlikesDialog onMerge={(tag, into) => onShow({ kind: 'merge', tag, into })} onClose={onClose} />
      )}
    </Suspense>
  )
}
