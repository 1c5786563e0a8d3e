// Settings → Webhooks → one of them: its log of events, what came back for each, and sending them again.
import { ActionIcon, Button, NativeSelect, Skeleton } from '@mantine/core'
import { IconArrowLeft, IconRefresh, IconSend, IconWebhook, IconX } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { EVENT_TYPES, type EventType } from '../../../server/events/schema.ts'
import { KEEP_DAYS, type Webhook } from '../../../server/webhooks/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import page from '../channels/DeliveriesPage.module.css'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { LoadMore } from '../ui/LoadMore.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { ViewLinks, viewLink, viewLinkActive } from '../ui/ViewLinks.tsx'
import { DispatchDialog } from './DispatchDialog.tsx'
import { DispatchList } from './DispatchList.tsx'
import { dispatchesQuery, webhooksQuery } from './queries.ts'
import { ReplayDialog } from './ReplayDialog.tsx'
import { SHOWN, type DispatchSearch } from './search.ts'
import { TestDialog } from './TestDialog.tsx'
import { SwitchOnDialog } from './WebhookDialogs.tsx'
import classes from './WebhooksPage.module.css'
import { WebhookState } from './WebhookState.tsx'
import { shortUrl, stateWords, typeWords } from './words.ts'

const FROM = '/o/$organization/settings/webhooks/$webhook'

export const WebhookPage = () => (
  <Allowed permission="webhooks:manage">
    <Log />
  </Allowed>
)

function Log() {
  const organization = useOrganization()
  const { webhook: id } = useParams({ from: FROM })
  const { type, ...given } = useSearch({ from: FROM })
  const search: DispatchSearch = EVENT_TYPES.some((each) => each === type) ? { ...given, ...(type && { type }) } : given
  const navigate = useNavigate({ from: FROM })
  const webhooks = useQuery(webhooksQuery(organization.slug))
  const list = useInfiniteQuery(dispatchesQuery(organization.slug, id, search))
  const [dialog, setDialog] = useState<'test' | 'replay' | 'on' | null>(null)
  const webhook = webhooks.data?.find((each) => each.id === id)
  const close = () => setDialog(null)
  const open = (event: string | undefined) =>
    void navigate({
      search: ({ event: _, ...rest }) => ({ ...rest, ...(event === undefined ? {} : { event }) }),
      resetScroll: false,
      replace: event === undefined,
    })

  if (webhooks.data !== undefined && webhook === undefined)
    return (
      <EmptyState title={m.webhook_missing_title()} text={m.webhook_missing_text()} heading="h1">
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link to="/o/$organization/settings/webhooks" params={{ organization: organization.slug }} {...props} />
          )}
        >
          {m.webhooks()}
        </Button>
      </EmptyState>
    )

  const dispatches = (list.data?.pages ?? []).flatMap((each) => each.dispatches)
  const filtered = search.show !== undefined || search.type !== undefined || search.contact !== undefined
  return (
    <div className={page.page}>
      <p className={page.back}>
        <Link to="/o/$organization/settings/webhooks" params={{ organization: organization.slug }}>
          <IconArrowLeft size={14} stroke={2} aria-hidden />
          {m.webhooks()}
        </Link>
      </p>
      <PageHeader
        title={m.webhook_log()}
        organization={organization.name}
        text={
          webhook && (
            <>
              <span className={page.account}>
                <bdi dir="ltr" title={webhook.url}>
                  {shortUrl(webhook.url)}
                </bdi>
              </span>
              {m.webhook_log_text({ accepted: String(KEEP_DAYS.accepted), given_up: String(KEEP_DAYS.given_up) })}
            </>
          )
        }
      >
        {webhook && (
          <>
            <Button
              variant="default"
              leftSection={<IconSend size={15} stroke={1.8} />}
              onClick={() => setDialog('test')}
            >
              {m.webhook_test()}
            </Button>
            <Button
              variant="default"
              leftSection={<IconRefresh size={15} stroke={1.8} />}
              onClick={() => setDialog('replay')}
            >
              {m.webhook_replay()}
            </Button>
          </>
        )}
      </PageHeader>
      {webhook && <Notice webhook={webhook} onSwitchOn={() => setDialog('on')} />}
      <Views organization={organization.slug} id={id} search={search} />
      <Filters search={search} onChange={(changes) => void navigate({ search: () => changes, resetScroll: false })} />
      {list.data === undefined ? (
        list.error ? (
          <div className={page.failure}>
            <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
          </div>
        ) : (
          <div className={page.loading} role="status" aria-label={m.webhook_log_loading()}>
            {[64, 48, 70, 55, 62].map((width) => (
              <Skeleton key={width} height={12} width={`${width}%`} />
            ))}
          </div>
        )
      ) : dispatches.length === 0 ? (
        <EmptyState
          heading="h2"
          icon={<IconWebhook size={24} stroke={1.6} />}
          title={filtered ? m.webhook_log_none_found_title() : m.webhook_log_none_title()}
          text={filtered ? m.webhook_log_none_found_text() : m.webhook_log_none_text()}
        />
      ) : (
        <>
          <DispatchList dispatches={dispatches} off={webhook?.off_at !== null} onOpen={open} />
          <LoadMore list={list} failed={m.webhook_log_more_failed()} />
        </>
      )}
      {search.event !== undefined && (
        <DispatchDialog
          webhookId={id}
          eventId={search.event}
          off={webhook?.off_at !== null}
          onClose={() => open(undefined)}
        />
      )}
      {webhook && dialog === 'test' && <TestDialog webhook={webhook} onClose={close} />}
      {webhook && dialog === 'replay' && <ReplayDialog webhook={webhook} onClose={close} />}
      {webhook && dialog === 'on' && <SwitchOnDialog webhook={webhook} onClose={close} />}
    </div>
  )
}

