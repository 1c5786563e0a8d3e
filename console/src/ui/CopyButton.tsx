// Copies a text, and says so for a moment.
import { ActionIcon } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { m } from '../paraglide/messages.js'

interface CopyButtonProps {
  text: string
  /** What is copied, as part of a sentence: `phone number`. */
  what: string
  className?: string | undefined
  tabIndex?: number
}

export function CopyButton({ text, what, className, tabIndex }: CopyButtonProps) {
  const clipboard = useClipboard({ timeout: 1600 })
  const label = clipboard.copied ? m.copied() : m.copy_what({ what })
  return (
    <ActionIcon
      size={24}
      className={className}
      tabIndex={tabIndex}
      aria-label={label}
      title={label}
      onClick={(event) => {
        event.stopPropagation()
        clipboard.copy(text)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') event.stopPropagation()
      }}
    >
      {clipboard.copied ? (
        <IconCheck size={15} stroke={2} color="var(--accent)" />
      ) : (
        <IconCopy size={15} stroke={1.6} />
      )}
    </ActionIcon>
  )
}
