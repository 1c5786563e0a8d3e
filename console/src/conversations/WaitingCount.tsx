// How many conversations wait for somebody or have something unread for the viewer, beside the inbox in the navigation.
import { VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import classes from '../operations/RunningCount.module.css'
import { m } from '../paraglide/messages.js'
import { conversationCountsQuery } from './counts.ts'

export function WaitingCount() {
  const organization = useOrganization()
  const { data: count = 0 } = useQuery({
    ...conversationCountsQuery(organization.slug),
    select: ({ waiting, mine }) => waiting.count + mine.unread,
  })
  if (count === 0) return null
  const shown = formatCount(count)
  return (
    <span className={classes.count}>
      <span aria-hidden>{shown}</span>
      <VisuallyHidden>{m.inbox_waiting_count({ count, shown })}</VisuallyHidden>
    </span>
  )
}