function Notice({ webhook, onSwitchOn }: { webhook: Webhook; onSwitchOn: () => void }) {
  const { off_reason } = webhook
  return (
    <div className={classes.notice} data-bad={off_reason !== null || undefined}>
      <WebhookState webhook={webhook} />
      {off_reason !== null && (
        <Button size="xs" onClick={onSwitchOn}>
          {m.webhook_switch_on()}
        </Button>
      )}
    </div>
  )
}

function Views({ organization, id, search }: { organization: string; id: string; search: DispatchSearch }) {
  const { show: _, event: __, ...rest } = search
  return (
    <ViewLinks label={m.deliveries_shown()}>
      {[undefined, ...SHOWN].map((show) => (
        <Link
          key={show ?? 'all'}
          to={FROM}
          params={{ organization, webhook: id }}
          search={show === undefined ? rest : { show, ...rest }}
          className={viewLink}
          activeOptions={viewLinkActive}
        >
          {show === undefined ? m.deliveries_all() : stateWords(show)}
        </Link>
      ))}
    </ViewLinks>
  )
}

function Filters({ search, onChange }: { search: DispatchSearch; onChange: (search: DispatchSearch) => void }) {
  const { type, contact, event: _, ...rest } = search
  return (
    <div className={classes.filters}>
      <NativeSelect
        label={m.dispatch_type()}
        value={type ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...rest, ...(contact && { contact }), ...(value === '' ? {} : { type: value as EventType }) })
        }
        data={[
          { value: '', label: m.webhook_all_types() },
          ...EVENT_TYPES.map((each) => ({ value: each, label: typeWords(each) })),
        ]}
      />
      {contact !== undefined && (
        <p className={classes.contact}>
          {m.dispatch_of_contact()}
          <ActionIcon
            aria-label={m.dispatch_all_contacts()}
            onClick={() => onChange({ ...rest, ...(type && { type }) })}
          >
            <IconX size={15} stroke={1.8} />
          </ActionIcon>
        </p>
      )}
    </div>
  )
}
