// A language model is added or changed; its key is typed in, and never shown again.
import { Checkbox, NumberInput, SegmentedControl, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import {
  NewProvider,
  PROVIDER_KINDS,
  ProviderChanges,
  type ModelProvider,
  type ProviderKind,
} from '../../../server/models/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { PasswordField } from '../ui/PasswordField.tsx'
import { tell } from '../ui/toasts.ts'
import classes from './Ai.module.css'
import { useCreateProvider, useUpdateProvider } from './queries.ts'

const ADDRESSES: Record<ProviderKind, string> = {
  openai_compatible: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
}

const kindWords: Record<ProviderKind, () => string> = {
  openai_compatible: m.model_kind_openai_compatible,
  anthropic: m.model_kind_anthropic,
}

interface Typed {
  kind: ProviderKind
  name: string
  base_url: string
  model: string
  api_key: string
  removes_key: boolean
  input_price: number | string
  output_price: number | string
}

const price = (typed: number | string): number | null => (typed === '' ? null : Number(typed))

export function ProviderDialog({ provider, onClose }: { provider: ModelProvider | null; onClose: () => void }) {
  const { slug } = useOrganization()
  const create = useCreateProvider(slug)
  const update = useUpdateProvider(slug, provider?.id ?? '')
  const asked = ({ kind, name, base_url, model, api_key, removes_key, input_price, output_price }: Typed) => ({
    ...(provider === null ? { kind } : {}),
    name,
    base_url,
    model,
    // Left empty it stays what it is.
    api_key: provider !== null && api_key === '' && !removes_key ? null : removes_key ? '' : api_key,
    input_price: price(input_price),
    output_price: price(output_price),
  })
  const rules = rulesOf(provider === null ? NewProvider : ProviderChanges)
  const form = useForm<Typed>({
    initialValues: {
      kind: provider?.kind ?? 'openai_compatible',
      name: provider?.name ?? '',
      base_url: provider?.base_url ?? ADDRESSES.openai_compatible,
      model: provider?.model ?? '',
      api_key: '',
      removes_key: false,
      input_price: provider?.input_price ?? '',
      output_price: provider?.output_price ?? '',
    },
    validate: (values) => rules(asked(values)),
  })
  const failure = useFormFailure(form, ['name', 'base_url', 'model', 'api_key', 'input_price', 'output_price'])
  const { kind, base_url, removes_key } = form.values
  const chooseKind = (chosen: ProviderKind) => {
    form.setFieldValue('kind', chosen)
    if (Object.values(ADDRESSES).includes(base_url)) form.setFieldValue('base_url', ADDRESSES[chosen])
  }
  const submit = form.onSubmit((values) => {
    failure.clear()
    const done = (words: string) => ({
      onSuccess: () => {
        tell(words)
        onClose()
      },
      onError: failure.sort,
    })
    if (provider === null)
      create.mutate({ ...asked(values), kind: values.kind, api_key: values.api_key }, done(m.model_added()))
    else update.mutate(asked(values), done(m.model_saved()))
  })
  const keyHint =
    provider === null || provider.key_end === null
      ? m.model_key_hint()
      : provider.key_end === ''
        ? m.model_key_kept_short()
        : m.model_key_kept({ end: provider.key_end })
  const money = { hideControls: true, min: 0, decimalScale: 6, allowNegative: false } as const
  return (
    <FormDialog
      title={provider === null ? m.model_add() : m.model_edit()}
      size={560}
      typed={form.isDirty()}
      failure={failure.failure}
      submitLabel={provider === null ? m.model_add() : m.save()}
      submitting={create.isPending || update.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {provider === null && (
        <SegmentedControl
          aria-label={m.model_kind()}
          data={PROVIDER_KINDS.map((value) => ({ value, label: kindWords[value]() }))}
          value={kind}
          onChange={chooseKind}
        />
      )}
      <TextInput
        data-autofocus
        label={m.model_name()}
        description={m.model_name_hint()}
        dir="auto"
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      <TextInput
        label={m.model_base_url()}
        description={m.model_base_url_hint()}
        dir="ltr"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps('base_url')}
      />
      <TextInput
        label={m.model_model()}
        description={m.model_model_hint()}
        placeholder={kind === 'anthropic' ? 'claude-…' : 'gpt-…'}
        dir="ltr"
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps('model')}
      />
      <PasswordField
        toggle={m.model_key_toggle()}
        label={m.model_key()}
        description={keyHint}
        dir="ltr"
        autoComplete="off"
        disabled={removes_key}
        {...form.getInputProps('api_key')}
      />
      {provider !== null && provider.key_end !== null && (
        <Checkbox label={m.model_key_remove()} {...form.getInputProps('removes_key', { type: 'checkbox' })} />
      )}
      <div className={classes.fields}>
        <NumberInput label={m.model_input_price()} {...money} {...form.getInputProps('input_price')} />
        <NumberInput label={m.model_output_price()} {...money} {...form.getInputProps('output_price')} />
      </div>
      <p className={classes.text}>{m.model_price_hint()}</p>
    </FormDialog>
  )
}
