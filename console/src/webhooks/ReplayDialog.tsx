// Sends events again: those that were given up, or all of a span of time.
import { Radio, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { Webhook } from '../../../server/webhooks/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { useReplay } from './queries.ts'
import own from './WebhooksPage.module.css'

interface Typed {
  which: 'given_up' | 'all'
  /** As a field of the browser writes a time of the viewer's zone: `2026-05-30T14:05`. */
  from: string
  before: string
}

export function ReplayDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { slug } = useOrganization()
  const replay = useReplay(slug, webhook.id)
  const form = useForm<Typed>({
    initialValues: { which: webhook.given_up > 0 ? 'given_up' : 'all', from: '', before: '' },
    validate: ({ which, from, before }) => {
      if (which === 'given_up' && from === '' && before === '') return {}
      if (which === 'all' && (from === '' || before === '')) return { from: m.problem_replay_span_missing() }
      return from !== '' && before !== '' && from >= before ? { before: m.problem_replay_span_crossed() } : {}
    },
  })
  const submit = form.onSubmit(({ which, from, before }) =>
    replay.mutate(
      {
        which,
        ...(from === '' ? {} : { from: new Date(from).toISOString() }),
        ...(before === '' ? {} : { before: new Date(before).toISOString() }),
      },
      {
        onSuccess: ({ count }) => {
          tell(m.webhook_replayed({ count, shown: formatCount(count) }))
          onClose()
        },
      },
    ),
  )
  return (
    <FormDialog
      title={m.webhook_replay()}
      size={520}
      typed={form.isDirty()}
      failure={replay.error}
      submitLabel={m.webhook_replay_send()}
      submitting={replay.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Radio.Group label={m.webhook_replay_which()} {...form.getInputProps('which')}>
        <Stack gap={10} mt={8}>
          <Radio
            value="given_up"
            label={m.webhook_replay_given_up()}
            description={m.webhook_given_up({ shown: formatCount(webhook.given_up) })}
          />
          <Radio value="all" label={m.webhook_replay_all()} description={m.webhook_replay_all_text()} />
        </Stack>
      </Radio.Group>
      <div className={own.span}>
        <TextInput type="datetime-local" label={m.period_from()} {...form.getInputProps('from')} />
        <TextInput type="datetime-local" label={m.period_to()} {...form.getInputProps('before')} />
      </div>
      <p>{m.webhook_replay_text()}</p>
    </FormDialog>
  )
}
