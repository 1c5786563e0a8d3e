// The file that goes with the next message: as it will look, with its size, and why it cannot be sent.
import { ActionIcon } from '@mantine/core'
import { IconFile, IconX } from '@tabler/icons-react'
import { useCallback } from 'react'
import { formatBytes } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import classes from './AttachmentPreview.module.css'

interface AttachmentPreviewProps {
  file: File
  /** Why WhatsApp would not take it. */
  refusal: string | null
  hint: string | null
  onRemove?: () => void
}

export function AttachmentPreview({ file, refusal, hint, onRemove }: AttachmentPreviewProps) {
  return (
    <div className={classes.root}>
      {file.type.startsWith('image/') ? (
        <FileImage file={file} className={classes.image} />
      ) : (
        <IconFile size={28} stroke={1.5} aria-hidden />
      )}
      <span className={classes.words}>
        <bdi className={classes.name}>{file.name}</bdi>
        <span className={classes.soft}>{formatBytes(file.size)}</span>
        {refusal !== null && (
          <span className={classes.refusal} role="alert">
            {refusal}
          </span>
        )}
        {hint !== null && <span className={classes.soft}>{hint}</span>}
      </span>
      {onRemove && (
        <ActionIcon aria-label={m.composer_attachment_remove()} onClick={onRemove}>
          <IconX size={16} stroke={1.8} />
        </ActionIcon>
      )}
    </div>
  )
}

/** An image that is not sent yet. */
export function FileImage({ file, className }: { file: File; className: string | undefined }) {
  const show = useCallback((image: HTMLImageElement) => showIn(image, file), [file])
  return <img ref={show} className={className} alt="" />
}

/** Shows the file from within the page, for as long as the image is there. */
function showIn(image: HTMLImageElement, file: File): () => void {
  const address = URL.createObjectURL(file)
  image.src = address
  return () => URL.revokeObjectURL(address)
}
