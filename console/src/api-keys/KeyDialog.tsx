// A key is made or changed; a new one is shown once, to be copied.
import { Checkbox, NumberInput, Radio, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import {
  CreateApiKey,
  KEY_KINDS,
  PER_MINUTE,
  SCOPES,
  type ApiKey,
  type Scope,
} from '../../../server/api-keys/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { daysRange } from '../contacts/periods.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { isoDay } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { tell } from '../ui/toasts.ts'
import classes from './ApiKeysPage.module.css'
import { useCreateKey, useUpdateKey, type NewKey } from './queries.ts'
import { SecretDialog } from './SecretDialog.tsx'
import { kindLabel, scopeWords } from './words.ts'

interface Typed {
  name: string
  kind: ApiKey['kind']
  scopes: Scope[]
  /** The last day; empty for never. */
  last_day: string
  networks: string
  per_minute: number | string
}

const DAY_MS = 24 * 60 * 60 * 1000

const typed = (key: ApiKey | null): Typed => ({
  name: key?.name ?? '',
  kind: key?.kind ?? 'third_party',
  scopes: key?.scopes ?? ['contacts:read', 'contacts:write', 'tags:read'],
  // It ends where the day after it begins.
  last_day: key?.expires_at ? isoDay(new Date(Date.parse(key.expires_at) - 1).toISOString()) : '',
  networks: key?.allowed_ips?.join('\n') ?? '',
  per_minute: key?.per_minute ?? PER_MINUTE.usual,
})

function asked({ name, kind, scopes, last_day, networks, per_minute }: Typed, key: ApiKey | null): NewKey {
  const lines = networks.split(/[\s,;]+/).filter((line) => line !== '')
  const same = key !== null && last_day === typed(key).last_day
  return {
    name: name.trim(),
    kind,
    scopes,
    expires_at: same ? key.expires_at : (daysRange('', last_day).before ?? null),
    allowed_ips: lines.length === 0 ? null : lines,
    per_minute: per_minute as number,
  }
}

export function KeyDialog({ apiKey, onClose }: { apiKey: ApiKey | null; onClose: () => void }) {
  const { slug } = useOrganization()
  const create = useCreateKey(slug)
  const update = useUpdateKey(slug, apiKey?.id ?? '')
  const [secret, setSecret] = useState<string | null>(null)
  const form = useForm<Typed>({
    initialValues: typed(apiKey),
    validate: (values) => {
      const wrong = rulesOf(CreateApiKey)(asked(values, apiKey))
      const network = Object.entries(wrong).find(([field]) => field.startsWith('allowed_ips'))?.[1]
      return { ...wrong, ...(network === undefined ? {} : { networks: network }) }
    },
  })
  const failure = useFormFailure(form, ['name', 'scopes', 'per_minute'])
  if (secret !== null) return <SecretDialog title={m.api_key_made()} secret={secret} onClose={onClose} />
  const submit = form.onSubmit((values) => {
    failure.clear()
    const wanted = asked(values, apiKey)
    if (apiKey === null) create.mutate(wanted, { onSuccess: (made) => setSecret(made.secret), onError: failure.sort })
    else
      update.mutate(wanted, {
        onSuccess: () => {
          tell(m.api_key_saved())
          onClose()
        },
        onError: failure.sort,
      })
  })
  return (
    <FormDialog
      title={apiKey === null ? m.api_key_new() : m.api_key_edit()}
      size={560}
      typed={form.isDirty()}
      failure={failure.failure}
      submitLabel={apiKey === null ? m.api_key_create() : m.save()}
      submitting={create.isPending || update.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        label={m.api_key_name()}
        description={m.api_key_name_hint()}
        dir="auto"
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      {apiKey === null && (
        <Radio.Group label={m.api_key_kind()} {...form.getInputProps('kind')}>
          <Stack gap={10} mt={8}>
            {KEY_KINDS.map((kind) => (
              <Radio
                key={kind}
                value={kind}
                label={kindLabel(kind)}
                description={kind === 'third_party' ? m.api_key_third_party_text() : m.api_key_ai_agent_text()}
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
      <Checkbox.Group label={m.api_key_scopes()} {...form.getInputProps('scopes')}>
        <Stack gap={8} mt={8}>
          {SCOPES.map((scope) => (
            <Checkbox key={scope} value={scope} label={scopeWords(scope)} description={<code>{scope}</code>} />
          ))}
        </Stack>
      </Checkbox.Group>
      <TextInput
        type="date"
        className={classes.short}
        min={isoDay(new Date().toISOString())}
        max={isoDay(new Date(Date.now() + 3650 * DAY_MS).toISOString())}
        label={m.api_key_last_day()}
        description={m.api_key_last_day_hint()}
        {...form.getInputProps('last_day')}
        error={form.errors['expires_at'] ?? form.errors['last_day']}
      />
      <Textarea
        label={m.api_key_networks()}
        description={m.api_key_networks_hint()}
        autosize
        minRows={1}
        maxRows={6}
        spellCheck={false}
        {...form.getInputProps('networks')}
      />
      <NumberInput
        className={classes.short}
        label={m.api_key_per_minute()}
        hideControls
        allowDecimal={false}
        allowNegative={false}
        {...form.getInputProps('per_minute')}
      />
    </FormDialog>
  )
}
