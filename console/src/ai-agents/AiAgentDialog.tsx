// An AI agent is set up: what it is called and told, which model answers, on which numbers, and when a person goes on.
import { Checkbox, NativeSelect, NumberInput, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import {
  AiAgentSettings,
  IDLE_MINUTES,
  MOST_ANSWERS,
  MOST_INSTRUCTIONS,
  type AiAgent,
} from '../../../server/ai-agents/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { channelsQuery } from '../channels/channel-names.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { tell } from '../ui/toasts.ts'
import classes from './AiAgents.module.css'
import { modelsQuery, useCreateAiAgent, useUpdateAiAgent } from './queries.ts'

/** Numbers are texts while they are typed. */
type Typed = Omit<AiAgentSettings, 'provider_id' | 'most_answers' | 'close_after_minutes'> & {
  provider_id: string
  most_answers: number | string
  close_after_minutes: number | string
}

const FIELDS = [
  'name',
  'active',
  'user_facing',
  'instructions',
  'provider_id',
  'channel_ids',
  'hand_over_words',
  'most_answers',
  'close_after_minutes',
] as const

const settingsOf = (typed: Typed) => ({
  ...typed,
  provider_id: typed.provider_id === '' ? null : typed.provider_id,
  close_after_minutes: typed.close_after_minutes === '' ? null : typed.close_after_minutes,
})

export function AiAgentDialog({ agent, onClose }: { agent: AiAgent | null; onClose: () => void }) {
  const { slug } = useOrganization()
  const create = useCreateAiAgent(slug)
  const update = useUpdateAiAgent(slug, agent?.id ?? '')
  const { data: models } = useQuery(modelsQuery(slug))
  const { data: channels } = useQuery(channelsQuery(slug))
  const form = useForm<Typed>({
    initialValues: {
      name: agent?.name ?? '',
      active: agent?.active ?? true,
      user_facing: agent?.user_facing ?? true,
      instructions: agent?.instructions ?? '',
      provider_id: agent?.provider_id ?? models?.[0]?.id ?? '',
      channel_ids: agent?.channel_ids ?? [],
      hand_over_words: agent?.hand_over_words ?? [],
      most_answers: agent?.most_answers ?? 20,
      close_after_minutes: agent?.close_after_minutes ?? '',
    },
    validate: (typed) => rulesOf(AiAgentSettings)(settingsOf(typed)),
  })
  const failure = useFormFailure(form, FIELDS)
  const submit = form.onSubmit((typed) => {
    failure.clear()
    // The rules above have seen that the numbers are numbers.
    const settings = settingsOf(typed) as AiAgentSettings
    const done = {
      onSuccess: () => {
        tell(m.ai_agent_saved())
        onClose()
      },
      onError: failure.sort,
    }
    if (agent === null) create.mutate(settings, done)
    else update.mutate({ ...settings, seen_at: agent.updated_at }, done)
  })
  return (
    <FormDialog
      title={agent === null ? m.ai_agent_new() : m.ai_agent_edit()}
      size={680}
      typed={form.isDirty()}
      failure={failure.failure}
      submitLabel={m.save()}
      submitting={create.isPending || update.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        label={m.ai_agent_name()}
        description={m.ai_agent_name_hint()}
        dir="auto"
        maxLength={64}
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      <Switch
        label={m.ai_agent_active()}
        description={m.ai_agent_active_text()}
        {...form.getInputProps('active', { type: 'checkbox' })}
      />
      <Switch
        label={m.ai_agent_user_facing()}
        description={m.ai_agent_user_facing_text()}
        {...form.getInputProps('user_facing', { type: 'checkbox' })}
      />
      <NativeSelect
        label={m.ai_agent_model()}
        description={models?.length === 0 ? m.ai_agents_need_model() : undefined}
        data={[
          { value: '', label: m.ai_agent_model_none() },
          ...(models ?? []).map(({ id, name, model }) => ({ value: id, label: `${name} (${model})` })),
        ]}
        {...form.getInputProps('provider_id')}
      />
      <Textarea
        label={m.ai_agent_instructions()}
        description={m.ai_agent_instructions_hint()}
        dir="auto"
        autosize
        minRows={5}
        maxRows={14}
        maxLength={MOST_INSTRUCTIONS}
        {...form.getInputProps('instructions')}
      />
      <Checkbox.Group
        label={m.ai_agent_numbers()}
        description={channels?.length === 0 ? m.ai_agent_numbers_none() : m.ai_agent_numbers_hint()}
        {...form.getInputProps('channel_ids')}
      >
        <div className={classes.numbers}>
          {(channels ?? []).map(({ id, name, phone }) => (
            <Checkbox key={id} value={id} label={<bdi>{name}</bdi>} description={<bdi dir="ltr">{phone}</bdi>} />
          ))}
        </div>
      </Checkbox.Group>
      <TagsInput
        label={m.ai_agent_words()}
        description={m.ai_agent_words_hint()}
        acceptValueOnBlur
        {...form.getInputProps('hand_over_words')}
      />
      <div className={classes.pair}>
        <NumberInput
          label={m.ai_agent_most_answers()}
          description={m.ai_agent_most_answers_hint()}
          min={1}
          max={MOST_ANSWERS}
          clampBehavior="none"
          allowDecimal={false}
          {...form.getInputProps('most_answers')}
        />
        <NumberInput
          label={m.ai_agent_close_after()}
          description={m.ai_agent_close_after_hint()}
          min={IDLE_MINUTES.least}
          max={IDLE_MINUTES.most}
          clampBehavior="none"
          allowDecimal={false}
          {...form.getInputProps('close_after_minutes')}
        />
      </div>
    </FormDialog>
  )
}
