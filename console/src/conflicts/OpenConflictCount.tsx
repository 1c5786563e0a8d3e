// How many conflicts are open, beside their entry in the navigation.
import { VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import classes from './OpenConflictCount.module.css'
import { conflictsQuery } from './listing.ts'

export function OpenConflictCount() {
  const organization = useOrganization()
  const { data: count = 0 } = useQuery({
    ...conflictsQuery(organization.slug, 'open'),
    select: ({ open_count }) => open_count,
  })
  if (count === 0) return null
  const shown = formatCount(count)
  return (
    <span className={classes.count}>
      <span aria-hidden>{shown}</span>
      <VisuallyHidden>{m.conflicts_open_count({ count, shown })}</VisuallyHidden>
    </span>
  )
}
