// Settings → WhatsApp → Deliveries: what WhatsApp sent to an account, as it came, and what became of it.
import { Button, Skeleton } from '@mantine/core'
import { IconArrowLeft, IconCheck, IconInbox, IconRefresh } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { WhatsAppAccount } from '../../../server/channels/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { LoadMore } from '../ui/LoadMore.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { ViewLinks, viewLink, viewLinkActive } from '../ui/ViewLinks.tsx'
import classes from './DeliveriesPage.module.css'
import { deliveriesQuery, useRetryDeliveries } from './deliveries.ts'
import { SHOWN, type Shown } from './delivery-search.ts'
import { DeliveryDialog } from './DeliveryDialog.tsx'
import { DeliveryList } from './DeliveryList.tsx'
import { accountsQuery } from './queries.ts'

const FROM = '/o/$organization/settings/whatsapp/$account/deliveries'

export const DeliveriesPage = () => (
  <Allowed permission="channels:manage">
    <Deliveries />
  </Allowed>
)

function Deliveries() {
  const organization = useOrganization()
  const { account: accountId } = useParams({ from: FROM })
  const { show = 'all', delivery: openId } = useSearch({ from: FROM })
  const navigate = useNavigate({ from: FROM })
  const { data: accounts } = useQuery(accountsQuery(organization.slug))
  const list = useInfiniteQuery(deliveriesQuery(organization.slug, accountId, show))
  const account = accounts?.find((each) => each.id === accountId)

  if (accounts !== undefined && account === undefined) {
    return (
      <EmptyState title={m.delivery_account_missing_title()} text={m.delivery_account_missing_text()} heading="h1">
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link to="/o/$organization/settings/whatsapp" params={{ organization: organization.slug }} {...props} />
          )}
        >
          {m.whatsapp()}
        </Button>
      </EmptyState>
    )
  }

  const deliveries = (list.data?.pages ?? []).flatMap((page) => page.deliveries)
  return (
    <div className={classes.page}>
      <p className={classes.back}>
        <Link to="/o/$organization/settings/whatsapp" params={{ organization: organization.slug }}>
          <IconArrowLeft size={14} stroke={2} aria-hidden />
          {m.whatsapp()}
        </Link>
      </p>
      <PageHeader
        title={m.deliveries()}
        organization={organization.name}
        text={
          account && (
            <>
              <span className={classes.account}>
                <bdi title={account.name}>{account.name}</bdi>
                {account.kind === 'test' && <SmallBadge title={m.test_account_title()}>{m.test()}</SmallBadge>}
              </span>
              {account.kind === 'test' ? m.deliveries_text_test() : m.deliveries_text()}
            </>
          )
        }
      >
        {account && account.problem_count > 0 ? <TryAgain accountId={accountId} /> : undefined}
      </PageHeader>
      <Views account={account} accountId={accountId} />
      {list.data === undefined ? (
        list.error ? (
          <div className={classes.failure}>
            <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
          </div>
        ) : (
          <div className={classes.loading} role="status" aria-label={m.deliveries_loading()}>
            {[64, 48, 70, 55, 62, 44, 58, 66].map((width) => (
              <Skeleton key={width} height={12} width={`${width}%`} />
            ))}
          </div>
        )
      ) : deliveries.length === 0 ? (
        <Nothing show={show} />
      ) : (
        <>
          <DeliveryList
            deliveries={deliveries}
            onOpen={(id) => void navigate({ search: (before) => ({ ...before, delivery: id }), resetScroll: false })}
          />
          <LoadMore list={list} failed={m.deliveries_more_failed()} />
        </>
      )}
      {openId !== undefined && (
        <DeliveryDialog
          accountId={accountId}
          id={openId}
          onClose={() =>
            void navigate({ search: ({ delivery: _, ...rest }) => rest, resetScroll: false, replace: true })
          }
        />
      )}
    </div>
  )
}

function TryAgain({ accountId }: { accountId: string }) {
  const organization = useOrganization()
  const retry = useRetryDeliveries(organization.slug, accountId)
  return (
    <Button leftSection={<IconRefresh size={15} stroke={2} />} loading={retry.isPending} onClick={() => retry.mutate()}>
      {m.deliveries_try_again()}
    </Button>
  )
}

function Views({ account, accountId }: { account: WhatsAppAccount | undefined; accountId: string }) {
  const organization = useOrganization()
  const counts: Record<Shown, number> = {
    all: 0,
    problems: account?.problem_count ?? 0,
    other_numbers: (account?.other_numbers ?? []).reduce((sum, each) => sum + each.deliveries, 0),
  }
  const words: Record<Shown, () => string> = {
    all: m.deliveries_all,
    problems: m.deliveries_problems,
    other_numbers: m.deliveries_other_numbers,
  }
  return (
    <ViewLinks label={m.deliveries_shown()}>
      {SHOWN.map((shown) => (
        <Link
          key={shown}
          to={FROM}
          params={{ organization: organization.slug, account: accountId }}
          search={shown === 'all' ? {} : { show: shown }}
          className={viewLink}
          activeOptions={viewLinkActive}
        >
          {words[shown]()} {counts[shown] > 0 && formatCount(counts[shown])}
        </Link>
      ))}
    </ViewLinks>
  )
}

function Nothing({ show }: { show: Shown }) {
  switch (show) {
    case 'all':
      return (
        <EmptyState
          icon={<IconInbox size={22} stroke={1.6} />}
          title={m.deliveries_none_title()}
          text={m.deliveries_none_text()}
          heading="h2"
        />
      )
    case 'problems':
      return (
        <EmptyState
          icon={<IconCheck size={22} stroke={1.8} />}
          title={m.deliveries_none_problems_title()}
          text={m.deliveries_none_problems_text()}
          heading="h2"
        />
      )
    case 'other_numbers':
      return (
        <EmptyState
          icon={<IconCheck size={22} stroke={1.8} />}
          title={m.deliveries_none_other_title()}
          text={m.deliveries_none_other_text()}
          heading="h2"
        />
      )
  }
}
