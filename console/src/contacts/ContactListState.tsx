// What stands in place of rows: they are on their way, there are none yet, none match, or they could not be read.
import { Button, Skeleton } from '@mantine/core'
import { IconFilterOff, IconMessageCircle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { may, useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { tell, tellFailure } from '../ui/toasts.ts'
import { contactColumns } from './columns.ts'
import classes from './ContactListState.module.css'
import tableClasses from './ContactTable.module.css'
import { useFillDemo } from './queries.ts'

interface ContactListStateProps {
  pending: boolean
  error: unknown
  filtered: boolean
  /** Nobody can meet these filters. */
  contradictory: boolean
  onRetry: () => void
  onClearFilters: () => void
}

export function ContactListState({
  pending,
  error,
  filtered,
  contradictory,
  onRetry,
  onClearFilters,
}: ContactListStateProps) {
  if (pending) return <Loading />
  if (error) {
    return (
      <div className={classes.failure}>
        <ErrorNotice error={error} onRetry={onRetry} />
      </div>
    )
  }
  if (filtered) {
    return (
      <EmptyState
        icon={<IconFilterOff size={22} stroke={1.6} />}
        title={m.contacts_no_match()}
        text={contradictory ? m.filter_contradiction() : m.contacts_no_match_text()}
      >
        <Button variant="default" onClick={onClearFilters}>
          {m.filters_clear()}
        </Button>
      </EmptyState>
    )
  }
  return <NoContacts />
}

function Loading() {
  return (
    <div className={tableClasses.box} role="status" aria-label={m.contacts_loading()}>
      <div className={tableClasses.head} aria-hidden>
        <div className={tableClasses.columns}>
          {contactColumns().map(({ name }) => (
            <div key={name}>{name}</div>
          ))}
        </div>
      </div>
      {Array.from({ length: 14 }, (_, index) => (
        <div key={index} className={`${tableClasses.columns} ${classes.row}`}>
          <Skeleton height={11} width={130} />
          <Skeleton height={11} width={`${40 + ((index * 37) % 45)}%`} />
          <Skeleton height={18} width={`${20 + ((index * 53) % 50)}%`} radius={6} />
          <Skeleton height={11} width={56} />
          <Skeleton height={11} width={56} />
        </div>
      ))}
    </div>
  )
}

function NoContacts() {
  const organization = useOrganization()
  const fill = useFillDemo(organization.slug)
  const fillNow = () =>
    fill.mutate(undefined, {
      onSuccess: ({ contacts }) => tell(m.demo_filled({ count: contacts })),
      onError: (error) => tellFailure(m.demo_failed(), error),
    })
  const connects = may(organization, 'channels:manage')
  const fills = may(organization, 'organization:manage')
  return (
    <EmptyState
      icon={<IconMessageCircle size={22} stroke={1.6} />}
      title={fill.isPending ? m.demo_filling() : m.contacts_none_title()}
      text={fill.isPending ? m.demo_filling_text() : connects ? m.contacts_none_text() : m.contacts_none_text_agent()}
      heading="h2"
    >
      {(connects || fills) && (
        <>
          {connects && (
            <Button
              disabled={fill.isPending}
              renderRoot={(props) => (
                <Link to="/o/$organization/settings/whatsapp" params={{ organization: organization.slug }} {...props} />
              )}
            >
              {m.whatsapp_connect()}
            </Button>
          )}
          {fills && (
            <Button variant="default" loading={fill.isPending} onClick={fillNow}>
              {m.demo_fill()}
            </Button>
          )}
        </>
      )}
    </EmptyState>
  )
}
