// What language models have used up this month, how much they may, and how long the log is kept.
import { Button, NumberInput, Progress } from '@mantine/core'
import { useForm } from '@mantine/form'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { SettingsChanges, type ModelSettings } from '../../../server/models/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { formatCount } from '../lib/numbers.ts'
import { rulesOf } from '../lib/rules.ts'
import { momentWords } from '../lib/time.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { tell } from '../ui/toasts.ts'
import classes from './Ai.module.css'
import { useSetModelSettings } from './queries.ts'

/** The fields stand beside one another, whatever is said of them. */
const BELOW: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error']

type Typed = { monthly_tokens: number | string; keep_days: number | string }
type Limits = Pick<ModelSettings, 'monthly_tokens' | 'keep_days'>

const typed = ({ monthly_tokens, keep_days }: Limits): Typed => ({ monthly_tokens: monthly_tokens ?? '', keep_days })
const asked = ({ monthly_tokens, keep_days }: Typed) => ({
  monthly_tokens: monthly_tokens === '' ? null : monthly_tokens,
  keep_days,
})

export function ModelBudget({ settings }: { settings: ModelSettings }) {
  const { slug } = useOrganization()
  const { monthly_tokens, keep_days, month } = settings
  const used = month.input_tokens + month.output_tokens
  const day = momentWords(month.ends_at, 'day')
  const words =
    monthly_tokens === null
      ? m.models_used({ used: formatCount(used) })
      : m.models_used_of({ used: formatCount(used), budget: formatCount(monthly_tokens) })
  return (
    <section className={classes.section} aria-labelledby="model-budget">
      <div className={classes.head}>
        <h2 id="model-budget">{m.models_budget()}</h2>
        <Link to="/o/$organization/settings/ai/calls" params={{ organization: slug }} className={classes.link}>
          {m.models_log_open()}
        </Link>
      </div>
      {month.used_up && (
        <p className={classes.usedUp} role="status">
          {m.models_used_up({ day })}
        </p>
      )}
      <p className={classes.text}>
        {words} {m.models_month_ends({ day })}
      </p>
      {monthly_tokens !== null && (
        <Progress.Root size={6} radius="xl" className={classes.progress}>
          <Progress.Section
            value={monthly_tokens === 0 ? 100 : Math.min(100, (100 * used) / monthly_tokens)}
            aria-label={m.models_budget()}
            aria-valuetext={words}
            {...(month.used_up ? { color: 'red' } : {})}
          />
        </Progress.Root>
      )}
      <Form kept={{ monthly_tokens, keep_days }} />
    </section>
  )
}

function Form({ kept: { monthly_tokens, keep_days } }: { kept: Limits }) {
  const { slug } = useOrganization()
  const set = useSetModelSettings(slug)
  const rules = rulesOf(SettingsChanges)
  const form = useForm<Typed>({
    initialValues: typed({ monthly_tokens, keep_days }),
    validate: (values) => rules(asked(values)),
  })
  const failure = useFormFailure(form, ['monthly_tokens', 'keep_days'])
  const dirty = form.isDirty()
  useTypedText(dirty)
  // What another administrator set takes the place of nothing that is being typed.
  const { setValues, resetDirty } = form
  useEffect(() => {
    if (dirty) return
    setValues(typed({ monthly_tokens, keep_days }))
    resetDirty(typed({ monthly_tokens, keep_days }))
  }, [monthly_tokens, keep_days, dirty, setValues, resetDirty])
  const submit = form.onSubmit((values) => {
    failure.clear()
    set.mutate(asked(values) as Limits, {
      onSuccess: () => {
        resetDirty(values)
        tell(m.models_settings_saved())
      },
      onError: failure.sort,
    })
  })
  return (
    <form noValidate className={classes.form} onSubmit={submit}>
      {failure.failure !== null && <ErrorNotice error={failure.failure} />}
      <div className={classes.fields}>
        <NumberInput
          label={m.models_monthly_tokens()}
          description={m.models_monthly_tokens_hint()}
          inputWrapperOrder={BELOW}
          hideControls
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=" "
          {...form.getInputProps('monthly_tokens')}
        />
        <NumberInput
          label={m.models_keep_days()}
          description={m.models_keep_days_hint()}
          inputWrapperOrder={BELOW}
          hideControls
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps('keep_days')}
        />
      </div>
      <Button type="submit" size="xs" disabled={!dirty} loading={set.isPending}>
        {m.save()}
      </Button>
    </form>
  )
}
