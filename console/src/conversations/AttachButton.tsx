// The paper clip beside a box to write in, and the other ways by which a file gets there: dropped on the form, pasted into the box.
import { ActionIcon, FileButton } from '@mantine/core'
import { IconPaperclip } from '@tabler/icons-react'
import type { ClipboardEvent, DragEvent } from 'react'
import { m } from '../paraglide/messages.js'
import { tell } from '../ui/toasts.ts'

interface AttachButtonProps {
  /** Types that are offered; without it all. */
  accept?: string
  /** Null when nothing was chosen. */
  onChosen: (file: File | null) => void
}

export const AttachButton = ({ accept, onChosen }: AttachButtonProps) => (
  <FileButton {...(accept === undefined ? {} : { accept })} onChange={onChosen}>
    {(props) => (
      <ActionIcon {...props} size={36} aria-label={m.composer_attach()} title={m.composer_attach()}>
        <IconPaperclip size={18} stroke={1.8} />
      </ActionIcon>
    )}
  </FileButton>
)

/** What a form, and the box in it, do with files that come to them: one at a time, and `onChosen` as for the button. */
export function useTakenFiles(onChosen: AttachButtonProps['onChosen']) {
  const take = (files: FileList) => {
    if (files.length > 1) tell(m.composer_one_file())
    onChosen(files.length === 1 ? files[0]! : null)
  }
  return {
    form: {
      onDragOver(event: DragEvent) {
        if (event.dataTransfer.types.includes('Files')) event.preventDefault()
      },
      onDrop(event: DragEvent) {
        if (event.dataTransfer.files.length === 0) return
        event.preventDefault()
        take(event.dataTransfer.files)
      },
    },
    box: {
      onPaste(event: ClipboardEvent) {
        // Tables and texts are pasted as images too: words come first.
        if (event.clipboardData.files.length === 0 || event.clipboardData.types.includes('text/plain')) return
        event.preventDefault()
        take(event.clipboardData.files)
      },
    },
  }
}
