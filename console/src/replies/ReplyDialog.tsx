// A saved reply is written or changed; words in braces are put in by a click.
import { Button, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useRef, useState } from 'react'
import {
  REPLY_VARIABLES,
  SavedReplyInput,
  type ReplyVariable,
  type SavedReply,
} from '../../../server/replies/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { ApiProblem } from '../lib/api.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { putIn } from './filling.ts'
import { useSaveReply } from './queries.ts'
import classes from './SavedRepliesPage.module.css'

const variableNames = (): Record<ReplyVariable, string> => ({
  name: m.saved_reply_variable_name(),
  phone: m.saved_reply_variable_phone(),
  agent: m.saved_reply_variable_agent(),
  organization: m.saved_reply_variable_organization(),
})

export function ReplyDialog({ reply, onClose }: { reply: SavedReply | null; onClose: () => void }) {
  const { slug } = useOrganization()
  const [looked, setLooked] = useState(reply)
  const save = useSaveReply(slug, looked)
  const text = useRef<HTMLTextAreaElement>(null)
  const form = useForm({
    initialValues: { name: reply?.name ?? '', text: reply?.text ?? '' },
    validate: (values) => rulesOf(SavedReplyInput)({ ...values, name: values.name.trim() }),
  })
  const failure = useFormFailure(form, ['name', 'text'])
  const insert = (variable: ReplyVariable) => {
    const field = text.current
    if (!field) return
    const done = putIn(form.values.text, `{${variable}}`, field.selectionStart, field.selectionEnd)
    form.setFieldValue('text', done.text)
    requestAnimationFrame(() => {
      field.focus()
      field.setSelectionRange(done.at, done.at)
    })
  }
  const names = variableNames()
  return (
    <FormDialog
      title={reply === null ? m.saved_reply_new() : m.saved_reply_edit()}
      size={560}
      typed={form.isDirty()}
      failure={failure.failure}
      submitLabel={m.saved_reply_save()}
      submitting={save.isPending}
      onSubmit={form.onSubmit(({ name, text: written }) => {
        failure.clear()
        save.mutate(
          { name: name.trim(), text: written },
          {
            onSuccess: () => {
              tell(m.saved_reply_saved())
              onClose()
            },
            onError: (error) => {
              // Told of the other's change, whoever saves again means it.
              if (error instanceof ApiProblem && error.reason === 'reply_changed_meanwhile')
                setLooked(error.data?.['reply'] as SavedReply)
              failure.sort(error)
            },
          },
        )
      })}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        label={m.saved_reply_name()}
        description={m.saved_reply_name_hint()}
        dir="auto"
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      <Textarea
        ref={text}
        label={m.saved_reply_text()}
        autosize
        minRows={4}
        maxRows={12}
        dir="auto"
        {...form.getInputProps('text')}
      />
      <div className={classes.variables} role="group" aria-label={m.saved_reply_put_in()}>
        {m.saved_reply_put_in()}
        {REPLY_VARIABLES.map((variable) => (
          <Button key={variable} size="xs" variant="default" onClick={() => insert(variable)}>
            {names[variable]}
          </Button>
        ))}
      </div>
    </FormDialog>
  )
}
