// What was written, oldest above: it stands at its end or at the first unread message, and stays where one reads whatever comes.
import { Button, Loader, Skeleton, VisuallyHidden } from '@mantine/core'
import { IconArrowDown } from '@tabler/icons-react'
import { useQuery, useQueryClient, type InfiniteData, type UseInfiniteQueryResult } from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { useOrganization, useSession } from '../access/queries.ts'
import { handOversQuery } from '../ai-agents/queries.ts'
import { dayWords, useToday } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { Time } from '../ui/Time.tsx'
import { tell } from '../ui/toasts.ts'
import { addToDraft, quoteInDraft } from './drafts.ts'
import { HandOverNote } from './HandOverNote.tsx'
import { MessageBubble } from './MessageBubble.tsx'
import { drop, useUnsent } from './outbox.ts'
import { threadItems, type ThreadConversation, type ThreadItem } from './thread-items.ts'
import type { ThreadPage } from './thread-pages.ts'
import { readNewestMessages } from './thread-reading.ts'
import classes from './Thread.module.css'
import { UnsentBubble } from './UnsentBubble.tsx'
import { useThreadScroll } from './use-thread-scroll.ts'
import { statusLabel } from './words.ts'

interface ThreadProps {
  conversation: Conversation
  thread: UseInfiniteQueryResult<InfiniteData<ThreadPage>>
  /** A message to which one goes once it is read; another one, when it changes. */
  goTo?: string | undefined
  /** The customer's. */
  name: string
  mayAnswer: boolean
  onReplied: () => void
}

/** The line above the unread ones. */
const UNREAD_LINE = 'unread'

