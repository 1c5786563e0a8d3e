// Inbox: the conversations that wait and one's own at the left, the open one in the middle, its contact at the right.
import { useMediaQuery } from '@mantine/hooks'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { IconMessages } from '@tabler/icons-react'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import type { ContactPanelHandle } from '../contacts/ContactPanel.tsx'
import { withoutRepeats } from '../lib/pages.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ConversationPane, type ConversationPaneHandle } from './ConversationPane.tsx'
import { InboxHead } from './InboxHead.tsx'
import { InboxList, type InboxListHandle } from './InboxList.tsx'
import { InboxListState } from './InboxListState.tsx'
import classes from './InboxPage.module.css'
import { isGone } from './merged.ts'
import { conversationListQuery, conversationQuery } from './queries.ts'
import { inboxQueryOf, isInboxFiltered, useChangeInbox, useInboxSearch } from './search.ts'
import { ShortcutsDialog } from './ShortcutsDialog.tsx'
import { useShortcuts } from './shortcuts.ts'

const ContactPanel = lazy(() => import('../contacts/ContactPanel.tsx').then((file) => ({ default: file.ContactPanel })))

export const InboxPage = () => (
  <Allowed permission="conversations:read">
    <Inbox />
  </Allowed>
)

function Inbox() {
  const organization = useOrganization()
  const search = useInboxSearch()
  const { change, open, clearFilters } = useChangeInbox()
  const query = useMemo(() => inboxQueryOf(search), [search])
  const list = useInfiniteQuery(conversationListQuery(organization.slug, query))
  const conversations = useMemo(
    () => withoutRepeats(list.data?.pages.flatMap((page) => page.conversations) ?? []),
    [list.data],
  )
  const openId = search.conversation
  const openAt = conversations.findIndex(({ id }) => id === openId)
  const opened = useQuery({ ...conversationQuery(organization.slug, openId ?? ''), enabled: openId !== undefined })
  // What was erased with its contact is shown no more.
  const isThere = openId !== undefined && !isGone(opened.error)
  const conversation = isThere ? (opened.data ?? conversations[openAt]) : undefined
  const isWide = useMediaQuery('(min-width: 80em)', undefined, { getInitialValueInEffect: false }) ?? true
  const showsContact = conversation !== undefined && (search.contact ?? (isWide ? 'shown' : 'hidden')) === 'shown'
  const [helps, setHelps] = useState(false)
  const rows = useRef<InboxListHandle>(null)
  const pane = useRef<ConversationPaneHandle>(null)
  const panel = useRef<ContactPanelHandle>(null)
  const searchBox = useRef<HTMLInputElement>(null)
  const step = useStep(conversations, openAt, (id) => open(id, { replace: openId !== undefined }))

  const showContact = (shown: boolean) => change({ contact: shown ? 'shown' : 'hidden' }, { replace: true })
  /** The contact, for whose panel the picker of tags is to open as soon as it is there. */
  const tagsWanted = useRef<string>(undefined)
  useEffect(() => {
    if (tagsWanted.current === undefined) return
    if (tagsWanted.current !== conversation?.contact.id || panel.current?.addTag()) tagsWanted.current = undefined
  })
  useShortcuts({
    next: () => step(1),
    previous: () => step(-1),
    take: () => pane.current?.take(),
    reply: () => pane.current?.reply(),
    close: () => pane.current?.close(),
    tag: () => {
      if (!conversation) return
      if (!showsContact) showContact(true)
      tagsWanted.current = conversation.contact.id
      if (panel.current?.addTag()) tagsWanted.current = undefined
    },
    search: () => searchBox.current?.focus(),
    help: () => setHelps(true),
    back: () => {
      // Over the conversation the contact closes first.
      if (isWide || !showsContact) rows.current?.focus(openId)
    },
  })

  const { data, hasNextPage, isFetchNextPageError } = list
  return (
    <div className={classes.page} data-open={openId !== undefined || undefined}>
      <section className={classes.list} aria-label={m.inbox()}>
        <InboxHead
          searchBox={searchBox}
          onHelp={() => setHelps(true)}
          onLeaveToRows={() => rows.current?.focus(undefined)}
        />
        {data !== undefined && conversations.length > 0 ? (
          <InboxList
            ref={rows}
            conversations={conversations}
            asked={JSON.stringify(query)}
            list={search.list ?? 'waiting'}
            stale={list.isPlaceholderData}
            openId={openId}
            end={hasNextPage ? (isFetchNextPageError ? 'failed' : 'more') : 'end'}
            onNeedMore={() => {
              if (hasNextPage && !list.isFetchingNextPage && !list.isPlaceholderData) void list.fetchNextPage()
            }}
          />
        ) : (
          <InboxListState
            list={search.list ?? 'waiting'}
            pending={list.isPending}
            error={list.error}
            filtered={isInboxFiltered(search)}
            onRetry={() => void list.refetch()}
            onClearFilters={clearFilters}
            onLookInOpen={() => change({ list: 'open' })}
          />
        )}
      </section>
      <div className={classes.pane}>
        {openId === undefined ? (
          <EmptyState
            icon={<IconMessages size={22} stroke={1.6} />}
            title={m.inbox_choose_title()}
            text={m.inbox_choose_text()}
          />
        ) : (
          <ConversationPane
            key={openId}
            ref={pane}
            id={openId}
            message={search.message}
            conversation={conversation}
            error={opened.error}
            onRetry={() => void opened.refetch()}
            onBack={() => open(undefined)}
            onTaken={() => change({ list: 'mine' }, { replace: true })}
            onOpen={open}
            onMerged={(into) => change({ conversation: into }, { replace: true })}
            contact={{ shown: showsContact, onToggle: () => showContact(!showsContact) }}
          />
        )}
      </div>
      {showsContact && conversation && (
        <Suspense fallback={<div className={classes.panelLoading} />}>
          <ContactPanel
            ref={panel}
            beside
            id={conversation.contact.id}
            row={conversation.contact}
            onClose={() => showContact(false)}
          />
        </Suspense>
      )}
      {helps && <ShortcutsDialog onClose={() => setHelps(false)} />}
    </div>
  )
}

/** The conversation after or before the open one; one that has left the list was where its neighbours are now. */
function useStep(conversations: readonly Conversation[], openAt: number, onStep: (id: string) => void) {
  const lastAt = useRef(-1)
  useEffect(() => {
    if (openAt >= 0) lastAt.current = openAt
  })
  return (by: 1 | -1) => {
    const from = openAt >= 0 ? openAt + by : by > 0 ? Math.max(0, lastAt.current) : lastAt.current - 1
    const to = conversations[Math.max(0, Math.min(conversations.length - 1, from))]
    if (to) onStep(to.id)
  }
}
