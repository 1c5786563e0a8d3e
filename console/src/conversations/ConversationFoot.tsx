// Below the thread: the box to answer, or why there is none and what can be done about it.
import { Button } from '@mantine/core'
import type { ReactNode, RefObject } from 'react'
import type { Conversation, ConversationStatus } from '../../../server/conversations/schema.ts'
import { momentWords, useNow } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { AnalysisLine } from './AnalysisLine.tsx'
import { Composer } from './Composer.tsx'
import { KeptEarlier, KeptHere } from './KeptDrafts.tsx'
import { PausedNotice } from './PausedNotice.tsx'
import classes from './ConversationPane.module.css'
import type { ThreadPage } from './thread-pages.ts'
import { statusLabel } from './words.ts'

interface ConversationFootProps {
  conversation: Conversation
  thread: readonly ThreadPage[] | undefined
  name: string
  input: RefObject<HTMLTextAreaElement | null>
  isMine: boolean
  mayAnswer: boolean
  busy: boolean
  onTake: () => void
  onTakeOver: (() => void) | undefined
  /** Opens another conversation. */
  onOpen: (id: string) => void
  /** Begins to send a template; undefined to whoever may not. */
  onTemplate: (() => void) | undefined
}

export function ConversationFoot({
  conversation,
  thread,
  name,
  input,
  isMine,
  mayAnswer,
  busy,
  onTake,
  onTakeOver,
  onOpen,
  onTemplate,
}: ConversationFootProps) {
  const now = useNow()
  const { status, agent, closed_at, closed_by, window_ends_at, waits_until } = conversation
  const template = onTemplate && (
    <Button variant="default" onClick={onTemplate}>
      {m.template_send()}
    </Button>
  )
  const conversations = thread?.flatMap((page) => page.conversations) ?? []
  if (closed_at !== null) {
    // Ids sort in the order of opening; times of messages are whole seconds.
    const later = conversations
      .filter((each) => each.id > conversation.id)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .at(-1)
    return (
      <Bar
        kept={mayAnswer ? conversation.id : undefined}
        below={<AnalysisLine conversationId={conversation.id} />}
        title={statusLabel(status)}
        text={`${
          closed_by === null || status === 'expired' || status === 'ai_auto_closed'
            ? m.conversation_closed_at({ time: momentWords(closed_at, 'minute') })
            : m.conversation_closed_by({ name: closed_by, time: momentWords(closed_at, 'minute') })
        } ${later ? m.conversation_went_on() : closedText(status, onTemplate !== undefined)}`}
      >
        {later ? (
          <Button variant="default" onClick={() => onOpen(later.id)}>
            {m.conversation_open_newer()}
          </Button>
        ) : (
          template
        )}
      </Bar>
    )
  }
  if (!mayAnswer) return null
  if (status === 'pending') {
    return (
      <Bar kept={conversation.id} title={m.conversation_nobody_has()} text={m.conversation_take_text()}>
        <Button loading={busy} onClick={onTake} aria-keyshortcuts="t" title={`${m.conversation_take()} (t)`}>
          {m.conversation_take()}
        </Button>
      </Bar>
    )
  }
  if (!isMine && agent?.ai)
    return (
      <Bar
        kept={conversation.id}
        title={m.conversation_ai_has({ name: agent.name })}
        text={m.conversation_ai_has_text()}
      >
        <Button loading={busy} onClick={onTake} aria-keyshortcuts="t" title={`${m.conversation_take()} (t)`}>
          {m.conversation_take()}
        </Button>
      </Bar>
    )
  if (!isMine) {
    return (
      <Bar
        kept={conversation.id}
        title={m.conversation_has({ name: agent?.name ?? '—' })}
        text={onTakeOver ? m.conversation_has_text_admin() : m.conversation_has_text()}
      >
        {onTakeOver && (
          <Button variant="default" loading={busy} onClick={onTakeOver}>
            {m.conversation_take_over()}
          </Button>
        )}
      </Bar>
    )
  }
  if (Date.parse(window_ends_at) <= now) {
    const waits = waits_until !== null && Date.parse(waits_until) > now
    return (
      <Bar
        kept={conversation.id}
        title={waits ? m.conversation_waits() : m.conversation_window_over()}
        text={
          waits
            ? m.conversation_waits_text({ time: momentWords(waits_until, 'minute') })
            : m.conversation_expired_text()
        }
      >
        {template}
      </Bar>
    )
  }
  return (
    <>
      <PausedNotice channelId={conversation.channel_id} />
      <KeptEarlier
        conversation={conversation}
        mergedIds={thread?.[0]?.merged_ids ?? []}
        onDone={() => input.current?.focus()}
      />
      <Composer key={conversation.id} conversation={conversation} name={name} input={input} />
    </>
  )
}

/** What can be done until the customer writes again. */
function closedText(status: ConversationStatus, mayTemplate: boolean): string {
  if (!mayTemplate) return m.conversation_closed_text()
  return status === 'expired' ? m.conversation_expired_text() : m.conversation_closed_template_text()
}

interface BarProps {
  /** The conversation in which one may have begun to write. */
  kept: string | undefined
  title: string
  text: string
  below?: ReactNode
  children?: ReactNode
}

function Bar({ kept, title, text, below, children }: BarProps) {
  return (
    <>
      <div className={classes.bar} role="status">
        <div className={classes.barWords}>
          <p>
            <strong>{title}</strong> {text}
          </p>
          {below}
        </div>
        {children}
      </div>
      {kept !== undefined && <KeptHere conversationId={kept} />}
    </>
  )
}