export function Thread({ conversation, thread, goTo, name, mayAnswer, onReplied }: ThreadProps) {
  const organization = useOrganization()
  const { user } = useSession()
  const queryClient = useQueryClient()
  const { id } = conversation
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = thread
  const unsent = useUnsent(id)
  const messages = useMemo(() => data?.pages.flatMap((page) => page.messages) ?? [], [data])
  // The stream may tell of a message before the answer to its sending is there, or when that was lost.
  useLayoutEffect(() => {
    const known = new Set(messages.map(({ client_key }) => client_key))
    for (const each of unsent) if (known.has(each.key)) drop(id, each)
  }, [id, messages, unsent])
  // Reading on moves what is unread; the line stays where it was when the conversation was opened.
  const [firstUnread, setFirstUnread] = useState<string | null>()
  if (firstUnread === undefined && data) setFirstUnread(data.pages[0]?.first_unread_id ?? null)
  const { data: handOvers } = useQuery(handOversQuery(organization.slug, conversation))
  const items = useMemo(
    () =>
      threadItems(messages, data?.pages.flatMap((page) => page.conversations) ?? [], {
        firstUnreadId: firstUnread ?? null,
        isWhole: !hasNextPage,
        ...(handOvers ? { handOvers } : {}),
      }),
    [messages, data, firstUnread, hasNextPage, handOvers],
  )
  const { box, content, isAtEnd, onScroll, toEnd, toKey } = useThreadScroll({
    isReady: firstUnread !== undefined,
    written: unsent.at(-1)?.key,
  })
  const isLoaded = (messageId: string) => messages.some((each) => each.id === messageId)
  /** Reads older pages until a message is among them, and goes there, or to what stands above it. */
  const seek = async (messageId: string, key = messageId) => {
    let isThere = isLoaded(messageId)
    for (let more = hasNextPage; !isThere && more;) {
      // oxlint-disable-next-line no-await-in-loop -- each page is behind the one before
      const read = await fetchNextPage()
      more = read.hasNextPage && !read.isFetchNextPageError
      isThere = read.data?.pages.some((page) => page.messages.some((each) => each.id === messageId)) ?? false
    }
    if (isThere) toKey(key)
    else tell(m.message_not_found())
  }
  const onSeek = (messageId: string) => void seek(messageId)
  const wentTo = useRef<string>(undefined)
  useEffect(() => {
    if (goTo === undefined || data === undefined || wentTo.current === goTo) return
    wentTo.current = goTo
    void seek(goTo)
  })
  const unreadAbove = firstUnread != null && data !== undefined && !isLoaded(firstUnread)
  const needMore = () => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }
  return (
    <div className={classes.frame}>
      {/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
      <div
        ref={box}
        className={classes.messages}
        tabIndex={0}
        role="log"
        aria-label={m.thread_label({ name })}
        onScroll={() => {
          if (onScroll()) needMore()
        }}
      >
        <div ref={content} className={classes.content}>
          {data === undefined ? (
            thread.error ? (
              <ErrorNotice error={thread.error} onRetry={() => void thread.refetch()} />
            ) : (
              <div className={classes.loading} role="status" aria-label={m.conversation_loading()}>
                <Skeleton height={36} width={240} radius={12} />
                <Skeleton height={36} width={180} radius={12} ml="auto" />
              </div>
            )
          ) : (
            <>
              <div className={classes.top}>
                {isFetchNextPageError ? (
                  <p role="alert">
                    {m.thread_older_failed()}{' '}
                    <Button size="xs" variant="default" onClick={() => void fetchNextPage()}>
                      {m.retry()}
                    </Button>
                  </p>
                ) : hasNextPage ? (
                  <Loader size={18} color="gray" role="img" aria-label={m.thread_older_loading()} />
                ) : (
                  messages.length === 0 && unsent.length === 0 && <p>{m.thread_none()}</p>
                )}
              </div>
              {items.map((item) =>
                item.kind === 'message' ? (
                  <MessageBubble
                    key={item.key}
                    message={item.message}
                    follows={item.follows}
                    name={name}
                    conversationId={id}
                    mayAnswer={mayAnswer}
                    onReply={(message) => {
                      quoteInDraft(user.id, id, message)
                      onReplied()
                    }}
                    onWriteAgain={(text) => {
                      addToDraft(user.id, id, text)
                      onReplied()
                    }}
                    onSeek={onSeek}
                  />
                ) : (
                  <Between key={item.key} item={item} />
                ),
              )}
              {unsent.map((each) => (
                <UnsentBubble
                  key={each.key}
                  unsent={each}
                  name={name}
                  conversationId={id}
                  organization={organization.slug}
                  mayAnswer={mayAnswer}
                  onSeek={onSeek}
                />
              ))}
              {thread.isRefetchError && (
                <ErrorNotice
                  error={thread.error}
                  onRetry={() => void readNewestMessages(queryClient, organization.slug, id)}
                />
              )}
            </>
          )}
        </div>
      </div>
      {unreadAbove && (
        <Button
          className={classes.toUnread}
          size="xs"
          variant="default"
          onClick={() => void seek(firstUnread, UNREAD_LINE)}
        >
          {m.thread_to_unread()}
        </Button>
      )}
      {!isAtEnd && data !== undefined && (
        <button type="button" className={classes.toEnd} title={m.thread_to_end()} onClick={toEnd}>
          <IconArrowDown size={18} stroke={1.8} aria-hidden />
          <VisuallyHidden>{m.thread_to_end()}</VisuallyHidden>
        </button>
      )}
    </div>
  )
}

function Between({ item }: { item: Exclude<ThreadItem, { kind: 'message' }> }) {
  const today = useToday()
  switch (item.kind) {
    case 'day':
      return <p className={classes.day}>{dayWords(item.at, today)}</p>
    case 'unread':
      return (
        <p className={classes.unread} data-key={UNREAD_LINE}>
          <span>{m.thread_unread()}</span>
        </p>
      )
    case 'opened':
      return (
        <p className={classes.between}>
          {m.thread_opened()} · <Time at={item.conversation.opened_at} form="minute" />
        </p>
      )
    case 'handed_over':
      return <HandOverNote handOver={item.handOver} />
    case 'closed':
      return <Closed conversation={item.conversation} />
  }
}

function Closed({ conversation }: { conversation: ThreadConversation }) {
  const { status, closed_at, closed_by } = conversation
  const byPerson = status === 'closed_by_agent' || status === 'closed_by_admin'
  return (
    <p className={classes.between}>
      {statusLabel(status)}
      {byPerson && closed_by !== null && (
        <>
          {' · '}
          <bdi>{closed_by}</bdi>
        </>
      )}
      {closed_at !== null && (
        <>
          {' · '}
          <Time at={closed_at} form="minute" />
        </>
      )}
    </p>
  )
}
