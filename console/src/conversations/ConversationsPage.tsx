// Conversations: all of the organization for its administrators, filtered, one of them open at the side to look on and to close; and the agents' figures.
import { ActionIcon, Button, FocusTrap, Skeleton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconMessages, IconX } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { addressOf } from '../contacts/identity.ts'
import { withoutRepeats } from '../lib/pages.ts'
import { m } from '../paraglide/messages.js'
import { AiMark } from '../ai-agents/AiMark.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { LoadMore } from '../ui/LoadMore.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { Time } from '../ui/Time.tsx'
import { viewLink, viewLinkActive, ViewLinks } from '../ui/ViewLinks.tsx'
import { AgentFigures } from './AgentFigures.tsx'
import { ConversationPane } from './ConversationPane.tsx'
import classes from './ConversationsPage.module.css'
import { isGone } from './merged.ts'
import { OversightFilters } from './OversightFilters.tsx'
import { oversightQueryOf, readOversightSearch, type OversightSearch } from './oversight-search.ts'
import { conversationListQuery, conversationQuery } from './queries.ts'
import { statusLabel } from './words.ts'

const FROM = '/o/$organization/conversations'

export const ConversationsPage = () => (
  <Allowed permission="conversations:oversee">
    <Conversations />
  </Allowed>
)

function Conversations() {
  const organization = useOrganization()
  const search = useSearch({ from: FROM })
  const navigate = useNavigate({ from: FROM })
  if (search.figures === undefined) return <ConversationList search={search} />
  return (
    <div className={classes.list}>
      <PageHeader title={m.figures_agents()} organization={organization.name} text={m.figures_text()} />
      <Views shown="figures" />
      <AgentFigures
        search={search}
        onChange={(changes) =>
          void navigate({ search: (before) => readOversightSearch({ ...before, ...changes }), replace: true })
        }
      />
    </div>
  )
}

/** The list of conversations, and the agents' figures. */
function Views({ shown }: { shown: 'list' | 'figures' }) {
  const current = (view: typeof shown) => (view === shown ? { 'aria-current': 'page' as const } : {})
  const link = { from: FROM, to: '.', className: viewLink, activeOptions: viewLinkActive } as const
  return (
    <ViewLinks label={m.conversations_views()}>
      <Link {...link} search={{}} {...current('list')}>
        {m.conversations()}
      </Link>
      <Link {...link} search={{ figures: 'last_7_days' }} {...current('figures')}>
        {m.figures_agents()}
      </Link>
    </ViewLinks>
  )
}

