// One conversation in the list of the inbox: who it is with, what was said last, what waits, and how the customer is tagged.
import { VisuallyHidden } from '@mantine/core'
import {
  IconAlertCircle,
  IconClockHour4,
  IconFile,
  IconHelpCircle,
  IconMapPin,
  IconMicrophone,
  IconPaperclip,
  IconPhoto,
  IconPointFilled,
  IconRobot,
  IconSticker,
  IconUser,
  IconVideo,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { memo, type ComponentType, type Ref } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { useSession } from '../access/queries.ts'
import { shortSpan, useNow } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { TagChip } from '../ui/TagChip.tsx'
import { Time } from '../ui/Time.tsx'
import { useAttached } from './attached.ts'
import { useDraft } from './drafts.ts'
import { useNotSent } from './outbox.ts'
import classes from './InboxList.module.css'
import type { InboxListName } from './search.ts'
import { customerName, lastLine, nameOfAgent, unreadWords } from './words.ts'

interface InboxRowProps {
  ref: Ref<HTMLLIElement>
  conversation: Conversation
  list: InboxListName
  index: number
  /** How many there are; -1 where that is not known. */
  count: number
  top: number
  /** Whether Tab leads to this row. */
  reachable: boolean
  open: boolean
  onReach: (id: string) => void
}

const CHIPS = 3

const ICONS: Record<string, ComponentType<{ size: number; stroke: number; 'aria-hidden': true }>> = {
  image: IconPhoto,
  audio: IconMicrophone,
  video: IconVideo,
  document: IconFile,
  sticker: IconSticker,
  location: IconMapPin,
  contacts: IconUser,
}

export const InboxRow = memo(function InboxRow({
  ref,
  conversation,
  list,
  index,
  count,
  top,
  reachable,
  open,
  onReach,
}: InboxRowProps) {
  const { id, contact, agent, last_message_at, unread_count, waiting_since } = conversation
  const name = customerName(contact)
  const tags = contact.tags.filter((tag) => !tag.deleted)
  return (
    <li
      ref={ref}
      className={classes.item}
      data-index={index}
      aria-posinset={index + 1}
      aria-setsize={count}
      style={{ transform: `translateY(${top}px)` }}
    >
      <Link
        from="/o/$organization/inbox"
        to="."
        search={(before) => ({ ...before, conversation: id })}
        className={classes.row}
        data-id={id}
        data-index={index}
        data-unread={unread_count > 0 || undefined}
        data-open={open || undefined}
        aria-current={open ? 'true' : undefined}
        activeProps={{ 'aria-current': open ? 'true' : undefined }}
        tabIndex={reachable ? 0 : -1}
        preload={false}
        onFocus={() => onReach(id)}
      >
        <span className={classes.line}>
          <span className={classes.name} dir="auto">
            {name}
          </span>
          {contact.test && <SmallBadge title={m.test_contact_title()}>{m.test()}</SmallBadge>}
          <span className={classes.time}>
            <Time at={last_message_at} />
          </span>
        </span>
        <span className={classes.line}>
          <Snippet conversation={conversation} open={open} />
          {unread_count > 0 && (
            <span className={classes.unread}>
              <span aria-hidden>{unread_count > 99 ? '99+' : unread_count}</span>
              <VisuallyHidden>{unreadWords(unread_count)}</VisuallyHidden>
            </span>
          )}
        </span>
        {(tags.length > 0 || waiting_since !== null || (list === 'open' && agent)) && (
          <span className={classes.line}>
            <span className={classes.chips}>
              {tags.slice(0, CHIPS).map((tag) => (
                <TagChip key={tag.id} {...tag} />
              ))}
              {tags.length > CHIPS && (
                <span
                  className={classes.moreTags}
                  title={tags
                    .slice(CHIPS)
                    .map((tag) => tag.name)
                    .join('\n')}
                >
                  +{tags.length - CHIPS}
                </span>
              )}
            </span>
            {list === 'open' && agent && <AgentName agent={agent} />}
            {waiting_since !== null && <Waiting since={waiting_since} />}
          </span>
        )}
      </Link>
    </li>
  )
})

function Snippet({ conversation, open }: { conversation: Conversation; open: boolean }) {
  const { user } = useSession()
  const draft = useDraft(user.id, conversation.id)
  const file = useAttached(conversation.id)
  const unsent = useNotSent(conversation.id)
  const { last_message: last } = conversation
  if (unsent !== null) {
    return (
      <span className={classes.snippet}>
        <NotSent /> {unsent.file !== null && <IconPaperclip size={14} stroke={1.8} aria-hidden />}
        <bdi>{unsent.text === '' ? unsent.file?.name : unsent.text}</bdi>
      </span>
    )
  }
  if (!open && (draft.text.trim() !== '' || file !== null)) {
    return (
      <span className={classes.snippet}>
        <span className={classes.draft}>{m.inbox_draft()}</span>{' '}
        {file !== null && <IconPaperclip size={14} stroke={1.8} aria-hidden />}
        <bdi>{draft.text.trim() === '' ? file?.name : draft.text}</bdi>
      </span>
    )
  }
  if (!last) return <span className={classes.snippet}>{m.inbox_message_gone()}</span>
  const Icon = !last.revoked && Object.hasOwn(ICONS, last.type) ? ICONS[last.type] : undefined
  return (
    <span className={classes.snippet}>
      {last.delivery_state === 'failed' && <NotSent />}
      {last.delivery_state === 'uncertain' && (
        <span className={classes.uncertain}>
          <IconHelpCircle size={14} stroke={1.9} aria-hidden />
          {m.inbox_uncertain()}{' '}
        </span>
      )}
      {last.direction === 'out' && (
        <>
          <span className={classes.writer}>
            {m.inbox_wrote({ name: last.sent_by ?? m.message_phone_app_short() })}
          </span>{' '}
        </>
      )}
      {Icon && <Icon size={14} stroke={1.8} aria-hidden />}
      <bdi>{lastLine(last)}</bdi>
    </span>
  )
}

/** At WhatsApp, or on its way from this device. */
function NotSent() {
  return (
    <span className={classes.failed}>
      <IconAlertCircle size={14} stroke={1.9} aria-hidden />
      {m.inbox_not_sent()}{' '}
    </span>
  )
}

function AgentName({ agent }: { agent: NonNullable<Conversation['agent']> }) {
  const { user } = useSession()
  return (
    <span className={classes.agent} dir="auto" title={m.conversation_agent({ name: nameOfAgent(agent) })}>
      {agent.ai ? <IconRobot size={13} stroke={1.8} aria-hidden /> : <IconPointFilled size={10} aria-hidden />}
      {agent.id === user.id ? m.conversation_you() : nameOfAgent(agent)}
    </span>
  )
}

function Waiting({ since }: { since: string }) {
  const now = useNow()
  const span = shortSpan(since, now)
  return (
    <span className={classes.waiting} title={m.inbox_waits_since({ span })}>
      <IconClockHour4 size={13} stroke={1.9} aria-hidden />
      <span aria-hidden>{span}</span>
      <VisuallyHidden>{m.inbox_waits_since({ span })}</VisuallyHidden>
    </span>
  )
}
