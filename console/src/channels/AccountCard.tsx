// One WhatsApp account: whether it works, what to paste into Meta, its numbers.
import { Button } from '@mantine/core'
import type { WhatsAppAccount } from '../../../server/channels/schema.ts'
import { m } from '../paraglide/messages.js'
import { CopyButton } from '../ui/CopyButton.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { AccountHealth } from './AccountHealth.tsx'
import { AccountNumbers } from './AccountNumbers.tsx'
import classes from './WhatsAppPage.module.css'

interface AccountCardProps {
  account: WhatsAppAccount
  onEdit: () => void
  /** With the ID of a number that deliveries came for already. */
  onAddNumber: (phoneNumberId?: string) => void
}

export function AccountCard({ account, onEdit, onAddNumber }: AccountCardProps) {
  const live = account.kind === 'live'
  return (
    <article className={classes.card} aria-labelledby={`account-${account.id}`}>
      <div className={classes.head}>
        <h2 id={`account-${account.id}`} className={classes.name} dir="auto">
          {account.name}
        </h2>
        {!live && <SmallBadge title={m.test_account_title()}>{m.test()}</SmallBadge>}
        {live && (
          <Button
            className={classes.edit}
            size="xs"
            variant="default"
            onClick={onEdit}
            aria-label={m.account_edit_of({ name: account.name })}
          >
            {m.edit()}
          </Button>
        )}
      </div>
      <AccountHealth account={account} onAddNumber={onAddNumber} />
      <div className={classes.part}>
        <h3 className={classes.partTitle}>{m.webhook_title()}</h3>
        <p className={classes.hint}>{live ? m.webhook_hint() : m.webhook_hint_test()}</p>
        <dl className={classes.facts}>
          <Fact name={m.callback_url()} value={account.callback_url} />
          {!account.secrets_lost && <Fact name={m.verify_token()} value={account.verify_token} />}
          {live && (
            <>
              <Fact name={m.portfolio_id()} value={account.portfolio_id} />
              <Fact name={m.waba_id()} value={account.waba_id} />
              <dt>{m.access_token()}</dt>
              <dd>{account.has_access_token ? m.access_token_saved() : m.access_token_none()}</dd>
            </>
          )}
        </dl>
      </div>
      <AccountNumbers account={account} onAddNumber={onAddNumber} />
    </article>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <span className={classes.code}>{value}</span>
        <CopyButton text={value} what={name} />
      </dd>
    </>
  )
}
