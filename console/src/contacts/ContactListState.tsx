// What stands in place of rows: they are on their way, there are none yet, none match, or they could not be read.
import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { contactColumns } from './columns.ts'
import classes from './ContactListState.module.css'
import tableClasses from './ContactTable.module.css'

const NoMatch = lazy(() => import('./NoContacts.tsx').then((file) => ({ default: file.NoMatch })))
const NoContacts = lazy(() => import('./NoContacts.tsx').then((file) => ({ default: file.NoContacts })))

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
  return (
    <Suspense>
      {filtered ? <NoMatch contradictory={contradictory} onClearFilters={onClearFilters} /> : <NoContacts />}
    </Suspense>
  )
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
