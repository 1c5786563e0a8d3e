// Whether deliveries arrive at an account, what is wrong with some, and the way to all of them.
import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { WhatsAppAccount } from '../../../server/channels/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { Time } from '../ui/Time.tsx'
import healthClasses from './AccountHealth.module.css'
import type { DeliverySearch } from './delivery-search.ts'
import { refusedWords } from './delivery-words.ts'
import classes from './WhatsAppPage.module.css'

interface AccountHealthProps {
  account: WhatsAppAccount
  onAddNumber: (phoneNumberId: string) => void
}

export function AccountHealth({ account, onAddNumber }: AccountHealthProps) {
  const organization = useOrganization()
  const deliveries = (show: DeliverySearch, words: string, label?: string) => (
    <Link
      to="/o/$organization/settings/whatsapp/$account/deliveries"
      params={{ organization: organization.slug, account: account.id }}
      search={show}
      className={healthClasses.link}
      aria-label={label}
    >
      {words}
    </Link>
  )
  return (
    <div className={classes.state}>
      <div className={healthClasses.line}>
        <p>
          <span className={classes.light} data-on={account.last_delivery_at !== null || undefined} aria-hidden />
          {account.last_delivery_at === null ? (
            m.delivery_none()
          ) : (
            <>
              {m.delivery_last()} <Time at={account.last_delivery_at} />
            </>
          )}
        </p>
        {deliveries({}, m.deliveries(), m.deliveries_link_of({ name: account.name }))}
      </div>
      {account.secrets_lost && <p className={classes.warning}>{m.account_secrets_lost()}</p>}
      {account.kind === 'live' && !account.callback_url.startsWith('https:') && (
        <p className={classes.warning}>{m.account_not_public()}</p>
      )}
      {account.waiting_count > 0 && (
        <p>{m.deliveries_waiting({ count: account.waiting_count, shown: formatCount(account.waiting_count) })}</p>
      )}
      {account.problem_count > 0 && (
        <p className={classes.warning}>
          {m.deliveries_problem({ count: account.problem_count, shown: formatCount(account.problem_count) })}{' '}
          {deliveries({ show: 'problems' }, m.deliveries_look())}
        </p>
      )}
      {account.refused_count > 0 && (
        <p className={classes.warning}>
          {m.deliveries_refused({ count: account.refused_count, shown: formatCount(account.refused_count) })}{' '}
          {account.last_refused_at !== null && (
            <>
              {m.refused_last()} <Time at={account.last_refused_at} />
              {account.last_refused_reason !== null && ` · ${refusedWords(account.last_refused_reason)}`}
            </>
          )}
        </p>
      )}
      {account.other_numbers.map(({ phone_number_id, deliveries: count }) => (
        <div key={phone_number_id} className={`${classes.warning} ${healthClasses.other}`}>
          <p>
            {m.other_number({ shown: formatCount(count), id: phone_number_id })}{' '}
            {deliveries({ show: 'other_numbers' }, m.deliveries_look())}
          </p>
          {account.kind === 'live' && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={14} stroke={2} />}
              onClick={() => onAddNumber(phone_number_id)}
            >
              {m.other_number_add()}
            </Button>
          )}
        </div>
      ))}
    </div>
  )
}
