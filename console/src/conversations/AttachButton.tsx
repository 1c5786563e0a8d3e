// The paper clip beside a box to write in, and the other ways by which a file gets there: dropped on the page, pasted into the box.
import { ActionIcon, FileButton } from '@mantine/core'
import { IconPaperclip } from '@tabler/icons-react'
import { useEffect, useRef, type ClipboardEvent, type RefObject } from 'react'
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

/**
 * Files that come by themselves, one at a time, to `onChosen` as from the button. They may be dropped anywhere on the page:
 * what falls beside the box would otherwise be opened by the browser in place of the page. Answers what the box does with
 * files that are pasted.
 */
export function useTakenFiles(onChosen: AttachButtonProps['onChosen'], box: RefObject<HTMLElement | null>) {
  const take = (files: FileList) => {
    if (files.length > 1) tell(m.composer_one_file())
    onChosen(files.length === 1 ? files[0]! : null)
  }
  const latest = useRef(take)
  useEffect(() => {
    latest.current = take
  })
  useEffect(() => {
    /** A picture of the page itself is drawn about: browsers offer that as a file as well. */
    let isOfPage = false
    const onDragStart = () => {
      isOfPage = true
    }
    const onDragEnd = () => {
      isOfPage = false
    }
    const onDragOver = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
    }
    const onDrop = (event: DragEvent) => {
      const files = event.dataTransfer?.files
      if (!files || files.length === 0 || event.defaultPrevented) return
      event.preventDefault()
      if (!isOfPage && !isBehindDialog(box.current)) latest.current(files)
      isOfPage = false
    }
    window.addEventListener('dragstart', onDragStart)
    window.addEventListener('dragend', onDragEnd)
    window.addEventListener('dragover', onDragOver)
    window.addEventListener('drop', onDrop)
    return () => {
      window.removeEventListener('dragstart', onDragStart)
      window.removeEventListener('dragend', onDragEnd)
      window.removeEventListener('dragover', onDragOver)
      window.removeEventListener('drop', onDrop)
    }
  }, [box])
  return {
    onPaste(event: ClipboardEvent) {
      // Tables and texts are pasted as images too: words come first.
      if (event.clipboardData.files.length === 0 || event.clipboardData.types.includes('text/plain')) return
      event.preventDefault()
      take(event.clipboardData.files)
    },
  }
}

/** Something is in front that hides the box, wherever beside it the file fell. */
const isBehindDialog = (box: HTMLElement | null): boolean =>
  [...document.querySelectorAll('[role=dialog][aria-modal=true]')].some((dialog) => !dialog.contains(box))
