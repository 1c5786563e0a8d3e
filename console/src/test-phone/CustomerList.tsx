// The customers played so far, most recently seen first, and the way to another.
import { Button } from '@mantine/core'
import { IconPhoneOff, IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { Time } from '../ui/Time.tsx'
import { addressOfCustomer } from './customer.ts'
import classes from './CustomerList.module.css'
import type { Customer } from './queries.ts'

/** The server answers at most so many. */
const MOST = 200

interface CustomerListProps {
  customers: readonly Customer[]
  /** The number that they write to; null before the first message. */
  phone: string | null
  chosenId: string | undefined
  /** Why the list could not be read anew; null for nothing. */
  failure: unknown
  onRetry: () => void
}

export function CustomerList({ customers, phone, chosenId, failure, onRetry }: CustomerListProps) {
  const organization = useOrganization()
  const params = { organization: organization.slug }
  return (
    <nav className={classes.root} aria-label={m.test_customers()}>
      <div className={classes.head}>
        <Button
          fullWidth
          variant="default"
          leftSection={<IconPlus size={15} stroke={2} />}
          renderRoot={(props) => (
            <Link to="/o/$organization/settings/test-phone" params={params} search={{ customer: 'new' }} {...props} />
          )}
        >
          {m.test_customer_new()}
        </Button>
        <p className={classes.soft}>
          {phone === null ? m.test_phone_writes_to_new() : m.test_phone_writes_to({ phone })}
        </p>
        {failure !== null && <ErrorNotice error={failure} onRetry={onRetry} />}
      </div>
      {customers.length === 0 ? (
        <p className={classes.none}>{m.test_customers_none()}</p>
      ) : (
        <ul className={classes.list}>
          {customers.map((customer) => (
            <li key={customer.id}>
              <Link
                to="/o/$organization/settings/test-phone"
                params={params}
                search={{ customer: customer.id }}
                className={classes.customer}
                aria-current={customer.id === chosenId ? 'page' : undefined}
              >
                <span className={classes.name} dir="auto">
                  {customer.display_name ?? addressOfCustomer(customer)}
                </span>
                <span className={classes.seen}>
                  {customer.last_seen_at !== null && <Time at={customer.last_seen_at} />}
                </span>
                <span className={classes.address}>
                  {customer.display_name !== null && <bdi>{addressOfCustomer(customer)}</bdi>}
                  {customer.phone === null && (
                    <IconPhoneOff size={13} stroke={1.8} role="img" aria-label={m.no_phone()} />
                  )}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {customers.length >= MOST && <p className={classes.none}>{m.test_customers_most()}</p>}
    </nav>
  )
}
