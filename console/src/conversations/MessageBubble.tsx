// One message of the thread: what it says, what it answers, what came of it, and when.
import { ActionIcon, Button, VisuallyHidden } from '@mantine/core'
import { IconCornerUpLeft } from '@tabler/icons-react'
import { memo } from 'react'
import type { Message } from '../../../server/conversations/schema.ts'
import { useOrganization, useSession } from '../access/queries.ts'
import { clockTime, exactTime } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { tellFailure } from '../ui/toasts.ts'
import { CameFrom } from './CameFrom.tsx'
import { isForwarded, productOf } from './content.ts'
import { DeliveryMark } from './DeliveryMark.tsx'
import classes from './Message.module.css'
import { MessageContent } from './MessageContent.tsx'
import { QuoteBlock } from './QuoteBlock.tsx'
import { useDecideMessage } from './queries.ts'
import { deletedWords, failureWords, uncertainWords, waitingWords } from './words.ts'

interface MessageBubbleProps {
  message: Message
  follows: boolean
  /** The customer's. */
  name: string
  conversationId: string
  mayAnswer: boolean
  onReply: (message: Message) => void
  /** Puts its text into the box to answer. */
  onWriteAgain: (text: string) => void
  onSeek: (id: string) => void
}

export const MessageBubble = memo(
  function MessageBubble({
    message,
    follows,
    name,
    conversationId,
    mayAnswer,
    onReply,
    onWriteAgain,
    onSeek,
  }: MessageBubbleProps) {
    const { user } = useSession()
    const {
      direction,
      origin,
      in_group,
      type,
      content,
      sent_at,
      edited_at,
      revoked_at,
      reply_to,
      reactions,
      delivery,
      sent_by,
    } = message
    if (type === 'system') {
      return (
        <p className={classes.system} data-key={message.id} dir="auto">
          {message.text ?? m.message_kind_system()}
        </p>
      )
    }
    const author =
      direction === 'in' ? name : origin === 'echo' ? m.message_phone_app() : (sent_by ?? m.message_from_us())
    const showsAuthor =
      direction === 'out' && !follows && (origin === 'echo' || (sent_by !== null && sent_by !== user.name))
    const mayReply = mayAnswer && revoked_at === null && origin !== 'history' && !in_group
    return (
      <div className={classes.row} data-key={message.id} data-direction={direction} data-follows={follows || undefined}>
        <div className={classes.bubble}>
          {showsAuthor ? (
            <span className={classes.author} dir="auto">
              {author}
            </span>
          ) : (
            <VisuallyHidden>{m.message_by({ name: author })}</VisuallyHidden>
          )}
          {revoked_at === null && <CameFrom content={content} />}
          {reply_to && (reply_to.id !== null || productOf(content) === null) && (
            <QuoteBlock quote={reply_to} name={name} onOpen={onSeek} />
          )}
          {revoked_at === null ? (
            <MessageContent message={message} />
          ) : (
            <span className={classes.soft}>{deletedWords(direction)}</span>
          )}
          <span className={classes.meta}>
            {revoked_at === null && isForwarded(content) && <span>{m.message_forwarded()}</span>}
            {in_group && <span title={m.message_in_group_text()}>{m.message_in_group()}</span>}
            {edited_at !== null && revoked_at === null && (
              <span title={exactTime(edited_at)}>{m.message_edited()}</span>
            )}
            <time dateTime={sent_at} title={exactTime(sent_at)}>
              {clockTime(sent_at)}
            </time>
            {delivery && revoked_at === null && <DeliveryMark delivery={delivery} />}
          </span>
          {reactions.length > 0 && (
            <ul className={classes.reactions} aria-label={m.message_reactions()}>
              {reactions.map((reaction) => (
                <li
                  key={reaction.direction}
                  title={`${reaction.direction === 'in' ? name : m.message_from_us()} · ${exactTime(reaction.at)}`}
                >
                  {reaction.emoji}
                </li>
              ))}
            </ul>
          )}
        </div>
        {mayReply && (
          <ActionIcon
            className={classes.replyButton}
            aria-label={m.message_reply()}
            title={m.message_reply()}
            onClick={() => onReply(message)}
          >
            <IconCornerUpLeft size={16} stroke={1.8} />
          </ActionIcon>
        )}
        {delivery && (delivery.state === 'failed' || delivery.state === 'uncertain') && (
          <Undelivered
            message={message}
            delivery={delivery}
            conversationId={conversationId}
            mayDecide={mayAnswer}
            onWriteAgain={onWriteAgain}
          />
        )}
        {delivery?.state === 'waiting' && <Delayed delivery={delivery} />}
      </div>
    )
  },
  // What is done on it is the same whatever function is named.
  (a, b) => a.message === b.message && a.follows === b.follows && a.name === b.name && a.mayAnswer === b.mayAnswer,
)

function Delayed({ delivery }: { delivery: NonNullable<Message['delivery']> }) {
  const words = waitingWords(delivery)
  return words === null ? null : (
    <div className={classes.undelivered} role="status">
      <p>{words}</p>
    </div>
  )
}

interface UndeliveredProps {
  message: Message
  delivery: NonNullable<Message['delivery']>
  conversationId: string
  mayDecide: boolean
  onWriteAgain: (text: string) => void
}

function Undelivered({ message, delivery, conversationId, mayDecide, onWriteAgain }: UndeliveredProps) {
  const organization = useOrganization()
  const decide = useDecideMessage(organization.slug, conversationId)
  const isFailed = delivery.state === 'failed'
  // A conversation that is closed takes nothing more; what it says can be written in this one.
  const isOfThis = message.conversation_id === conversationId
  const writtenText = message.type === 'text' ? message.text : null
  const to = (what: 'resend' | 'settle') =>
    decide.mutate({ id: message.id, to: what }, { onError: (error) => tellFailure(m.message_decide_failed(), error) })
  return (
    <div className={classes.undelivered} data-failed={isFailed || undefined}>
      <p>{isFailed ? failureWords(delivery) : uncertainWords(delivery)}</p>
      {mayDecide && message.origin === 'sent' && (
        <div className={classes.decisions}>
          {isOfThis ? (
            <Button size="xs" variant="default" loading={decide.isPending} onClick={() => to('resend')}>
              {isFailed ? m.message_try_again() : m.message_send_again()}
            </Button>
          ) : (
            writtenText !== null && (
              <Button size="xs" variant="default" onClick={() => onWriteAgain(writtenText)}>
                {m.message_write_again()}
              </Button>
            )
          )}
          {!isFailed && (
            <Button size="xs" variant="default" disabled={decide.isPending} onClick={() => to('settle')}>
              {m.message_leave()}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}
