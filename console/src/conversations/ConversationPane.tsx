// The open conversation: who it is with and what can be done with it, what was written, and the box to answer.
import { Skeleton } from '@mantine/core'
import { useDocumentVisibility } from '@mantine/hooks'
import { lazy, Suspense, useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { may, useOrganization, useSession } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { AlsoHere } from '../presence/AlsoHere.tsx'
import { showConversation } from '../presence/reporting.ts'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { tell, tellFailure } from '../ui/toasts.ts'
import { CloseDialog, ClosesWhenSent } from './CloseDialog.tsx'
import classes from './ConversationPane.module.css'
import { ConversationFoot } from './ConversationFoot.tsx'
import { ConversationHead } from './ConversationHead.tsx'
import { useCarriesOver, useFollowsMerge, useGoesOn } from './going-on.ts'
import { HandOverDialog } from './HandOverDialog.tsx'
import { isGone, mergedInto } from './merged.ts'
import { useUnsent } from './outbox.ts'
import { useActOn } from './queries.ts'
import { Thread } from './Thread.tsx'
import { newestOf } from './thread-pages.ts'
import { useThread } from './thread-reading.ts'
import { useClosing } from './use-closing.ts'
import { customerName } from './words.ts'

const TemplateDialog = lazy(() =>
  import('../templates/TemplateDialog.tsx').then((file) => ({ default: file.TemplateDialog })),
)

export interface ConversationPaneHandle {
  take: () => void
  /** Puts the cursor into the box to answer. */
  reply: () => void
  /** Asks before it closes. */
  close: () => void
}

interface ConversationPaneProps {
  ref?: Ref<ConversationPaneHandle>
  id: string
  /** Where one goes as soon as it is read. */
  message?: string | undefined
  /** Undefined as long as it is not read. */
  conversation: Conversation | undefined
  error: unknown
  onRetry: () => void
  onBack?: () => void
  onTaken?: () => void
  /** Opens another conversation. */
  onOpen: (id: string) => void
  /** Opens the one that this one went into, in its place. */
  onMerged: (into: string) => void
  /** Somebody looks on who does not answer here, and may close it all the same. */
  watching?: boolean
  /** Whether the contact stands beside it; undefined where it never does. */
  contact?: { shown: boolean; onToggle: () => void }
}

export function ConversationPane({
  ref,
  id,
  message,
  conversation,
  error,
  onRetry,
  onBack,
  onTaken,
  onOpen,
  onMerged,
  watching = false,
  contact,
}: ConversationPaneProps) {
  const organization = useOrganization()
  const { user } = useSession()
  const act = useActOn(organization.slug, id)
  const thread = useThread(organization.slug, id)
  const pane = useRef<HTMLElement>(null)
  const input = useRef<HTMLTextAreaElement>(null)
  const [dialog, setDialog] = useState<'hand_over' | 'close' | 'template' | null>(null)
  const isAdmin = organization.role === 'admin'
  const isOpen = conversation?.status === 'pending' || conversation?.status === 'active'
  const isMine = conversation?.status === 'active' && conversation.agent?.id === user.id
  const mayAnswer = may(organization, 'conversations:answer')
  const hasAi = conversation?.status === 'active' && conversation.agent?.ai === true
  const pages = thread.data?.pages
  useFollowsMerge({ id, error, pane, input, onMerged })
  useGoesOn({ id, pane, input })
  useCarriesOver(id, pages?.[0]?.merged_ids)
  const newestOfCustomer = useMemo(() => pages && newestOf(pages, id, 'in'), [pages, id])
  useMarksRead({
    id: isMine && !watching && conversation.unread_count > 0 ? newestOfCustomer?.id : undefined,
    onRead: (upTo) => act.mutate({ act: 'read', upTo }),
  })

  const isThere = conversation !== undefined
  useEffect(() => (isThere ? showConversation(organization.slug, id) : undefined), [organization.slug, id, isThere])

  // The box to answer may show before or after the answer to the taking is here.
  const justTaken = useRef<string>(undefined)
  useEffect(() => {
    if (isMine && justTaken.current === id) input.current?.focus()
    justTaken.current = undefined
  }, [isMine, id])
  const take = (over: boolean) => {
    if (!conversation || act.isPending) return
    act.mutate(over ? { act: 'hand_over', to: user.id } : { act: 'take' }, {
      onSuccess: () => {
        onTaken?.()
        justTaken.current = id
        input.current?.focus()
      },
      onError: (failure) => tellFailure(m.conversation_take_failed(), failure),
    })
  }
  const closing = useClosing({
    organization: organization.slug,
    id,
    act,
    onAsk: () => setDialog('close'),
    onDone: () => setDialog(null),
  })
  const unsent = useUnsent(id)
  const failed = unsent.filter(({ failure }) => failure !== null).length
  const mayClose = mayAnswer && isOpen && (isMine || isAdmin)
  useImperativeHandle(ref, () => ({
    take: () => {
      if (mayAnswer && (conversation?.status === 'pending' || hasAi)) take(false)
    },
    reply: () => input.current?.focus(),
    close: () => {
      if (mayClose) setDialog('close')
    },
  }))

  if (!conversation) {
    return isGone(error) ? (
      <EmptyState title={m.conversation_missing_title()} text={m.conversation_missing_text()} heading="h2" />
    ) : error && mergedInto(error) === null ? (
      <div className={classes.failure}>
        <ErrorNotice error={error} onRetry={onRetry} />
      </div>
    ) : (
      <div className={classes.loading} role="status" aria-label={m.conversation_loading()}>
        <Skeleton height={14} width={180} />
      </div>
    )
  }
  const name = customerName(conversation.contact)
  const busy = closing.waits || (act.isPending && act.variables.act !== 'read')
  const giveBack = () =>
    act.mutate(
      { act: 'give_back' },
      {
        onSuccess: () => tell(m.conversation_given_back()),
        onError: (failure) => tellFailure(m.conversation_give_back_failed(), failure),
      },
    )
  return (
    <section ref={pane} className={classes.pane} aria-label={m.conversation_with({ name })}>
      <ConversationHead
        conversation={conversation}
        busy={busy}
        onBack={onBack}
        onTakeOver={
          mayAnswer && !watching && isAdmin && conversation.status === 'active' && !isMine && !hasAi
            ? () => take(true)
            : undefined
        }
        onHandOver={mayAnswer && !watching && isOpen && (isMine || isAdmin) ? () => setDialog('hand_over') : undefined}
        onGiveBack={
          mayAnswer && !watching && conversation.status === 'active' && (isMine || isAdmin) ? giveBack : undefined
        }
        onClose={mayClose ? (watching ? () => setDialog('close') : () => closing.close()) : undefined}
        closeLabel={watching ? m.conversation_force_close() : m.conversation_close()}
        contact={contact}
      />
      <Thread
        conversation={conversation}
        thread={thread}
        goTo={message}
        name={name}
        mayAnswer={isMine && mayAnswer && !watching}
        onReplied={() => input.current?.focus()}
      />
      <AlsoHere conversationId={id} />
      {closing.waits && unsent.length > failed && <ClosesWhenSent onKeepOpen={closing.keepOpen} />}
      <ConversationFoot
        conversation={conversation}
        thread={thread.data?.pages}
        name={name}
        input={input}
        isMine={isMine}
        mayAnswer={mayAnswer && !watching}
        busy={busy}
        onTake={() => take(false)}
        onTakeOver={isAdmin ? () => take(true) : undefined}
        onOpen={onOpen}
        onTemplate={mayAnswer ? () => setDialog('template') : undefined}
      />
      {dialog === 'hand_over' && <HandOverDialog conversation={conversation} onClose={() => setDialog(null)} />}
      {dialog === 'template' && (
        <Suspense>
          <TemplateDialog
            conversation={conversation}
            onSent={(sentIn) => {
              setDialog(null)
              if (sentIn !== null && sentIn !== id) onOpen(sentIn)
            }}
            onClose={() => setDialog(null)}
          />
        </Suspense>
      )}
      {dialog === 'close' && (
        <CloseDialog
          name={name}
          label={watching ? m.conversation_force_close() : m.conversation_close()}
          unsent={failed}
          closing={act.isPending || closing.waits}
          onConfirm={() => {
            if (unsent.length > failed) setDialog(null)
            closing.close(failed)
          }}
          onClose={() => setDialog(null)}
        />
      )}
    </section>
  )
}

/** Marks up to the message `id` as read, once for each, while the screen is looked at. */
function useMarksRead({ id, onRead }: { id: string | undefined; onRead: (upTo: string) => void }): void {
  const isSeen = useDocumentVisibility() === 'visible'
  const marked = useRef<string>(undefined)
  const mark = useRef(onRead)
  useEffect(() => {
    mark.current = onRead
  })
  useEffect(() => {
    if (id === undefined || !isSeen || marked.current === id) return
    marked.current = id
    mark.current(id)
  }, [id, isSeen])
}
