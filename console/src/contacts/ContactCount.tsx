// How many contacts match, exactly; asked for once the rows are there, so that they never wait for it.
import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import classes from './ContactFilters.module.css'
import { contactCountQuery } from './queries.ts'
import { isFiltered, type ContactQuery } from './search.ts'

interface ContactCountProps {
  query: ContactQuery
  /** The rows have come. */
  ready: boolean
  /** The number, when all rows that match have come. */
  known: number | undefined
}

/** The number before stays so long in sight while it is counted anew, then gives way to saying so. */
const SLOW_MS = 400

export function ContactCount({ query, ready, known }: ContactCountProps) {
  const organization = useOrganization()
  const { data, isPlaceholderData, isError, refetch } = useQuery({
    ...contactCountQuery(organization.slug, query),
    enabled: ready,
  })
  const exact = isPlaceholderData ? known : (data?.count ?? known)
  const slow = useSlow(exact === undefined)
  if (isError && exact === undefined) {
    return (
      <p className={classes.count} role="status">
        {m.contacts_count_failed()}{' '}
        <button type="button" className={classes.again} onClick={() => void refetch()}>
          {m.retry()}
        </button>
      </p>
    )
  }
  const shown = exact ?? (slow ? undefined : data?.count)
  const words = isFiltered(query) ? m.contacts_match : m.contacts_count
  return (
    <p className={classes.count} role="status" data-stale={exact === undefined || undefined}>
      {shown !== undefined ? (
        words({ count: shown, shown: formatCount(shown) })
      ) : data === undefined ? (
        <Skeleton height={11} width={88} role="img" aria-label={m.contacts_counting()} />
      ) : (
        m.contacts_counting()
      )}
    </p>
  )
}

/** Whether something has been going on for a while. */
function useSlow(goingOn: boolean): boolean {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    if (!goingOn) return
    const timer = window.setTimeout(() => setSlow(true), SLOW_MS)
    return () => {
      window.clearTimeout(timer)
      setSlow(false)
    }
  }, [goingOn])
  return slow
}
