// What one had begun to write and cannot send here any more: it can be read, copied, taken into the conversation that is open now, or let go.
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { m } from '../paraglide/messages.js'
import { CopyButton } from '../ui/CopyButton.tsx'
import { attach, useAttached } from './attached.ts'
import { AttachmentPreview } from './AttachmentPreview.tsx'
import { keepDraft, useDraft } from './drafts.ts'
import classes from './KeptDraft.module.css'

interface KeptDraftProps {
  userId: string
  /** In whose box it was written. */
  conversationId: string
  title: string
  /** More that can be done with it. */
  children?: ReactNode
  /** It is gone, and with it the button that had the focus. */
  onDiscarded?: () => void
}

export function KeptDraft({ userId, conversationId, title, children, onDiscarded }: KeptDraftProps) {
  const { text } = useDraft(userId, conversationId)
  const file = useAttached(conversationId)
  return (
    <section className={classes.root} aria-label={title}>
      <p className={classes.title}>{title}</p>
      {text.trim() !== '' && (
        <div className={classes.line}>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
          <p className={classes.text} dir="auto" tabIndex={0}>
            {text}
          </p>
          <CopyButton text={text} what={m.draft_what()} />
        </div>
      )}
      {file && <AttachmentPreview file={file} refusal={null} hint={null} />}
      <div className={classes.acts}>
        {children}
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            keepDraft(userId, conversationId, { text: '', reply_to: null })
            attach(conversationId, null)
            onDiscarded?.()
          }}
        >
          {m.message_discard()}
        </Button>
      </div>
    </section>
  )
}
