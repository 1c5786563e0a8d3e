// Audiences → Conflicts: where phone numbers and user IDs do not agree on who somebody is, and what was decided.
import { Skeleton } from '@mantine/core'
import { IconArrowMerge, IconChecks } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { Conflict } from '../../../server/contacts/conflicts-schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { ViewLinks, viewLink, viewLinkActive } from '../ui/ViewLinks.tsx'
import { ConflictCard } from './ConflictCard.tsx'
import classes from './ConflictsPage.module.css'
import { MergeDialog } from './MergeDialog.tsx'
import { conflictsQuery, type ConflictStatus } from './listing.ts'

/** The server answers at most so many. */
const MOST = 200

export const ConflictsPage = () => (
  <Allowed permission="contacts:merge">
    <Conflicts />
  </Allowed>
)

function Conflicts() {
  const organization = useOrganization()
  const { status = 'open' } = useSearch({ from: '/o/$organization/conflicts' })
  const { data, error, refetch } = useQuery(conflictsQuery(organization.slug, status))
  const { data: open } = useQuery(conflictsQuery(organization.slug, 'open'))
  const [merging, setMerging] = useState<Conflict | null>(null)
  const list = useRef<HTMLDivElement>(null)
  // The card that had the focus is gone: the keyboard goes on in the list, not at the top of the page.
  const afterDecision = () => list.current?.focus({ preventScroll: true })
  const params = { organization: organization.slug }
  return (
    <div className={classes.page}>
      <PageHeader title={m.conflicts()} organization={organization.name} text={m.conflicts_text()} />
      <ViewLinks label={m.conflicts_shown()}>
        <Link to="/o/$organization/conflicts" params={params} className={viewLink} activeOptions={viewLinkActive}>
          {m.conflicts_open()} {open && open.open_count > 0 && formatCount(open.open_count)}
        </Link>
        <Link
          to="/o/$organization/conflicts"
          params={params}
          search={{ status: 'decided' }}
          className={viewLink}
          activeOptions={viewLinkActive}
        >
          {m.conflicts_decided()}
        </Link>
      </ViewLinks>
      <div ref={list} className={classes.list} tabIndex={-1}>
        {data === undefined ? (
          error ? (
            <ErrorNotice error={error} onRetry={() => void refetch()} />
          ) : (
            <div className={classes.loading} role="status" aria-label={m.conflicts_loading()}>
              <Skeleton height={250} radius={10} />
              <Skeleton height={250} radius={10} />
            </div>
          )
        ) : (
          <>
            {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
            {data.conflicts.length === 0 ? (
              <Nothing status={status} />
            ) : (
              data.conflicts.map((conflict) => (
                <ConflictCard
                  key={conflict.id}
                  conflict={conflict}
                  onMerge={() => setMerging(conflict)}
                  onDecided={afterDecision}
                />
              ))
            )}
            {data.conflicts.length >= MOST && <p className={classes.most}>{m.conflicts_most()}</p>}
          </>
        )}
      </div>
      {merging && <MergeDialog conflict={merging} onClose={() => setMerging(null)} onDecided={afterDecision} />}
    </div>
  )
}

function Nothing({ status }: { status: ConflictStatus }) {
  return status === 'open' ? (
    <EmptyState
      icon={<IconChecks size={22} stroke={1.6} />}
      title={m.conflicts_none_title()}
      text={m.conflicts_none_text()}
      heading="h2"
    />
  ) : (
    <EmptyState
      icon={<IconArrowMerge size={22} stroke={1.6} />}
      title={m.conflicts_none_decided_title()}
      text={m.conflicts_none_decided_text()}
      heading="h2"
    />
  )
}
