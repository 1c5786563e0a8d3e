// What was said with the open contact: its conversations, most recently active first, each a way into it, closed ones too; nothing is there when there is none.
import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { useOrganization } from '../access/queries.ts'
import panel from '../contacts/ContactPanel.module.css'
import { withoutRepeats } from '../lib/pages.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { LoadMore } from '../ui/LoadMore.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './ContactConversations.module.css'
import { conversationListQuery } from './queries.ts'
import { deletedWords, messageLine, nameOfAgent, statusLabel } from './words.ts'

/** The rest comes on demand: each leads to a thread that holds those before it. */
const AT_FIRST = 3

export function ContactConversations({ contactId }: { contactId: string }) {
  const organization = useOrganization()
  const conversations = useInfiniteQuery(conversationListQuery(organization.slug, { contact_id: contactId }))
  const list = useRef<HTMLUListElement>(null)
  const [showsAll, setShowsAll] = useState(false)
  const { data, error } = conversations
  const all = withoutRepeats(data?.pages.flatMap((page) => page.conversations) ?? [])
  if (all.length === 0 && !error) return null
  return (
    <section className={panel.section} aria-labelledby="contact-conversations">
      <div className={panel.sectionHead}>
        <h3 id="contact-conversations" className={panel.sectionTitle}>
          {m.contact_conversations()}
        </h3>
      </div>
      {error && !data && <ErrorNotice error={error} onRetry={() => void conversations.refetch()} />}
      <ul ref={list} tabIndex={-1} className={classes.list} aria-labelledby="contact-conversations">
        {(showsAll ? all : all.slice(0, AT_FIRST)).map((each) => (
          <Row key={each.id} conversation={each} />
        ))}
      </ul>
      {showsAll ? (
        <LoadMore list={conversations} failed={m.inbox_more_failed()} />
      ) : (
        all.length > AT_FIRST && (
          <Button
            size="xs"
            variant="default"
            mt={8}
            onClick={() => {
              setShowsAll(true)
              // The button that had the focus is gone.
              list.current?.focus({ preventScroll: true })
            }}
          >
            {m.contact_conversations_older()}
          </Button>
        )
      )}
    </section>
  )
}

function Row({
  conversation: { id, status, agent, last_message: last, last_message_at },
}: {
  conversation: Conversation
}) {
  const organization = useOrganization()
  return (
    <li>
      <Link
        to="/o/$organization/inbox"
        params={{ organization: organization.slug }}
        search={{ conversation: id }}
        className={classes.said}
        dir="auto"
      >
        {last === null ? statusLabel(status) : last.revoked ? deletedWords(last.direction) : messageLine(last)}
      </Link>
      <p className={panel.how}>
        {last !== null && `${statusLabel(status)} · `}
        {agent && (
          <>
            <bdi>{nameOfAgent(agent)}</bdi> ·{' '}
          </>
        )}
        <Time at={last_message_at} form="minute" />
      </p>
    </li>
  )
}
