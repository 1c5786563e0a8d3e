// A new played customer: who it is, and the first message, by which the contact comes to be.
import { Button, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconWand } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { playMessage } from '../../../server/test-phone/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { tell } from '../ui/toasts.ts'
import { BackToList } from './BackToList.tsx'
import { suggestCustomer } from './customer.ts'
import classes from './NewCustomer.module.css'
import { useFindCustomer, usePlayMessage, type Customer, type Played } from './queries.ts'

const FIELDS = ['from', 'user_id', 'username', 'name', 'text'] as const
type Values = Record<(typeof FIELDS)[number], string>

interface NewCustomerProps {
  customers: readonly Customer[]
  phone: string | null
  /** Whether the form was asked for, rather than shown because nobody is chosen. */
  asked: boolean
  onBack: () => void
  onMade: (id: string) => void
}

export function NewCustomer({ customers, phone, asked, onBack, onMade }: NewCustomerProps) {
  const organization = useOrganization()
  const play = usePlayMessage(organization.slug)
  const find = useFindCustomer(organization.slug)
  const validate = rulesOf(playMessage.body)
  const form = useForm<Values>({
    initialValues: { from: '', user_id: '', username: '', name: '', text: m.test_customer_hello() },
    validate: (values) => validate(playedOf(values)),
  })
  const failure = useFormFailure(form, FIELDS)
  /** The message is delivered, the contact is not there yet. */
  const [finding, setFinding] = useState(false)
  const text = useRef<HTMLTextAreaElement>(null)
  useTypedText(form.isDirty() && !play.isSuccess)

  const suggest = (withPhone: boolean) => {
    form.setValues(suggestCustomer(customers, { withPhone }))
    form.clearErrors()
    failure.clear()
    text.current?.focus()
  }
  const openMade = async (played: Played) => {
    setFinding(true)
    const made = await find(played).catch(() => null)
    setFinding(false)
    form.reset()
    if (made) onMade(made.id)
    else tell(m.test_customer_late())
  }
  const send = (values: Values) => {
    failure.clear()
    const played = playedOf(values)
    play.mutate(played, {
      onError: failure.sort,
      onSuccess: () => void openMade(played),
    })
  }
  return (
    <div className={classes.root}>
      <form noValidate className={classes.form} onSubmit={form.onSubmit(send)}>
        <div>
          <div className={classes.head}>
            <BackToList onBack={onBack} />
            <h2 className={classes.title}>{m.test_customer_new()}</h2>
            <SmallBadge title={m.test_contact_title()}>{m.test()}</SmallBadge>
          </div>
          <p className={classes.soft}>{m.test_customer_new_text()}</p>
        </div>
        <div className={classes.suggest}>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconWand size={14} stroke={1.8} />}
            onClick={() => suggest(true)}
          >
            {m.test_customer_suggest()}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconWand size={14} stroke={1.8} />}
            onClick={() => suggest(false)}
          >
            {m.test_customer_suggest_no_phone()}
          </Button>
        </div>
        {failure.failure !== null && <ErrorNotice error={failure.failure} />}
        <div className={classes.pair}>
          <TextInput
            {...(asked ? { autoFocus: true } : {})}
            label={m.test_customer_phone()}
            description={m.test_customer_phone_hint()}
            type="tel"
            autoComplete="off"
            {...form.getInputProps('from')}
          />
          <TextInput
            label={m.test_customer_user_id()}
            description={m.test_customer_user_id_hint()}
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps('user_id')}
          />
          <TextInput label={m.test_customer_name()} autoComplete="off" dir="auto" {...form.getInputProps('name')} />
          <TextInput
            label={m.test_customer_username()}
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps('username')}
          />
        </div>
        <Textarea
          ref={text}
          label={m.test_customer_first()}
          autosize
          minRows={2}
          maxRows={8}
          dir="auto"
          {...form.getInputProps('text')}
        />
        <div className={classes.foot}>
          <p className={classes.soft}>
            {phone === null ? m.test_phone_writes_to_new() : m.test_phone_writes_to({ phone })}
          </p>
          <Button type="submit" loading={play.isPending || finding}>
            {m.test_customer_send()}
          </Button>
        </div>
      </form>
    </div>
  )
}

/** What is left empty is not given. */
function playedOf(values: Values): Played {
  const given = Object.entries(values).filter(([name, value]) => name === 'text' || value.trim() !== '')
  return Object.fromEntries(given) as unknown as Played
}
