// Settings → WhatsApp: the accounts through which contacts arrive, and how to connect another.
import { Button, Skeleton } from '@mantine/core'
import { IconBrandWhatsapp, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { AccountCard } from './AccountCard.tsx'
import { AddNumberDialog } from './AddNumberDialog.tsx'
import { ConnectAccountDialog } from './ConnectAccountDialog.tsx'
import { EditAccountDialog } from './EditAccountDialog.tsx'
import { accountsQuery } from './queries.ts'
import classes from './WhatsAppPage.module.css'

type Dialog = { kind: 'connect' } | { kind: 'edit' | 'number'; accountId: string; phoneNumberId?: string | undefined }

export const WhatsAppPage = () => (
  <Allowed permission="channels:manage">
    <Accounts />
  </Allowed>
)

function Accounts() {
  const organization = useOrganization()
  const { data: accounts, error, refetch } = useQuery(accountsQuery(organization.slug))
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const close = () => setDialog(null)
  const account =
    dialog && dialog.kind !== 'connect' ? accounts?.find((each) => each.id === dialog.accountId) : undefined
  const connect = (
    <Button leftSection={<IconPlus size={15} stroke={2} />} onClick={() => setDialog({ kind: 'connect' })}>
      {m.account_connect()}
    </Button>
  )
  return (
    <div className={classes.page}>
      <PageHeader title={m.whatsapp()} organization={organization.name} text={m.whatsapp_text()}>
        {accounts && accounts.length > 0 ? connect : undefined}
      </PageHeader>
      <div className={classes.accounts}>
        {accounts === undefined ? (
          error ? (
            <ErrorNotice error={error} onRetry={() => void refetch()} />
          ) : (
            <div className={classes.loading} role="status" aria-label={m.accounts_loading()}>
              <Skeleton height={220} radius={10} />
            </div>
          )
        ) : accounts.length === 0 ? (
          <EmptyState
            icon={<IconBrandWhatsapp size={22} stroke={1.6} />}
            title={m.accounts_none_title()}
            text={m.accounts_none_text()}
            heading="h2"
          >
            {connect}
          </EmptyState>
        ) : (
          accounts.map((each) => (
            <AccountCard
              key={each.id}
              account={each}
              onEdit={() => setDialog({ kind: 'edit', accountId: each.id })}
              onAddNumber={(phoneNumberId) => setDialog({ kind: 'number', accountId: each.id, phoneNumberId })}
            />
          ))
        )}
      </div>
      {dialog?.kind === 'connect' && <ConnectAccountDialog onClose={close} />}
      {dialog?.kind === 'edit' && account && <EditAccountDialog account={account} onClose={close} />}
      {dialog?.kind === 'number' && account && (
        <AddNumberDialog account={account} phoneNumberId={dialog.phoneNumberId} onClose={close} />
      )}
    </div>
  )
}
