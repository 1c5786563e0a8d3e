// How many operations are under way, beside their entry in the navigation.
import { VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import classes from './RunningCount.module.css'
import { isUnderWay, latestOperationsQuery } from './latest.ts'

export function RunningCount() {
  const organization = useOrganization()
  const { data: operations = [] } = useQuery(latestOperationsQuery(organization.slug))
  const count = operations.filter(isUnderWay).length
  if (count === 0) return null
  const shown = formatCount(count)
  return (
    <span className={classes.count}>
      <span aria-hidden>{shown}</span>
      <VisuallyHidden>{m.operations_running_count({ count, shown })}</VisuallyHidden>
    </span>
  )
}
