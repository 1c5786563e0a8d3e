// How many contacts match, exactly; asked for apart, so that rows never wait for it.
import { useQuery } from '@tanstack/react-query'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import classes from './ContactFilters.module.css'
import { contactCountQuery } from './queries.ts'
import { isFiltered, type ContactQuery } from './search.ts'

export function ContactCount({ query }: { query: ContactQuery }) {
  const organization = useOrganization()
  const { data, isPlaceholderData } = useQuery(contactCountQuery(organization.slug, query))
  const count = data?.count
  const words = isFiltered(query) ? m.contacts_match : m.contacts_count
  return (
    <p className={classes.count} role="status" data-stale={isPlaceholderData || undefined}>
      {count === undefined ? '' : words({ count, shown: formatCount(count) })}
    </p>
  )
}
