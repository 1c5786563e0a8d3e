// Settings → Webhooks: which other systems are told of what happens, and how each of them does.
import { ActionIcon, Button, Menu, Skeleton } from '@mantine/core'
import { IconDots, IconPlus, IconWebhook } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { EVENT_TYPES } from '../../../server/events/schema.ts'
import type { Webhook } from '../../../server/webhooks/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import listing from '../api-keys/ApiKeysPage.module.css'
import rows from '../ui/NamedRows.module.css'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { webhooksQuery } from './queries.ts'
import { TestDialog } from './TestDialog.tsx'
import { WebhookDialog } from './WebhookDialog.tsx'
import { DeleteWebhookDialog, RotateWebhookDialog, SwitchOffDialog, SwitchOnDialog } from './WebhookDialogs.tsx'
import classes from './WebhooksPage.module.css'
import { WebhookState } from './WebhookState.tsx'
import { shortUrl, typeWords } from './words.ts'

type Act = 'edit' | 'test' | 'rotate' | 'off' | 'on' | 'delete'
type Dialog = { kind: 'new' } | { kind: Act; webhook: Webhook }

/** Named one by one; more are counted. */
const MOST_NAMED = 4

export const WebhooksPage = () => (
  <Allowed permission="webhooks:manage">
    <Webhooks />
  </Allowed>
)

function Webhooks() {
  const organization = useOrganization()
  const { data: webhooks, error, refetch } = useQuery(webhooksQuery(organization.slug))
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const close = () => setDialog(null)
  const add = (
    <Button leftSection={<IconPlus size={15} stroke={2} />} onClick={() => setDialog({ kind: 'new' })}>
      {m.webhook_new()}
    </Button>
  )
  return (
    <div className={rows.page}>
      <PageHeader title={m.webhooks()} organization={organization.name} text={m.webhooks_text()}>
        {webhooks && webhooks.length > 0 && add}
      </PageHeader>
      <div className={rows.content} tabIndex={-1}>
        {error && !webhooks && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {!webhooks && !error && (
          <div role="status" aria-label={m.webhooks_loading()}>
            <Skeleton height={160} radius={10} />
          </div>
        )}
        {webhooks?.length === 0 && (
          <EmptyState
            heading="h2"
            icon={<IconWebhook size={28} stroke={1.5} />}
            title={m.webhooks_none_title()}
            text={m.webhooks_none_text()}
          >
            {add}
          </EmptyState>
        )}
        {webhooks && webhooks.length > 0 && (
          <ul className={rows.list} aria-label={m.webhooks()} tabIndex={-1}>
            {webhooks.map((webhook) => (
              <WebhookRow key={webhook.id} webhook={webhook} onAct={(kind) => setDialog({ kind, webhook })} />
            ))}
          </ul>
        )}
      </div>
      {dialog?.kind === 'new' && <WebhookDialog webhook={null} onClose={close} />}
      {dialog?.kind === 'edit' && <WebhookDialog webhook={dialog.webhook} onClose={close} />}
      {dialog?.kind === 'test' && <TestDialog webhook={dialog.webhook} onClose={close} />}
      {dialog?.kind === 'rotate' && <RotateWebhookDialog webhook={dialog.webhook} onClose={close} />}
      {dialog?.kind === 'off' && <SwitchOffDialog webhook={dialog.webhook} onClose={close} />}
      {dialog?.kind === 'on' && <SwitchOnDialog webhook={dialog.webhook} onClose={close} />}
      {dialog?.kind === 'delete' && <DeleteWebhookDialog webhook={dialog.webhook} onClose={close} />}
    </div>
  )
}

function WebhookRow({ webhook, onAct }: { webhook: Webhook; onAct: (act: Act) => void }) {
  const organization = useOrganization()
  const button = useRef<HTMLButtonElement>(null)
  const act = (kind: Act) => () => {
    // The item goes with the menu: a dialog gives the focus back to what stays.
    button.current?.focus({ preventScroll: true })
    onAct(kind)
  }
  const { id, url, description, off_at, off_reason } = webhook
  return (
    <li className={rows.row}>
      <div className={`${rows.words} ${listing.words}`}>
        <p className={listing.head}>
          <Link
            to="/o/$organization/settings/webhooks/$webhook"
            params={{ organization: organization.slug, webhook: id }}
            className={classes.url}
            dir="ltr"
          >
            {shortUrl(url)}
          </Link>
          {off_at !== null && <SmallBadge>{m.webhook_is_off()}</SmallBadge>}
        </p>
        {description !== '' && (
          <p className={classes.description} dir="auto">
            {description}
          </p>
        )}
        <p className={listing.text}>{typesInWords(webhook)}</p>
        <WebhookState webhook={webhook} />
      </div>
      <Menu position="bottom-end" returnFocus={false}>
        <Menu.Target>
          <ActionIcon ref={button} aria-label={m.webhook_actions({ url: shortUrl(url) })}>
            <IconDots size={17} stroke={1.8} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={act('edit')}>{m.webhook_edit()}</Menu.Item>
          <Menu.Item onClick={act('test')}>{m.webhook_test()}</Menu.Item>
          <Menu.Item onClick={act('rotate')}>{m.webhook_rotate()}</Menu.Item>
          {off_at === null ? (
            <Menu.Item onClick={act('off')}>{m.webhook_switch_off()}</Menu.Item>
          ) : (
            <>
              <Menu.Item onClick={act('on')}>{m.webhook_switch_on()}</Menu.Item>
              {off_reason !== 'person' && <Menu.Item onClick={act('off')}>{m.webhook_leave_off()}</Menu.Item>}
            </>
          )}
          <Menu.Item className={rows.danger} onClick={act('delete')}>
            {m.webhook_delete()}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  )
}

function typesInWords({ types }: Webhook): string {
  if (types.length === EVENT_TYPES.length) return m.webhook_all_types()
  const named = types.slice(0, MOST_NAMED).map(typeWords).join(' · ')
  const more = types.length - MOST_NAMED
  return more > 0 ? `${named} · +${more}` : named
}
