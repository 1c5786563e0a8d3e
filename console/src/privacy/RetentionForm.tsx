// How long messages and raw deliveries are kept; before anything is deleted for it, how much that would be.
import { Button, NumberInput, Radio, Skeleton } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Retention, sameRetention } from '../../../server/privacy/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { isProblem } from '../lib/api.ts'
import { useFormFailure } from '../lib/forms.ts'
import { formatCount } from '../lib/numbers.ts'
import { rulesOf } from '../lib/rules.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { tell } from '../ui/toasts.ts'
import classes from './PrivacyPage.module.css'
import { retentionQuery, usePreviewRetention, useSetRetention } from './queries.ts'

const YEAR = 365

export function RetentionForm() {
  const organization = useOrganization()
  const { data, error, refetch } = useQuery(retentionQuery(organization.slug))
  return (
    <section aria-labelledby="retention" className={classes.section}>
      <h2 id="retention" className={classes.title}>
        {m.retention()}
      </h2>
      <p className={classes.text}>{m.retention_text()}</p>
      {data !== undefined ? (
        <Limits kept={data} />
      ) : error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : (
        <div role="status" aria-label={m.retention_loading()}>
          <Skeleton height={150} radius={10} />
        </div>
      )}
    </section>
  )
}

type Typed = { forever: boolean; message_days: number | string; delivery_days: number | string }

const typed = ({ message_days, delivery_days }: Retention): Typed => ({
  forever: message_days === null,
  message_days: message_days ?? YEAR,
  delivery_days,
})
const asked = ({ forever, message_days, delivery_days }: Typed) => ({
  message_days: forever ? null : message_days,
  delivery_days,
})

function Limits({ kept }: { kept: Retention }) {
  const organization = useOrganization()
  const rules = rulesOf(Retention)
  const form = useForm<Typed>({
    initialValues: typed(kept),
    validate: (values) => rules(asked(values)),
  })
  const failure = useFormFailure(form, ['message_days', 'delivery_days'])
  const preview = usePreviewRetention(organization.slug)
  const set = useSetRetention(organization.slug)
  const [goes, setGoes] = useState<{ messages: number; deliveries: number } | null>(null)
  const [filledFrom, setFilledFrom] = useState(kept)
  const dirty = form.isDirty()
  if (!dirty && filledFrom !== kept) setFilledFrom(kept)
  useTypedText(dirty)
  // What another administrator set takes the place of nothing that is being typed.
  const { setValues, resetDirty } = form
  useEffect(() => {
    if (dirty) return
    setValues(typed(kept))
    resetDirty(typed(kept))
  }, [kept, dirty, setValues, resetDirty])
  const wanted = () => asked(form.values) as Retention
  const save = () => {
    const saved = form.values
    // What is set now is shown, so that it is overwritten by nobody who has not seen it.
    set.mutate(
      { ...wanted(), expected: kept },
      {
        onSuccess: () => {
          resetDirty(saved)
          setGoes(null)
          tell(m.retention_saved())
        },
        onError: (error) => {
          failure.sort(error)
          // What would go is to be looked at anew.
          if (isProblem(error, 409)) setGoes(null)
        },
      },
    )
  }
  const submit = form.onSubmit(() => {
    failure.clear()
    set.reset()
    const { message_days, delivery_days } = wanted()
    const shorter =
      delivery_days < kept.delivery_days ||
      (message_days !== null && (kept.message_days === null || message_days < kept.message_days))
    if (!shorter) save()
    else preview.mutate(wanted(), { onSuccess: setGoes, onError: failure.sort })
  })
  return (
    <form noValidate className={classes.form} onSubmit={submit}>
      {failure.failure !== null && goes === null && <ErrorNotice error={failure.failure} />}
      {dirty && !sameRetention(kept, filledFrom) && (
        <p role="status" className={classes.meanwhile}>
          {kept.message_days === null
            ? m.retention_meanwhile_forever({ deliveries: kept.delivery_days })
            : m.retention_meanwhile_days({ messages: kept.message_days, deliveries: kept.delivery_days })}
        </p>
      )}
      <Radio.Group
        label={m.retention_messages()}
        description={m.retention_messages_text()}
        value={form.values.forever ? 'forever' : 'days'}
        onChange={(value) => form.setFieldValue('forever', value === 'forever')}
      >
        <div className={classes.choices}>
          <Radio value="forever" label={m.retention_for_ever()} />
          <Radio value="days" label={m.retention_days_choice()} />
        </div>
      </Radio.Group>
      {!form.values.forever && (
        <NumberInput
          className={classes.days}
          label={m.retention_days_of({ what: m.retention_messages() })}
          hideControls
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps('message_days')}
        />
      )}
      <NumberInput
        className={classes.days}
        label={m.retention_days_of({ what: m.retention_deliveries() })}
        description={m.retention_deliveries_text()}
        hideControls
        allowDecimal={false}
        allowNegative={false}
        {...form.getInputProps('delivery_days')}
      />
      <Button type="submit" disabled={!dirty} loading={preview.isPending || (set.isPending && goes === null)}>
        {m.save()}
      </Button>
      {goes !== null && (
        <ConfirmDialog
          title={m.retention_shorter_title()}
          confirmLabel={m.retention_shorter_submit()}
          danger
          confirming={set.isPending}
          failure={set.error}
          onConfirm={save}
          onClose={() => setGoes(null)}
        >
          <Goes {...goes} />
        </ConfirmDialog>
      )}
    </form>
  )
}

function Goes({ messages, deliveries }: { messages: number; deliveries: number }) {
  if (messages + deliveries === 0) return <p>{m.retention_shorter_none()}</p>
  return (
    <>
      <p>{m.retention_shorter_text()}</p>
      <ul className={classes.goes}>
        {messages > 0 && <li>{m.retention_goes_messages({ count: messages, shown: formatCount(messages) })}</li>}
        {deliveries > 0 && (
          <li>{m.retention_goes_deliveries({ count: deliveries, shown: formatCount(deliveries) })}</li>
        )}
      </ul>
    </>
  )
}
