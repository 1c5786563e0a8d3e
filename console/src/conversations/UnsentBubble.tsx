// A message that was written here and is on its way to the server, or did not get there.
import { Button, VisuallyHidden } from '@mantine/core'
import { IconClock } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useSession } from '../access/queries.ts'
import { sentenceOf } from '../lib/api.ts'
import { clockTime, exactTime } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { attach } from './attached.ts'
import { AttachmentPreview } from './AttachmentPreview.tsx'
import { addToDraft } from './drafts.ts'
import { LinkedText } from './LinkedText.tsx'
import classes from './Message.module.css'
import { drop, tryAgain, type Unsent } from './outbox.ts'
import { QuoteBlock } from './QuoteBlock.tsx'

interface UnsentBubbleProps {
  unsent: Unsent
  name: string
  conversationId: string
  organization: string
  mayAnswer: boolean
  onSeek: (id: string) => void
}

export function UnsentBubble({ unsent, name, conversationId, organization, mayAnswer, onSeek }: UnsentBubbleProps) {
  const queryClient = useQueryClient()
  const { user } = useSession()
  const { text, reply_to, file, written_at, begun_in, failure } = unsent
  /** The conversation is closed, or another's: what was written waits for the next one. */
  const keep = () => {
    if (text !== '') addToDraft(user.id, conversationId, text, begun_in)
    if (file) attach(conversationId, file, begun_in)
    drop(conversationId, unsent)
  }
  return (
    <div className={classes.row} data-key={unsent.key} data-direction="out">
      <div className={classes.bubble}>
        {reply_to && <QuoteBlock quote={reply_to} name={name} onOpen={onSeek} />}
        {file && <AttachmentPreview file={file} refusal={null} hint={null} />}
        {text !== '' && <LinkedText text={text} />}
        <span className={classes.meta}>
          <time dateTime={written_at} title={exactTime(written_at)}>
            {clockTime(written_at)}
          </time>
          {failure === null && (
            <span className={classes.mark} title={m.message_state_sending()}>
              <IconClock size={14} stroke={1.8} aria-hidden />
              <VisuallyHidden>{m.message_state_sending()}</VisuallyHidden>
            </span>
          )}
        </span>
      </div>
      {failure !== null && (
        <div className={classes.undelivered} data-failed role="alert">
          <p>
            {m.message_not_sent()} {sentenceOf(failure)}
          </p>
          <div className={classes.decisions}>
            <Button
              size="xs"
              variant="default"
              onClick={() => (mayAnswer ? tryAgain({ queryClient, organization, conversationId }, unsent) : keep())}
            >
              {mayAnswer ? m.message_try_again() : m.message_to_draft()}
            </Button>
            <Button size="xs" variant="default" onClick={() => drop(conversationId, unsent)}>
              {m.message_discard()}
            </Button>
          </div>
        </div>
      )}
    </div>
  )
}