function ConversationList({ search }: { search: OversightSearch }) {
  const organization = useOrganization()
  const navigate = useNavigate({ from: FROM })
  const list = useInfiniteQuery(conversationListQuery(organization.slug, oversightQueryOf(search)))
  const { conversation: openId, ...filters } = search
  const filtered = Object.keys(filters).length > 0
  const change = (changes: { [K in keyof OversightSearch]?: OversightSearch[K] | undefined }, replace = false) =>
    void navigate({ search: (before) => readOversightSearch({ ...before, ...changes }), replace })
  const [clearings, setClearings] = useState(0)
  const clear = () => {
    setClearings(clearings + 1)
    void navigate({ search: openId === undefined ? {} : { conversation: openId } })
  }
  const conversations = list.data && withoutRepeats(list.data.pages.flatMap((page) => page.conversations))
  return (
    <div className={classes.page}>
      <div className={classes.list}>
        <PageHeader title={m.conversations()} organization={organization.name} text={m.conversations_text()} />
        <Views shown="list" />
        {/* With the other filters goes what is typed and not yet asked for. */}
        <OversightFilters
          key={clearings}
          search={search}
          filtered={filtered}
          agents={conversations?.flatMap(({ agent }) => agent ?? []) ?? []}
          onChange={change}
          onClear={clear}
        />
        {list.error && (
          <div className={classes.failure}>
            <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
          </div>
        )}
        {conversations === undefined ? (
          !list.error && (
            <div className={classes.loading} role="status" aria-label={m.inbox_loading()}>
              {[64, 48, 70, 55, 62, 44].map((width) => (
                <Skeleton key={width} height={12} width={`${width}%`} />
              ))}
            </div>
          )
        ) : conversations.length > 0 ? (
          <>
            <table className={classes.table} data-stale={list.isPlaceholderData || undefined}>
              <thead>
                <tr>
                  <th scope="col">{m.conversation_customer()}</th>
                  <th scope="col">{m.conversation_agent_column()}</th>
                  <th scope="col">{m.conversation_status()}</th>
                  <th scope="col">{m.conversation_last_activity()}</th>
                </tr>
              </thead>
              <tbody>
                {conversations.map((each) => (
                  <Row
                    key={each.id}
                    conversation={each}
                    open={each.id === openId}
                    onOpen={() => change({ conversation: each.id })}
                  />
                ))}
              </tbody>
            </table>
            <LoadMore list={list} failed={m.inbox_more_failed()} />
          </>
        ) : filtered ? (
          <EmptyState title={m.inbox_no_match()}>
            <Button variant="default" onClick={clear}>
              {m.filters_clear()}
            </Button>
          </EmptyState>
        ) : (
          <EmptyState
            icon={<IconMessages size={22} stroke={1.6} />}
            title={m.conversations_none_title()}
            text={m.conversations_none_text()}
          />
        )}
      </div>
      {openId !== undefined && (
        <Watched
          key={openId}
          id={openId}
          row={conversations?.find(({ id }) => id === openId)}
          onOpen={(id) => change({ conversation: id })}
          onMerged={(into) => change({ conversation: into }, true)}
          onClose={() => change({ conversation: undefined })}
        />
      )}
    </div>
  )
}

interface RowProps {
  conversation: Conversation
  open: boolean
  onOpen: () => void
}

function Row({ conversation, open, onOpen }: RowProps) {
  const { id, contact, agent, status, last_message_at } = conversation
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the link within does the same by keyboard
    <tr data-open={open || undefined} onClick={onOpen}>
      <td className={classes.customer}>
        <Link
          from={FROM}
          to="."
          search={(before) => ({ ...before, conversation: id })}
          className={classes.name}
          onClick={(event) => event.stopPropagation()}
        >
          <bdi>{contact.display_name ?? m.customer_unknown()}</bdi>
        </Link>{' '}
        {contact.test && <SmallBadge title={m.test_contact_title()}>{m.test()}</SmallBadge>}
        <bdi className={classes.phone}>{addressOf(contact).text}</bdi>
      </td>
      <td>
        {agent === null ? <span className={classes.nobody}>—</span> : <bdi>{agent.name}</bdi>} {agent?.ai && <AiMark />}
      </td>
      <td>
        <span className={classes.status} data-status={status}>
          {statusLabel(status)}
        </span>
      </td>
      <td className={classes.time}>
        <Time at={last_message_at} />
      </td>
    </tr>
  )
}

interface WatchedProps {
  id: string
  row: Conversation | undefined
  onOpen: (id: string) => void
  onMerged: (into: string) => void
  onClose: () => void
}

function Watched({ id, row, onOpen, onMerged, onClose }: WatchedProps) {
  const organization = useOrganization()
  const opened = useQuery(conversationQuery(organization.slug, id))
  const small = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  return (
    <FocusTrap active={small ?? false}>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- Escape from anywhere within closes it */}
      <div
        className={classes.panel}
        {...(small ? { role: 'dialog', 'aria-modal': true, 'aria-label': m.conversations() } : {})}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && event.currentTarget.contains(event.target as Node)) onClose()
        }}
      >
        <ActionIcon className={classes.close} aria-label={m.conversation_dismiss()} onClick={onClose}>
          <IconX size={17} stroke={1.8} />
        </ActionIcon>
        <ConversationPane
          watching
          id={id}
          conversation={isGone(opened.error) ? undefined : (opened.data ?? row)}
          error={opened.error}
          onRetry={() => void opened.refetch()}
          onOpen={onOpen}
          onMerged={onMerged}
        />
      </div>
    </FocusTrap>
  )
}
