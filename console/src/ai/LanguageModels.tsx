// Settings → AI: the language models of the organization, which of them tags, and what they may use up.
import { ActionIcon, Button, Menu, Skeleton } from '@mantine/core'
import { IconDots, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { ModelProvider } from '../../../server/models/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { tell } from '../ui/toasts.ts'
import classes from './Ai.module.css'
import { ModelBudget } from './ModelBudget.tsx'
import { ProviderDialog } from './ProviderDialog.tsx'
import { ProviderTestDialog } from './ProviderTestDialog.tsx'
import { modelSettingsQuery, providersQuery, useDeleteProvider } from './queries.ts'
import { TaggingEngine } from './TaggingEngine.tsx'
import { costWords, hostOf } from './words.ts'

type Act = 'edit' | 'test' | 'remove'
type Dialog = { kind: 'new' } | { kind: Act; provider: ModelProvider }

export function LanguageModels() {
  const { slug } = useOrganization()
  const providers = useQuery(providersQuery(slug))
  const settings = useQuery(modelSettingsQuery(slug))
  const error = providers.error ?? settings.error
  if (!providers.data || !settings.data)
    return error ? (
      <ErrorNotice
        error={error}
        onRetry={() => {
          void providers.refetch()
          void settings.refetch()
        }}
      />
    ) : (
      <div role="status" aria-label={m.models_loading()}>
        <Skeleton height={220} radius={10} mb={16} />
      </div>
    )
  return (
    <>
      <TaggingEngine providers={providers.data} settings={settings.data} />
      <Providers providers={providers.data} tagging={settings.data.tagging_provider_id} />
      <ModelBudget settings={settings.data} />
    </>
  )
}

function Providers({ providers, tagging }: { providers: readonly ModelProvider[]; tagging: string | null }) {
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const adder = useRef<HTMLButtonElement>(null)
  const close = () => setDialog(null)
  return (
    <section className={classes.section} aria-labelledby="language-models">
      <div className={classes.head}>
        <h2 id="language-models">{m.models()}</h2>
        <Button
          ref={adder}
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} stroke={2} />}
          onClick={() => setDialog({ kind: 'new' })}
        >
          {m.model_add()}
        </Button>
      </div>
      <p className={classes.text}>{m.models_text()}</p>
      {providers.length === 0 ? (
        <p className={classes.none}>{m.models_none()}</p>
      ) : (
        <ul className={classes.list} aria-labelledby="language-models">
          {providers.map((provider) => (
            <ProviderRow
              key={provider.id}
              provider={provider}
              tags={provider.id === tagging}
              onAct={(kind) => setDialog({ kind, provider })}
            />
          ))}
        </ul>
      )}
      {dialog?.kind === 'new' && <ProviderDialog provider={null} onClose={close} />}
      {dialog?.kind === 'edit' && <ProviderDialog provider={dialog.provider} onClose={close} />}
      {dialog?.kind === 'test' && <ProviderTestDialog provider={dialog.provider} onClose={close} />}
      {dialog?.kind === 'remove' && (
        <RemoveDialog
          provider={dialog.provider}
          tags={dialog.provider.id === tagging}
          onClose={close}
          // The row that the dialog came from is gone.
          onRemoved={() => adder.current?.focus({ preventScroll: true })}
        />
      )}
    </section>
  )
}

interface ProviderRowProps {
  provider: ModelProvider
  tags: boolean
  onAct: (act: Act) => void
}

function ProviderRow({ provider, tags, onAct }: ProviderRowProps) {
  const button = useRef<HTMLButtonElement>(null)
  const act = (kind: Act) => () => {
    // The item goes with the menu: a dialog gives the focus back to what stays.
    button.current?.focus({ preventScroll: true })
    onAct(kind)
  }
  const { name, model, base_url, key_end, key_lost, input_price, output_price } = provider
  const key = key_end === null ? m.model_key_none() : m.model_key_ends({ end: key_end })
  const prices =
    input_price === null && output_price === null
      ? []
      : [`${costWords(input_price ?? 0)} / ${costWords(output_price ?? 0)}`]
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <p className={classes.name}>
          <bdi>{name}</bdi>
          {tags && <SmallBadge>{m.model_tags_now()}</SmallBadge>}
          {key_lost && <span className={classes.bad}>{m.model_key_lost()}</span>}
        </p>
        <p className={classes.facts}>
          <code dir="ltr">{model}</code> · <bdi dir="ltr">{hostOf(base_url)}</bdi> · <bdi dir="ltr">{key}</bdi>
          {prices.map((each) => (
            <span key={each} title={`${m.model_input_price()} / ${m.model_output_price()}`}>
              {' '}
              · {each}
            </span>
          ))}
        </p>
      </div>
      <Button size="xs" variant="default" onClick={() => onAct('test')} aria-label={m.model_test_named({ name })}>
        {m.model_test()}
      </Button>
      <Menu position="bottom-end" returnFocus={false}>
        <Menu.Target>
          <ActionIcon ref={button} aria-label={m.model_actions({ name })}>
            <IconDots size={17} stroke={1.8} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={act('edit')}>{m.model_edit_item()}</Menu.Item>
          <Menu.Item className={classes.danger} onClick={act('remove')}>
            {m.model_remove()}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  )
}

interface RemoveDialogProps {
  provider: ModelProvider
  tags: boolean
  onClose: () => void
  onRemoved: () => void
}

function RemoveDialog({ provider, tags, onClose, onRemoved }: RemoveDialogProps) {
  const { slug } = useOrganization()
  const remove = useDeleteProvider(slug, provider.id)
  return (
    <ConfirmDialog
      title={m.model_remove_title({ name: provider.name })}
      confirmLabel={m.model_remove()}
      danger
      confirming={remove.isPending}
      failure={remove.error}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => {
            tell(m.model_removed())
            onClose()
            onRemoved()
          },
        })
      }
      onClose={onClose}
    >
      <p>{m.model_remove_text()}</p>
      {tags && <p>{m.model_remove_tags()}</p>}
    </ConfirmDialog>
  )
}
