// The numbers of an account, and what Meta says of each when it is asked.
import { Button } from '@mantine/core'
import { IconPlugConnected, IconPlus } from '@tabler/icons-react'
import type { ConnectionCheck, WhatsAppAccount } from '../../../server/channels/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { checkWords } from './check-words.ts'
import { useCheckConnection } from './queries.ts'
import classes from './WhatsAppPage.module.css'

interface AccountNumbersProps {
  account: WhatsAppAccount
  onAddNumber: () => void
}

export function AccountNumbers({ account, onAddNumber }: AccountNumbersProps) {
  const organization = useOrganization()
  const check = useCheckConnection(organization.slug, account.id)
  const live = account.kind === 'live'
  const checks = check.data?.checks ?? []
  const [first] = checks
  // What is wrong with the account, and not with a number, is said once.
  const together = first && checks.length > 1 && checks.every((each) => checkWords(each) === checkWords(first))
  return (
    <div className={classes.part}>
      <div className={classes.partHead}>
        <h3 className={classes.partTitle}>{m.numbers()}</h3>
        {live && (
          <div className={classes.partActions}>
            {account.channels.length > 0 && (
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPlugConnected size={14} stroke={2} />}
                // Not disabled meanwhile: focus would be lost.
                onClick={() => !check.isPending && check.mutate()}
                aria-label={check.isPending ? undefined : m.check_of({ name: account.name })}
              >
                {check.isPending ? m.check_asking() : m.check()}
              </Button>
            )}
            <Button size="xs" variant="default" leftSection={<IconPlus size={14} stroke={2} />} onClick={onAddNumber}>
              {m.number_add()}
            </Button>
          </div>
        )}
      </div>
      {check.error && <ErrorNotice error={check.error} onRetry={() => check.mutate()} />}
      <div role="status">{together && first.outcome !== 'ok' && <Said check={first} />}</div>
      {account.channels.length === 0 ? (
        <p className={classes.soft}>{m.numbers_none()}</p>
      ) : (
        <ul aria-busy={check.isPending}>
          {account.channels.map((channel) => {
            const said = checks.find((each) => each.phone_number_id === channel.phone_number_id)
            return (
              <li key={channel.id} className={classes.number}>
                <span className={classes.phone}>{channel.phone}</span>
                <bdi className={classes.soft}>{channel.name}</bdi>
                <span className={classes.idOfNumber}>
                  {m.phone_number_id()} {channel.phone_number_id}
                </span>
                <div role="status" className={classes.said}>
                  {said && !(together && said.outcome !== 'ok') && <Said check={said} />}
                </div>
              </li>
            )
          })}
        </ul>
      )}
    </div>
  )
}

function Said({ check }: { check: ConnectionCheck }) {
  const good = check.outcome === 'ok'
  return (
    <p className={good ? classes.soft : classes.warning}>
      {good && <span className={classes.light} data-on aria-hidden />}
      {checkWords(check)}
    </p>
  )
}
