// Settings → API keys: how other systems are let in, what each may do, and when it was last here.
import { ActionIcon, Button, Menu, Skeleton } from '@mantine/core'
import { IconDots, IconKey, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { ApiKey } from '../../../server/api-keys/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { useNow } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import rows from '../ui/NamedRows.module.css'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { Time } from '../ui/Time.tsx'
import { ApiAddresses } from './ApiAddresses.tsx'
import classes from './ApiKeysPage.module.css'
import { KeyDialog } from './KeyDialog.tsx'
import { RevokeKeyDialog, RotateKeyDialog } from './KeyDialogs.tsx'
import { apiKeysQuery } from './queries.ts'
import { kindLabel, scopeWords } from './words.ts'

type Act = 'edit' | 'rotate' | 'revoke'
type Dialog = { kind: 'new' } | { kind: Act; key: ApiKey }

export const ApiKeysPage = () => (
  <Allowed permission="keys:manage">
    <ApiKeys />
  </Allowed>
)

function ApiKeys() {
  const organization = useOrganization()
  const { data: keys, error, refetch } = useQuery(apiKeysQuery(organization.slug))
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const close = () => setDialog(null)
  const add = (
    <Button leftSection={<IconPlus size={15} stroke={2} />} onClick={() => setDialog({ kind: 'new' })}>
      {m.api_key_new()}
    </Button>
  )
  return (
    <div className={rows.page}>
      <PageHeader title={m.api_keys()} organization={organization.name} text={m.api_keys_text()}>
        {keys && keys.length > 0 && add}
      </PageHeader>
      <div className={rows.content} tabIndex={-1}>
        <ApiAddresses />
        {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {!keys && !error && (
          <div role="status" aria-label={m.api_keys_loading()}>
            <Skeleton height={160} radius={10} />
          </div>
        )}
        {keys?.length === 0 && (
          <EmptyState
            heading="h2"
            icon={<IconKey size={28} stroke={1.5} />}
            title={m.api_keys_none_title()}
            text={m.api_keys_none_text()}
          >
            {add}
          </EmptyState>
        )}
        {keys && keys.length > 0 && (
          <ul className={rows.list} aria-label={m.api_keys()} tabIndex={-1}>
            {keys.map((key) => (
              <KeyRow key={key.id} apiKey={key} onAct={(kind) => setDialog({ kind, key })} />
            ))}
          </ul>
        )}
      </div>
      {dialog?.kind === 'new' && <KeyDialog apiKey={null} onClose={close} />}
      {dialog?.kind === 'edit' && <KeyDialog apiKey={dialog.key} onClose={close} />}
      {dialog?.kind === 'rotate' && <RotateKeyDialog apiKey={dialog.key} onClose={close} />}
      {dialog?.kind === 'revoke' && <RevokeKeyDialog apiKey={dialog.key} onClose={close} />}
    </div>
  )
}

function KeyRow({ apiKey, onAct }: { apiKey: ApiKey; onAct: (act: Act) => void }) {
  const button = useRef<HTMLButtonElement>(null)
  const now = useNow()
  const act = (kind: Act) => () => {
    // The item goes with the menu: a dialog gives the focus back to what stays.
    button.current?.focus({ preventScroll: true })
    onAct(kind)
  }
  const { name, kind, prefix, scopes, per_minute, allowed_ips, revoked_at } = apiKey
  const expired = apiKey.expires_at !== null && Date.parse(apiKey.expires_at) <= now
  const over = revoked_at !== null || expired
  return (
    <li className={rows.row}>
      <div className={`${rows.words} ${classes.words}`}>
        <p className={classes.head}>
          <span className={`${rows.name} ${over ? classes.over : ''}`} dir="auto">
            {name}
          </span>
          <SmallBadge>{kindLabel(kind)}</SmallBadge>
          <code className={classes.prefix}>{prefix}…</code>
        </p>
        <p className={classes.text}>{scopes.map(scopeWords).join(' · ')}</p>
        <p className={classes.text}>
          {m.api_key_calls({ shown: formatCount(per_minute) })}
          {allowed_ips !== null && <> · {m.api_key_from({ networks: allowed_ips.join(', ') })}</>}
        </p>
        <p className={classes.text}>
          <State apiKey={apiKey} expired={expired} />
        </p>
      </div>
      {revoked_at === null && (
        <Menu position="bottom-end" returnFocus={false}>
          <Menu.Target>
            <ActionIcon ref={button} aria-label={m.api_key_actions({ name })}>
              <IconDots size={17} stroke={1.8} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={act('edit')}>{m.api_key_edit()}</Menu.Item>
            <Menu.Item onClick={act('rotate')}>{m.api_key_rotate()}</Menu.Item>
            <Menu.Item className={rows.danger} onClick={act('revoke')}>
              {m.api_key_revoke()}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  )
}

function State({ apiKey, expired }: { apiKey: ApiKey; expired: boolean }) {
  const { revoked_at, revoked_by, expires_at, last_used_at, last_used_from, old_prefix, old_until } = apiKey
  if (revoked_at !== null)
    return (
      <>
        {m.api_key_revoked_by({ name: revoked_by ?? '—' })} <Time at={revoked_at} form="minute" />
      </>
    )
  return (
    <>
      {last_used_at === null ? (
        m.api_key_never_used()
      ) : (
        <>
          {m.api_key_last_used()} <Time at={last_used_at} {...(last_used_from ? { note: last_used_from } : {})} />
        </>
      )}
      {expires_at !== null && (
        <span data-expired={expired}>
          {' · '}
          {expired ? m.api_key_expired() : m.expires()} <Time at={expires_at} form="minute" />
        </span>
      )}
      {old_prefix !== null && old_until !== null && (
        <>
          {' · '}
          {m.api_key_old({ prefix: `${old_prefix}…` })} <Time at={old_until} form="minute" />
        </>
      )}
    </>
  )
}
