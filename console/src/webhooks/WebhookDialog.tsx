// A webhook is made or changed; the secret of a new one is shown once, to be copied.
import { Checkbox, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { EVENT_TYPES, type EventType } from '../../../server/events/schema.ts'
import { WebhookSettings, type Webhook } from '../../../server/webhooks/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { useCreateWebhook, useUpdateWebhook } from './queries.ts'
import { SigningSecretDialog } from './SigningSecretDialog.tsx'
import classes from './WebhooksPage.module.css'
import { typeWords } from './words.ts'

interface Typed {
  url: string
  description: string
  types: EventType[]
}

export function WebhookDialog({ webhook, onClose }: { webhook: Webhook | null; onClose: () => void }) {
  const { slug } = useOrganization()
  const create = useCreateWebhook(slug)
  const update = useUpdateWebhook(slug, webhook?.id ?? '')
  const [secret, setSecret] = useState<string | null>(null)
  const form = useForm<Typed>({
    initialValues: {
      url: webhook?.url ?? '',
      description: webhook?.description ?? '',
      types: webhook?.types ?? [...EVENT_TYPES],
    },
    validate: rulesOf(WebhookSettings),
  })
  const failure = useFormFailure(form, ['url', 'description', 'types'])
  if (secret !== null) return <SigningSecretDialog title={m.webhook_made()} secret={secret} onClose={onClose} />
  const { types } = form.values
  const submit = form.onSubmit((values) => {
    failure.clear()
    if (webhook === null) create.mutate(values, { onSuccess: (made) => setSecret(made.secret), onError: failure.sort })
    else
      update.mutate(values, {
        onSuccess: () => {
          tell(m.webhook_saved())
          onClose()
        },
        onError: failure.sort,
      })
  })
  return (
    <FormDialog
      title={webhook === null ? m.webhook_new() : m.webhook_edit()}
      size={620}
      typed={form.isDirty()}
      failure={failure.failure}
      submitLabel={webhook === null ? m.webhook_create() : m.save()}
      submitting={create.isPending || update.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        label={m.webhook_url()}
        description={m.webhook_url_hint()}
        placeholder="https://example.com/earmark"
        dir="ltr"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps('url')}
      />
      <TextInput label={m.webhook_description()} dir="auto" autoComplete="off" {...form.getInputProps('description')} />
      <Checkbox.Group label={m.webhook_types()} {...form.getInputProps('types')}>
        <div className={classes.types}>
          {EVENT_TYPES.map((type) => (
            <Checkbox key={type} value={type} label={typeWords(type)} description={<code>{type}</code>} />
          ))}
        </div>
      </Checkbox.Group>
      <Checkbox
        label={m.webhook_all_types()}
        checked={types.length === EVENT_TYPES.length}
        indeterminate={types.length > 0 && types.length < EVENT_TYPES.length}
        onChange={(event) => form.setFieldValue('types', event.currentTarget.checked ? [...EVENT_TYPES] : [])}
      />
    </FormDialog>
  )
}
